// What a pod gets for the role of its service account, beside all that it says itself.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import { withAccountRole } from './pod-identity.ts';

const role = {
  roleArn: 'arn:aws:iam::123456789012:role/$(A)/reader',
  audience: 'sts.amazonaws.com',
  tokenSeconds: 86_400,
};
const region = { name: 'AWS_REGION', value: 'eu-west-1' };
const token = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const podOf = (spec: PodSpec, annotations = {}): Pod => ({ metadata: { annotations }, spec });
const withRole = (
  pod: Pod,
  variables: Parameters<typeof withAccountRole>[2] = () => [region],
): Pod => withAccountRole(pod, role, variables);

describe('the role of a service account', () => {
  it('is a token and the variables that lead to it, in every container', () => {
    const pod = podOf({
      initContainers: [{ name: 'fetch' }],
      containers: [
        {
          name: 'work',
          env: [{ name: 'AWS_REGION', value: 'its-own' }],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    });
    const mount = { name: 'aws-iam-token', mountPath: token, readOnly: true };
    const variables = [
      { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::123456789012:role/$$(A)/reader' },
      { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${token}/token` },
    ];
    assert.deepEqual(withRole(pod).spec, {
      initContainers: [{ name: 'fetch', env: [...variables, region], volumeMounts: [mount] }],
      containers: [
        {
          name: 'work',
          env: [...variables, { name: 'AWS_REGION', value: 'its-own' }],
          volumeMounts: [{ name: 'data', mountPath: '/data' }, mount],
        },
      ],
      volumes: [
        { name: 'data', emptyDir: {} },
        {
          name: 'aws-iam-token',
          projected: {
            sources: [
              {
                serviceAccountToken: {
                  audience: 'sts.amazonaws.com',
                  expirationSeconds: 86_400,
                  path: 'token',
                },
              },
            ],
          },
        },
      ],
    });
  });

  it('leaves alone what says it itself, or is to have none', () => {
    const own = { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/mine' };
    const cases: [string, Pod, (() => undefined)?][] = [
      ['a variable of its own', podOf({ containers: [{ name: 'a', env: [own] }] })],
      ['a volume of its own', podOf({ containers: [], volumes: [{ name: 'aws-iam-token' }] })],
      [
        'an annotation',
        podOf(
          { containers: [{ name: 'a' }, { name: 'b' }] },
          { 'eks.amazonaws.com/skip-containers': 'a, b' },
        ),
      ],
      ['a role of elsewhere', podOf({ containers: [{ name: 'a' }] }), () => undefined],
    ];
    for (const [what, pod, variables] of cases)
      assert.deepEqual(withRole(pod, variables), pod, what);
  });
});

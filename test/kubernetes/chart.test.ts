// What Helm makes of the chart, without a cluster: that the plain manifests are the same, and what
// the values change.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Container, PodSpec, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { IngressSpec } from 'kubernetes-types/networking/v1.js';
import { parseServerConfig } from '../../src/server/config.ts';
import { controlPlaneSkip } from './cluster.ts';
import {
  keptManifests,
  objectsOf,
  plainManifests,
  rendered,
  type Manifest,
  type Release,
} from './chart.ts';

describe('the chart', { skip: controlPlaneSkip() }, () => {
  const objects = (release: Release): readonly Manifest[] => objectsOf(rendered(release));
  const names = (release: Release): string[] =>
    objects(release).map(
      ({ kind, metadata: { name, namespace } }) =>
        `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
    );
  /** As the test knows it to be. */
  function specOf<T>(wanted: string, release: Release): T {
    const found = objects(release).find(({ kind }) => kind === wanted);
    assert.ok(found?.spec !== undefined, wanted);
    return found.spec as T;
  }
  function podOf(release: Release): PodSpec & { container: Container } {
    const { template } = specOf<{ template: { spec: PodSpec } }>('Deployment', release);
    const [container] = template.spec.containers;
    assert.ok(container);
    return { ...template.spec, container };
  }
  const configOf = (release: Release) => {
    const [, ...flags] = podOf(release).container.args ?? [];
    return parseServerConfig(flags);
  };

  test('is what the plain manifests are: npm run manifests makes them', () => {
    assert.equal(keptManifests(), plainManifests());
  });

  test('makes what a server needs, and no ingress by itself', () => {
    assert.deepEqual(names({}).toSorted(), [
      'ClusterRole longshore:longshore',
      'ClusterRoleBinding longshore:longshore',
      'Deployment longshore/longshore',
      'Namespace longshore-jobs',
      'NetworkPolicy longshore/longshore',
      'PersistentVolumeClaim longshore/longshore',
      'Role longshore-jobs/longshore',
      'RoleBinding longshore-jobs/longshore',
      'Service longshore/longshore',
      'ServiceAccount longshore/longshore',
    ]);
  });

  test('has one server at a time, which is nobody in particular and can write to its volume alone', () => {
    const { replicas, strategy } = specOf<{ replicas: number; strategy: object }>('Deployment', {});
    assert.deepEqual([replicas, strategy], [1, { type: 'Recreate' }]);
    const { securityContext, container } = podOf({});
    assert.equal(securityContext?.runAsNonRoot, true);
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe])
      assert.deepEqual(probe?.httpGet, {
        path: '/_longshore/health',
        port: 'api',
        scheme: 'HTTP',
      });
  });

  test('starts the server with flags that it takes', () => {
    const config = configOf({});
    assert.deepEqual(
      [config.auth, config.engine, config.jobNamespace, config.clusters],
      [
        true,
        'none',
        'longshore-jobs',
        [{ arn: 'arn:aws:eks:us-east-1:000000000000:cluster/here', context: 'in-cluster' }],
      ],
    );
    assert.ok(config.allowedHosts.includes('longshore.longshore.svc.cluster.local'));
    const other = configOf({
      name: 'batch',
      namespace: 'tools',
      set: [
        'cluster=prod,server.region=eu-west-1,jobs.namespaces={a,b},server.auth=false',
        'server.flags={--retain=30d},server.firstRun=false',
      ],
    });
    assert.deepEqual(
      [other.auth, other.hostIsProtected, other.jobNamespace, other.clusters[0]?.arn],
      [false, true, 'a', 'arn:aws:eks:eu-west-1:000000000000:cluster/prod'],
    );
    assert.equal(other.retainMs, 30 * 86_400_000);
    assert.ok(other.allowedHosts.includes('batch-longshore.tools'));
  });

  test('gives rights in each namespace of jobs, and makes none that is there', () => {
    assert.deepEqual(
      names({ set: ['jobs.namespaces={a,b},jobs.create=false'] }).filter((name) =>
        /^(Namespace|Role) /.test(name),
      ),
      ['Role a/longshore', 'Role b/longshore'],
    );
  });

  test('is reached from outside where that is asked for', () => {
    const set = [
      'ingress.enabled=true,ingress.host=batch.example.com,ingress.tlsSecretName=batch',
      'networkPolicy.from[0].namespaceSelector.matchLabels.name=ingress',
    ];
    const { allowedHosts, publicUrl } = configOf({ set });
    assert.ok(allowedHosts.includes('batch.example.com'));
    assert.equal(publicUrl, 'https://batch.example.com');
    const { ingress } = specOf<{ ingress: { from: unknown[] }[] }>('NetworkPolicy', { set });
    assert.deepEqual(ingress[0]?.from, [
      { podSelector: {} },
      { namespaceSelector: { matchLabels: { name: 'ingress' } } },
    ]);
    assert.ok(names({ set }).includes('Ingress longshore/longshore'));
  });

  test('leads pods to the credentials of their roles, through what speaks TLS', () => {
    assert.deepEqual(
      [configOf({}).podsUrl, configOf({}).credentialsAddress],
      [undefined, undefined],
    );
    const ingress = 'ingress.enabled=true,ingress.host=batch.example.com';
    const set = [`jobRoles.enabled=true,${ingress}`];
    const { podsUrl, credentialsAddress } = configOf({ set });
    assert.deepEqual(
      [podsUrl, credentialsAddress],
      ['https://batch.example.com', { address: '0.0.0.0', port: 4592 }],
    );
    const { ports } = specOf<ServiceSpec>('Service', { set });
    assert.deepEqual(
      ports?.map(({ name, targetPort }) => [name, targetPort]),
      [
        ['api', 'api'],
        ['credentials', 'credentials'],
      ],
    );
    const { rules } = specOf<IngressSpec>('Ingress', { set });
    assert.deepEqual(
      rules?.[0]?.http?.paths.map(({ path, backend }) => [path, backend.service?.port?.name]),
      [
        ['/v2/credentials/', 'credentials'],
        ['/', 'api'],
      ],
    );
    const policy = specOf<{ ingress: { ports: unknown[] }[] }>('NetworkPolicy', { set });
    assert.deepEqual(policy.ingress[0]?.ports, [{ port: 'api' }, { port: 'credentials' }]);
    const elsewhere = ['jobRoles.enabled=true,jobRoles.url=https://roles.example.com'];
    assert.equal(configOf({ set: elsewhere }).podsUrl, 'https://roles.example.com');
  });

  test('runs ordinary jobs on its cluster, unless that is not wanted', () => {
    assert.equal(
      configOf({}).settings.clusterCapacity,
      'arn:aws:eks:us-east-1:000000000000:cluster/here',
    );
    assert.equal(configOf({ set: ['jobs.ordinary=false'] }).settings.clusterCapacity, undefined);
  });

  test('serves HTTPS itself with a certificate, and is asked for its health so', () => {
    const release = { set: ['tls.secretName=own'] };
    assert.deepEqual(configOf(release).tls, {
      cert: '/etc/longshore/tls/tls.crt',
      key: '/etc/longshore/tls/tls.key',
    });
    assert.equal(podOf(release).container.livenessProbe?.httpGet?.scheme, 'HTTPS');
  });

  test('keeps state and jobs when it is uninstalled', () => {
    const kept = objects({}).filter(
      ({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] === 'keep',
    );
    assert.deepEqual(kept.map(({ kind }) => kind).toSorted(), [
      'Namespace',
      'PersistentVolumeClaim',
    ]);
  });

  test('refuses what would not work', () => {
    const cases: readonly [set: string, says: RegExp][] = [
      ['server.account=123456789012', /account/],
      ['image.tag=1', /tag/],
      ['jobs.namespaces={default}', /namespaces/],
      ['jobs.namespaces={kube-system}', /namespaces/],
      ['ingress.enabled=true', /ingress.host is needed/],
      ['server.engine=docker', /engine/],
      ['jobRoles.enabled=true', /jobRoles.url is needed/],
      [
        'jobRoles.enabled=true,tls.secretName=a,ingress.enabled=true,ingress.host=b',
        /go without tls.secretName/,
      ],
    ];
    for (const [set, says] of cases) assert.throws(() => rendered({ set: [set] }), says, set);
  });
});

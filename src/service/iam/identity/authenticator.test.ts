// Who gets in: signed requests of the SDK and of our own signer, through the pipeline, against keys
// that a table has.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import type { Principal } from '../../../base/principal.ts';
import { Hidden } from '../../../base/hidden.ts';
import type { Answer } from '../../../wire/answer.ts';
import type { Authenticator } from '../../../wire/authentication.ts';
import { batchDialect } from '../../../wire/error-catalogue.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import type { RequestHead } from '../../../wire/protocol.ts';
import { ask } from '../../../../test/house/ask.ts';
import { echo, echoBatch, echoPipeline } from '../../../../test/house/echo.ts';
import { sdkClient } from '../../../../test/house/sdk-client.ts';
import { headOf, sign } from '../../../../test/house/signed.ts';
import { signatureAuthenticator, type Credentials } from './authenticator.ts';

const nowMs = Date.UTC(2026, 10, 29, 12);
const secret = new Hidden('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
const alice: Principal = {
  kind: 'user',
  account: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/alice',
  userId: 'AIDAEXAMPLE',
  accessKeyId: 'AKIAALICE',
};
const session: Principal = { ...alice, kind: 'assumed-role', accessKeyId: 'ASIASESSION' };

const credentials: Credentials = {
  find(accessKeyId, sessionToken) {
    if (accessKeyId === 'AKIAALICE' && sessionToken === undefined)
      return { secret, principal: alice };
    if (accessKeyId === 'AKIALATE') return Promise.resolve({ secret, principal: alice });
    if (accessKeyId === 'ASIASESSION' && sessionToken === 'token')
      return { secret, principal: session, expiresAtMs: nowMs + 60_000 };
    return { fault: accessKeyId === 'ASIAGONE' ? 'token-expired' : 'unknown-key' };
  },
};

interface Door {
  readonly pipeline: ReturnType<typeof echoPipeline>['pipeline'];
  /** Who got in, in order. */
  readonly principals: Principal[];
}

function open(
  authenticator: Authenticator,
  operations: Parameters<typeof echoBatch>[0] = {},
): Door {
  const principals: Principal[] = [];
  const { pipeline } = echoPipeline([echoBatch(operations)], {
    authenticator,
    authorizer: {
      authorize: ({ context }: { context: RequestContext }) =>
        void principals.push(context.principal),
    },
  });
  return { pipeline, principals };
}

const clock = { now: () => nowMs };
const body = JSON.stringify({ jobs: ['a'] });

function request(
  accessKeyId = 'AKIAALICE',
  more: readonly string[] = [],
  signing: { service?: string; secret?: Hidden; nowMs?: number } = {},
): RequestHead {
  return sign(
    {
      method: 'POST',
      target: '/v1/describejobs',
      headers: ['Host', 'localhost', 'Content-Type', 'application/json', ...more],
    },
    body,
    { accessKeyId, secret, service: 'batch', nowMs, ...signing },
  );
}

/** The error's name and text; empty where there is none. */
const errorOf = ({ status, headers, body: text }: Answer): string =>
  status === 200
    ? ''
    : `${status} ${headers[headers.indexOf('x-amzn-errortype') + 1]}: ${(JSON.parse(text) as { message: string }).message}`;

describe('signatureAuthenticator', () => {
  it('lets in who signed with a key that is found, at once or later', async () => {
    const { pipeline, principals } = open(signatureAuthenticator(credentials, clock));
    for (const head of [
      request(),
      request('AKIALATE'),
      request('ASIASESSION', ['X-Amz-Security-Token', 'token']),
    ])
      assert.equal(errorOf(await ask(pipeline, head, body)), '');
    assert.deepEqual(principals, [alice, alice, session]);
  });

  it('waits for nothing where the key is at hand', () => {
    const principal = signatureAuthenticator(credentials, clock).authenticate({
      head: request(),
      credential: undefined,
      region: 'us-east-1',
      service: 'batch',
      signingName: 'batch',
      mayBeUnsigned: false,
      dialect: batchDialect,
      bodyDigest: () => hash('sha256', body, 'hex'),
    });
    assert.equal(principal, alice);
  });

  it('turns everybody else away, each with AWS’s words', async () => {
    const { pipeline, principals } = open(signatureAuthenticator(credentials, clock));
    const unsigned = headOf('POST', '/v1/describejobs', ['Host', 'localhost']);
    const differs = /^403 InvalidSignatureException: The request signature we calculated/;
    const unknown =
      /^403 UnrecognizedClientException: The security token included in the request is invalid\.$/;
    for (const [head, wanted] of [
      [unsigned, /^403 MissingAuthenticationTokenException: Missing Authentication Token$/],
      [
        headOf('POST', '/v1/describejobs', ['Host', 'localhost', 'Authorization', 'Bearer x']),
        /^403 IncompleteSignatureException: Authorization header requires 'Credential'/,
      ],
      [request('AKIANOBODY'), unknown],
      [request('ASIASESSION'), unknown],
      [request('ASIASESSION', ['X-Amz-Security-Token', 'other']), unknown],
      [request('AKIAALICE', ['X-Amz-Security-Token', 'token']), unknown],
      [request('ASIAGONE', ['X-Amz-Security-Token', 't']), /^403 ExpiredTokenException: /],
      [request('AKIAALICE', [], { secret: new Hidden('guess') }), differs],
      [
        request('AKIAALICE', [], { service: 'iam' }),
        /^403 InvalidSignatureException: Credential should be scoped to correct service: 'batch'\.$/,
      ],
      [
        request('AKIAALICE', [], { nowMs: nowMs - 901_000 }),
        /^403 InvalidSignatureException: Signature expired: 20261129T114459Z is now earlier than 20261129T114500Z \(20261129T120000Z - 15 min\.\)$/,
      ],
      [
        request('AKIAALICE', [], { nowMs: nowMs + 901_000 }),
        /^403 InvalidSignatureException: Signature not yet current: /,
      ],
    ] as const)
      assert.match(errorOf(await ask(pipeline, head, body)), wanted);
    assert.match(errorOf(await ask(pipeline, request(), `${body} `)), differs);
    assert.deepEqual(principals, []);
  });

  it('tells that a session is over to nobody but who signs with it', async () => {
    const later = { now: () => nowMs + 60_000 };
    const { pipeline } = open(signatureAuthenticator(credentials, later));
    const token = ['X-Amz-Security-Token', 'token'];
    assert.match(
      errorOf(await ask(pipeline, request('ASIASESSION', token), body)),
      /^403 ExpiredTokenException: The security token included in the request is expired$/,
    );
    assert.match(
      errorOf(
        await ask(pipeline, request('ASIASESSION', token, { secret: new Hidden('guess') }), body),
      ),
      /^403 InvalidSignatureException: The request signature we calculated/,
    );
  });

  it('lets anybody in to what needs no signature, and still minds one that is there', async () => {
    const { pipeline, principals } = open(signatureAuthenticator(credentials, clock), {
      DescribeJobs: { ...echo(), mayBeUnsigned: true },
    });
    const headers = ['Host', 'localhost'];
    assert.equal(
      errorOf(await ask(pipeline, headOf('POST', '/v1/describejobs', headers), body)),
      '',
    );
    assert.equal(errorOf(await ask(pipeline, request(), body)), '');
    assert.match(
      errorOf(await ask(pipeline, request('AKIANOBODY'), body)),
      /^403 UnrecognizedClientException/,
    );
    assert.match(
      errorOf(await ask(pipeline, headOf('POST', '/v1/listjobs', headers), '{"jobQueue":"q"}')),
      /^403 MissingAuthenticationTokenException/,
    );
    assert.deepEqual(
      principals.map(({ kind }) => kind),
      ['anonymous', 'user'],
    );
  });

  it('understands the SDK, and an ARN in a path', async () => {
    const { pipeline, principals } = open(
      signatureAuthenticator(
        {
          find: (accessKeyId, sessionToken) =>
            accessKeyId === 'ASIASDK' && sessionToken === 'a/b+c=='
              ? { secret, principal: session }
              : { fault: 'unknown-key' },
        },
        { now: () => Date.now() },
      ),
      { ListTagsForResource: echo(() => ({ tags: { a: 'b' } })) },
    );
    const client = sdkClient(batch, 'BatchClient', pipeline, {
      accessKeyId: 'ASIASDK',
      secretAccessKey: secret.reveal(),
      sessionToken: 'a/b+c==',
    });
    const { tags } = await client.send(
      new batch.ListTagsForResourceCommand({
        resourceArn: 'arn:aws:batch:us-east-1:123456789012:job-queue/q ü',
      }),
    );
    assert.deepEqual(tags, { a: 'b' });
    assert.deepEqual(principals, [session]);
    const wrong = sdkClient(batch, 'BatchClient', pipeline, {
      accessKeyId: 'ASIASDK',
      secretAccessKey: 'guess',
      sessionToken: 'a/b+c==',
    });
    await assert.rejects(wrong.send(new batch.DescribeJobsCommand({ jobs: ['a'] })), {
      name: 'InvalidSignatureException',
    });
  });
});

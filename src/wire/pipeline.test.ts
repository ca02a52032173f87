// The pipeline's order of steps, its choice of service and operation, and what it answers when
// something goes wrong.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as batch from '@aws-sdk/client-batch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from './aws-error.ts';
import type { Tags } from './authorization.ts';
import { denied, parameterDialect } from './error-catalogue.ts';
import { jsonRpc } from './json-rpc.ts';
import { notBuilt, type Operation, type OperationTable } from './operation.ts';
import type { RequestHead } from './protocol.ts';
import type { Answer } from './answer.ts';
import type { Pipeline } from './pipeline.ts';
import type { AnyAwsService } from './service.ts';
import { operationsOf } from './schema.ts';
import { ask } from '../../test/house/ask.ts';
import { echo, echoBatch, echoPipeline } from '../../test/house/echo.ts';

const signed = (
  service: string,
  region = 'us-west-2',
  key = '000000000000',
): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260102/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const head = (
  method: string,
  target: string,
  headers: RequestHead['headers'] = {},
): RequestHead => {
  const [path = '', query = ''] = target.split('?');
  return { method, path, query, headers, rawHeaders: [], sourceAddress: '10.0.0.1' };
};

/** Takes a request all the way. */
async function call(
  pipeline: Pipeline,
  request: RequestHead,
  body: unknown = {},
): Promise<
  Answer & { json: Record<string, unknown>; header: (name: string) => string | undefined }
> {
  const answer = await ask(
    pipeline,
    request,
    typeof body === 'string' ? body : JSON.stringify(body),
  );
  return {
    ...answer,
    json: JSON.parse(answer.body) as Record<string, unknown>,
    header: (name) => {
      const at = answer.headers.indexOf(name);
      return at < 0 ? undefined : answer.headers[at + 1];
    },
  };
}

function toyLogs(): AnyAwsService {
  const operations: Record<
    string,
    Operation<unknown, Record<string, unknown>, unknown> | typeof notBuilt
  > = {};
  for (const name of operationsOf(logs).keys()) operations[name] = notBuilt;
  operations['DescribeLogGroups'] = echo((input) => ({ nextToken: JSON.stringify(input) }));
  operations['CreateLogGroup'] = echo(() => undefined);
  return {
    name: 'logs',
    schemas: logs,
    protocol: jsonRpc,
    signingName: 'logs',
    targetPrefix: 'Logs_20140328',
    operations: operations as OperationTable<unknown>,
    deps: undefined,
    dialect: parameterDialect,
    maxBodyBytes: () => 1_572_864,
  };
}

describe('building a pipeline', () => {
  it('refuses a table that lacks an operation, or has one too many', () => {
    const { SubmitJob: _, ...rest } = echoBatch().operations;
    assert.throws(
      () => echoPipeline([{ ...echoBatch(), operations: rest }]),
      /batch: no entry for SubmitJob/,
    );
    assert.throws(
      () =>
        echoPipeline([{ ...echoBatch(), operations: { ...echoBatch().operations, Fly: echo() } }]),
      /batch: the SDK knows no operation Fly/,
    );
  });

  it('refuses to build what its protocol cannot carry, unless it is not built', () => {
    assert.throws(
      () =>
        echoPipeline([
          { ...toyLogs(), operations: { ...toyLogs().operations, StartLiveTail: echo() } },
        ]),
      /streams/,
    );
  });
});

describe('routing', () => {
  const { pipeline } = echoPipeline([echoBatch(), toyLogs()]);
  const target = { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' };

  it('chooses the service by credential scope, then by target, then by path', async () => {
    assert.equal(
      (await call(pipeline, head('POST', '/v1/describejobs', signed('batch')), { jobs: ['1'] }))
        .status,
      200,
    );
    assert.equal(
      (await call(pipeline, head('POST', '/', { ...signed('logs'), ...target }))).status,
      200,
    );
    assert.equal((await call(pipeline, head('POST', '/', target))).status, 200);
    assert.equal(
      (await call(pipeline, head('POST', '/v1/describejobs'), { jobs: ['1'] })).status,
      200,
    );
    assert.equal(
      (
        await call(pipeline, head('POST', '/v1/describejobs', signed('unheard-of')), {
          jobs: ['1'],
        })
      ).status,
      200,
    );
    assert.equal(
      (await call(pipeline, head('POST', '/', { ...signed('batch'), ...target }))).status,
      404,
    );
    assert.equal(
      (
        await call(
          pipeline,
          head(
            'POST',
            '/v1/describejobs?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260102%2Fus-east-1%2Flogs%2Faws4_request',
          ),
        )
      ).status,
      400,
    );
  });

  it('answers for operations, targets and paths that nobody knows', async () => {
    for (const [request, status] of [
      [head('POST', '/'), 404],
      [head('POST', '/v1/'), 404],
      [head('POST', '/v1/SubmitJob'), 404],
      [head('GET', '/v1/submitjob'), 405],
      [head('PATCH', '/v1/tags/arn'), 405],
      [head('GET', '/v1/tags/'), 404],
      [head('GET', '/', target), 405],
      [head('POST', '/', { 'x-amz-target': 'Logs_20140328.Fly' }), 400],
      [head('POST', '/', { 'x-amz-target': 'Nobody.Fly' }), 400],
      [head('POST', '/', { 'x-amz-target': '' }), 404],
      [
        head('POST', '/', {
          'x-amz-target': 'Logs_20140328.DescribeLogGroups, Logs_20140328.DescribeLogGroups',
        }),
        404,
      ],
      [head('POST', '/', { 'x-amz-target': 'Logs_20140328.constructor' }), 400],
    ] as const) {
      const answer = await call(pipeline, request);
      assert.equal(answer.status, status, request.path);
      assert.equal(answer.header('x-amzn-errortype'), 'UnknownOperationException');
      assert.equal(answer.json['__type'], 'UnknownOperationException');
      assert.equal(typeof answer.json['message'], 'string');
    }
  });

  it('takes the ARN of the tag calls encoded and raw, and the keys from the query', async () => {
    const arn = 'arn:aws:batch:us-east-1:000000000000:job-queue/a b';
    for (const path of [
      `/v1/tags/${encodeURIComponent(arn)}`,
      '/v1/tags/arn:aws:batch:us-east-1:000000000000:job-queue/a%20b',
    ]) {
      assert.deepEqual((await call(pipeline, head('GET', path), '')).json, { resourceArn: arn });
      assert.deepEqual(
        (await call(pipeline, head('POST', path), { tags: { a: 'b' }, resourceArn: 'another' }))
          .json,
        { tags: { a: 'b' }, resourceArn: arn },
      );
      assert.deepEqual(
        (await call(pipeline, head('DELETE', `${path}?tagKeys=a&tagKeys=b%20c&other=x`), '')).json,
        { resourceArn: arn, tagKeys: ['a', 'b c'] },
      );
    }
    const without = await call(pipeline, head('DELETE', '/v1/tags/arn'), '');
    assert.equal(without.status, 400);
    assert.match(String(without.json['message']), /tagKeys must be provided/);
    const bad = await call(pipeline, head('GET', '/v1/tags/%zz'), '');
    assert.equal(bad.status, 400);
    assert.match(String(bad.json['message']), /percent-encoded/);
  });

  it('answers JSON 1.1 in its own content type and words', async () => {
    const good = await call(pipeline, head('POST', '/', target), { limit: 5, odd: 1 });
    assert.equal(good.header('content-type'), 'application/x-amz-json-1.1');
    assert.deepEqual(good.json, { nextToken: '{"limit":5}' });
    const create = (body: unknown) =>
      call(pipeline, head('POST', '/', { 'x-amz-target': 'Logs_20140328.CreateLogGroup' }), body);
    assert.deepEqual((await create({ logGroupName: 'g' })).json, {});
    assert.equal((await create({})).header('x-amzn-errortype'), 'InvalidParameterException');
    assert.equal(
      (await call(pipeline, head('POST', '/', { 'x-amz-target': 'Logs_20140328.StartQuery' })))
        .status,
      400,
    );
  });

  it('says which body each operation may have', () => {
    for (const [path, most] of [
      ['/v1/submitjob', 30_720],
      ['/v1/registerjobdefinition', 24_576],
      ['/v1/listjobs', 1_048_576],
    ] as const) {
      const routed = pipeline.route(head('POST', path));
      assert.ok('maxBodyBytes' in routed);
      assert.equal(routed.maxBodyBytes, most);
      assert.equal(pipeline.turnAway(routed, 'too large').status, 413);
    }
  });
});

describe('the steps of a request', () => {
  it('come in their fixed order, and the audit tells how far a request came', async () => {
    const steps: string[] = [];
    let failAt = '';
    const step = (name: string): void => {
      steps.push(name);
      if (name === failAt) throw new AwsError('AccessDeniedException', 403, `stopped at ${name}`);
    };
    const operation: Operation<unknown, batch.DescribeJobsRequest, unknown> = {
      authorizes: (input) => (
        step('access'),
        [{ action: 'batch:DescribeJobs', resources: input.jobs ?? [] }]
      ),
      handle: (_deps, _input, context) => (
        step('invoke'),
        { jobs: [context.account, context.region, context.userAgent] }
      ),
    };
    const { pipeline, audited } = echoPipeline(
      [
        echoBatch({
          DescribeJobs: operation as unknown as Operation<
            unknown,
            Record<string, unknown>,
            unknown
          >,
        }),
      ],
      {
        authenticator: {
          authenticate: () => (
            step('authenticate'),
            { kind: 'root', account: '1', arn: 'arn', userId: '1', accessKeyId: undefined }
          ),
        },
        authorizer: {
          authorize: ({ access }) => step(`authorize ${JSON.stringify(access[0]?.resources)}`),
        },
      },
    );
    const request = head('POST', '/v1/describejobs', { ...signed('batch'), 'user-agent': 'test' });

    const good = await call(pipeline, request, { jobs: ['j'] });
    assert.deepEqual(good.json, { jobs: ['1', 'us-west-2', 'test'] });
    assert.deepEqual(steps, ['authenticate', 'access', 'authorize ["j"]', 'invoke']);
    assert.equal(audited.length, 1);
    assert.equal(audited[0]?.status, 200);
    assert.equal(audited[0]?.requestId, good.header('x-amzn-requestid'));
    assert.deepEqual(audited[0]?.input, { jobs: ['j'] });

    for (const [at, taken] of [
      ['authenticate', 1],
      ['access', 2],
      ['authorize ["j"]', 3],
      ['invoke', 4],
    ] as const) {
      steps.length = audited.length = 0;
      failAt = at;
      const answer = await call(pipeline, request, { jobs: ['j'] });
      assert.equal(answer.status, 403);
      assert.equal(steps.length, taken);
      assert.equal(audited.length, 1);
      assert.equal(audited[0]?.operation, 'DescribeJobs');
      assert.equal(audited[0].error?.message, `stopped at ${at}`);
      assert.equal(audited[0].context?.principal.arn, at === 'authenticate' ? undefined : 'arn');
      assert.deepEqual(audited[0].input, at === 'authenticate' ? undefined : { jobs: ['j'] });
      assert.deepEqual(
        audited[0].access,
        at === 'authenticate' || at === 'access'
          ? []
          : [{ action: 'batch:DescribeJobs', resources: ['j'] }],
      );
      assert.equal(audited[0].output, undefined);
    }
    failAt = '';
    steps.length = audited.length = 0;
    assert.equal((await call(pipeline, request, '{')).status, 400);
    assert.deepEqual(steps, ['authenticate']);
    assert.equal(audited[0]?.context?.principal.arn, 'arn');
    assert.equal(audited[0].input, undefined);
  });

  it('leave a record as soon as an operation is named, and none before', async () => {
    const { pipeline, audited } = echoPipeline([echoBatch({ CreateQuotaShare: notBuilt })], {
      authenticator: { authenticate: () => Promise.reject(denied('who are you?')) },
    });
    const routed = pipeline.route(head('POST', '/v1/submitjob'));
    assert.ok('maxBodyBytes' in routed);
    pipeline.turnAway(routed, 'too large');
    await call(pipeline, head('POST', '/v1/createquotashare'));
    await call(pipeline, head('POST', '/v1/describejobs'));
    assert.deepEqual(
      audited.map(({ service, operation, status, context, sourceAddress }) => [
        service,
        operation,
        status,
        context,
        sourceAddress,
      ]),
      [
        ['batch', 'SubmitJob', 413, undefined, '10.0.0.1'],
        ['batch', 'CreateQuotaShare', 403, undefined, '10.0.0.1'],
        ['batch', 'DescribeJobs', 403, undefined, '10.0.0.1'],
      ],
    );
    audited.length = 0;
    await call(pipeline, head('POST', '/v1/nothing'));
    await call(pipeline, head('PATCH', '/v1/submitjob'));
    pipeline.refuse(head('POST', '/v1/submitjob'), denied('a web page'));
    assert.deepEqual(audited, []);
  });

  it('wait for an authenticator and an authorizer that answer later', async () => {
    const steps: string[] = [];
    const later = async <T>(name: string, value: T): Promise<T> => {
      steps.push(`${name} is asked`);
      await new Promise(setImmediate);
      steps.push(`${name} answers`);
      return value;
    };
    const principal = {
      kind: 'user',
      account: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/me',
      userId: 'AIDA1',
      accessKeyId: 'AKIA1',
    } as const;
    const { pipeline, audited } = echoPipeline(
      [
        echoBatch({
          DescribeJobs: {
            authorizes: () => [
              {
                action: 'batch:DescribeJobs',
                resources: ['*'],
                conditions: () => assert.fail('nobody asked for the conditions'),
              },
            ],
            handle: (_deps, _input, context) => (
              steps.push('invoke'),
              { jobs: [context.principal.arn, context.scope] }
            ),
          },
        }),
      ],
      {
        authenticator: { authenticate: () => later('authenticator', principal) },
        authorizer: { authorize: () => later('authorizer', undefined) },
      },
    );
    assert.deepEqual((await call(pipeline, head('POST', '/v1/describejobs'), { jobs: [] })).json, {
      jobs: [principal.arn, '111122223333/eu-central-1'],
    });
    assert.deepEqual(steps, [
      'authenticator is asked',
      'authenticator answers',
      'authorizer is asked',
      'authorizer answers',
      'invoke',
    ]);
    assert.deepEqual(audited[0]?.context?.principal, principal);
  });

  it('let an authorizer read the tags of any resource, and know who asks for what', async () => {
    const seen: unknown[] = [];
    const tagged = (name: string, tags: Tags | Promise<Tags>): AnyAwsService => ({
      ...(name === 'batch' ? echoBatch() : toyLogs()),
      deps: name,
      tagsOf: (deps, arn, context) => (seen.push([deps, arn, context.operation]), tags),
    });
    const { pipeline } = echoPipeline(
      [tagged('batch', { team: 'red' }), tagged('logs', Promise.resolve({ team: 'blue' }))],
      {
        authorizer: {
          async authorize({ context, tagsOf }) {
            seen.push([context.service, context.operation, context.principal.account]);
            seen.push(await tagsOf('arn:aws:batch:us-east-1:1:job/a'));
            seen.push(await tagsOf('arn:aws:logs:us-east-1:1:log-group:a'));
            seen.push(await tagsOf('arn:aws:s3:::bucket'), await tagsOf('*'));
          },
        },
      },
    );
    await call(pipeline, head('POST', '/v1/describejobs', signed('batch')), { jobs: [] });
    assert.deepEqual(seen, [
      ['batch', 'DescribeJobs', '000000000000'],
      ['batch', 'arn:aws:batch:us-east-1:1:job/a', 'DescribeJobs'],
      { team: 'red' },
      ['logs', 'arn:aws:logs:us-east-1:1:log-group:a', 'DescribeJobs'],
      { team: 'blue' },
      undefined,
      undefined,
    ]);
  });

  it('ask nobody about more resources than a request of AWS’s can name', async () => {
    let asked = 0;
    const { pipeline } = echoPipeline(
      [
        echoBatch({
          DescribeJobs: {
            ...echo(),
            authorizes: ({ jobs }) => [{ action: 'batch:Some', resources: jobs as string[] }],
          },
        }),
      ],
      { authorizer: { authorize: () => void asked++ } },
    );
    const named = (count: number) =>
      call(pipeline, head('POST', '/v1/describejobs'), { jobs: Array<string>(count).fill('a') });
    assert.equal((await named(1_000)).status, 200);
    const { status, json } = await named(1_001);
    assert.equal(status, 400);
    assert.match(String(json['message']), /more than 1000 resources/);
    assert.equal(asked, 1);
  });

  it('invoke nothing where an authorizer breaks', async () => {
    let invoked = 0;
    const { pipeline, faults } = echoPipeline([echoBatch({ ListJobs: echo(() => ++invoked) })], {
      authorizer: { authorize: () => Promise.reject(new TypeError('no policy')) },
    });
    assert.equal((await call(pipeline, head('POST', '/v1/listjobs'))).status, 500);
    assert.deepEqual([invoked, faults.length], [0, 1]);
  });

  it('take account and region from the credential, whatever its region is called, else from the server', async () => {
    const seen: string[] = [];
    const { pipeline } = echoPipeline([echoBatch()], {
      authorizer: { authorize: ({ context }) => void seen.push(context.scope) },
    });
    for (const headers of [signed('batch'), signed('batch', 'nowhere', 'AKID'), {}])
      await call(pipeline, head('POST', '/v1/describejobqueues', headers));
    assert.deepEqual(seen, [
      '000000000000/us-west-2',
      '123456789012/nowhere',
      '123456789012/eu-central-1',
    ]);
    const none = await call(
      pipeline,
      head('POST', '/v1/describejobqueues', signed('batch', 'no_where', 'AKID')),
    );
    assert.deepEqual(
      [none.status, none.header('x-amzn-errortype'), seen.length],
      [403, 'InvalidSignatureException', 3],
    );
  });

  it('hide faults of ours, in a handler, in an answer that cannot be written, and in the audit', async () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const { pipeline, faults } = echoPipeline([
      echoBatch({
        ListJobs: echo(() => loop),
        DescribeJobs: echo(() => Promise.reject(new RangeError('hidden'))),
        CancelJob: echo(() => {
          throw 'odd';
        }),
      }),
    ]);
    for (const [path, body] of [
      ['/v1/listjobs', {}],
      ['/v1/describejobs', { jobs: [] }],
      ['/v1/canceljob', { jobId: 'j', reason: 'r' }],
    ] as const) {
      const answer = await call(pipeline, head('POST', path), body);
      assert.equal(answer.status, 500);
      assert.deepEqual(answer.json, {
        __type: 'ServerException',
        message: `internal error, request id ${answer.header('x-amzn-requestid')}`,
      });
    }
    assert.equal(faults.length, 3);
    const deaf = echoPipeline([echoBatch()], {
      audit: () => {
        throw new Error('the audit is full');
      },
    });
    assert.equal((await call(deaf.pipeline, head('POST', '/v1/describejobqueues'))).status, 200);
    assert.match(String(deaf.faults[0]?.error), /audit is full/);
  });

  it('answer an honest error for what is not built, whatever the body', async () => {
    const { pipeline } = echoPipeline([echoBatch({ CreateQuotaShare: notBuilt })]);
    const answer = await call(pipeline, head('POST', '/v1/createquotashare'), '{');
    assert.equal(answer.status, 400);
    assert.match(String(answer.json['message']), /CreateQuotaShare is not built in Longshore yet/);
  });
});

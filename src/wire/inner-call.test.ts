// Calls from within the server: their names and times, the same steps as a request's, and what is
// written down of them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import { echo, echoBatch, echoPipeline } from '../../test/house/echo.ts';
import type { Principal } from '../base/principal.ts';
import { AwsError } from './aws-error.ts';
import type { InnerCall } from './inner-call.ts';
import { notBuilt, type RequestContext } from './operation.ts';
import type { PipelineOptions } from './pipeline.ts';

const events: Principal = {
  kind: 'service',
  account: '111122223333',
  arn: 'events.amazonaws.com',
  userId: 'events.amazonaws.com',
  accessKeyId: undefined,
};

function inner(options: Partial<PipelineOptions> = {}) {
  const batch = echoBatch({
    TagResource: notBuilt,
    ListJobs: echo(() => {
      throw new Error('broken');
    }),
  });
  const made = echoPipeline([batch], options);
  return {
    ...made,
    call: (operation: string, input: unknown, more: Partial<InnerCall> = {}) =>
      made.pipeline.call({
        service: 'batch',
        operation,
        input,
        principal: events,
        region: 'us-west-2',
        invokedBy: 'events.amazonaws.com',
        ...more,
      }),
  };
}

const named = (name: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AwsError);
  assert.equal(error.name, name);
  assert.match(error.message, message);
  return true;
};

describe('the input of a call from within', () => {
  const { call } = inner();

  it('has the names of members, with a capital or without, and maps as they are', async () => {
    const sent = {
      JobName: 'n',
      jobQueue: 'q',
      JobDefinition: 'd',
      Parameters: { Key: 'a', key: 'b' },
      ContainerOverrides: { Environment: [{ Name: 'A', value: '1' }], Command: ['Name'] },
      Odd: 1,
    };
    assert.deepEqual(await call('SubmitJob', sent), {
      jobName: 'n',
      jobQueue: 'q',
      jobDefinition: 'd',
      parameters: { Key: 'a', key: 'b' },
      containerOverrides: { environment: [{ name: 'A', value: '1' }], command: ['Name'] },
    });
  });

  it('tells each member once, and where something is wrong', async () => {
    const both = { jobName: 'n', JobName: 'm', jobQueue: 'q', jobDefinition: 'd' };
    await assert.rejects(call('SubmitJob', both), named('SerializationException', /the same/));
    await assert.rejects(
      call('SubmitJob', { ...both, JobName: null, jobQueue: undefined, Parameters: 'x' }),
      AwsError,
    );
    await assert.rejects(
      call('SubmitJob', { JobName: 'n', JobDefinition: 'd' }),
      named('ClientException', /jobQueue/),
    );
    await assert.rejects(
      call('SubmitJob', {
        JobName: 'n',
        JobDefinition: 'd',
        JobQueue: 'q',
        ContainerOverrides: { Environment: [{ Name: 1 }] },
      }),
      named('SerializationException', /containerOverrides\.environment\[0\]\.name/i),
    );
    await assert.rejects(call('SubmitJob', 'text'), AwsError);
    await assert.rejects(call('SubmitJob', null), AwsError);
  });

  it('may be as large as a request', async () => {
    const input = { jobName: 'n', jobQueue: 'q', jobDefinition: 'd' };
    const parameters = { p: 'x'.repeat(40_000) };
    await assert.rejects(call('SubmitJob', { ...input, parameters }), ({ status }) => {
      assert.equal(status, 413);
      return true;
    });
  });

  it('has times as text or in seconds, whatever the wire has', async () => {
    const { pipeline } = echoPipeline([
      {
        ...echoBatch(),
        name: 'cloudtrail',
        schemas: async () => cloudtrail,
        operations: { LookupEvents: echo() },
        restNotBuilt: true,
      },
    ]);
    const look = (operation: string, input: object) =>
      pipeline.call({
        service: 'cloudtrail',
        operation,
        input,
        principal: events,
        region: 'us-west-2',
        invokedBy: 'events.amazonaws.com',
      });
    assert.deepEqual(await look('LookupEvents', { StartTime: 86_400, EndTime: '1970-01-03' }), {
      StartTime: new Date(86_400_000),
      EndTime: new Date(172_800_000),
    });
    await assert.rejects(look('LookupEvents', { StartTime: 'soon' }), AwsError);
    await assert.rejects(look('ListTrails', {}), AwsError);
  });
});

describe('a call from within', () => {
  it('takes the steps of a request, and none is signed', async () => {
    const asked: RequestContext[] = [];
    const { call, audited } = inner({
      authenticator: {
        authenticate: () => {
          throw new Error('nobody signed');
        },
      },
      authorizer: {
        authorize: ({ context }) => {
          asked.push(context);
          if (context.operation === 'CancelJob') throw new AwsError('AccessDenied', 403, 'no');
        },
      },
      unavailable: (operation) => (operation === 'TerminateJob' ? 'full' : undefined),
    });
    await call('DescribeJobs', { jobs: ['1'] });
    const [context] = asked;
    assert.equal(context?.principal, events);
    assert.equal(context?.scope, '111122223333/us-west-2');
    assert.equal(context?.invokedBy, 'events.amazonaws.com');
    assert.equal(context?.isEncrypted, true);
    await assert.rejects(
      call('CancelJob', { jobId: '1', reason: 'r' }),
      named('AccessDenied', /no/),
    );
    await assert.rejects(call('TerminateJob', { jobId: '1', reason: 'r' }), /full/);
    assert.deepEqual(
      audited.map(({ operation, status, sourceAddress }) => [operation, status, sourceAddress]),
      [
        ['DescribeJobs', 200, 'events.amazonaws.com'],
        ['CancelJob', 403, 'events.amazonaws.com'],
        ['TerminateJob', 503, 'events.amazonaws.com'],
      ],
    );
  });

  it('is refused where nothing answers it, and tells no fault of ours', async () => {
    const { call, faults } = inner();
    await assert.rejects(call('Fly', {}), named('UnknownOperationException', /batch has no/));
    await assert.rejects(
      call('SubmitJob', {}, { service: 'sqs' }),
      named('UnknownOperationException', /sqs has no/),
    );
    await assert.rejects(call('TagResource', { resourceArn: 'a', tags: {} }), AwsError);
    assert.deepEqual(faults, []);
    await assert.rejects(call('ListJobs', {}), ({ status }) => status === 500);
    assert.equal(faults.length, 1);
  });
});

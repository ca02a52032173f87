// Whose record a call is, and to whom it is handed: by who called and what came of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallOutcome, NewCallRecord } from '../../../port/table.ts';
import { AwsError } from '../../../wire/aws-error.ts';
import type { Principal } from '../../../base/principal.ts';
import { ask } from '../../../../test/house/ask.ts';
import { account } from '../../../../test/house/caller.ts';
import { echo, echoBatch, echoPipeline } from '../../../../test/house/echo.ts';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import type { PipelineOptions } from '../../../wire/pipeline.ts';
import { Recorder } from './recorder.ts';

const own = '999999999999';
const roleArn = `arn:aws:iam::${account}:role/r`;

class Kept {
  readonly records: { readonly record: NewCallRecord; readonly isStranger: boolean }[] = [];
  readonly outcomes: CallOutcome[] = [];
  readonly recorder: Recorder;

  constructor(of: 'all' | 'changes' = 'all') {
    this.recorder = new Recorder({
      of,
      keeper: {
        keep: (record, isStranger) => this.records.push({ record, isStranger }),
        complete: (outcome) => this.outcomes.push(outcome),
      },
      clock: { now: () => 7 },
      account: own,
      region: 'eu-west-1',
    });
  }

  async call(
    operation: string,
    options: Partial<PipelineOptions> = {},
    handle: (context: RequestContext) => void = () => undefined,
  ): Promise<void> {
    const access: Access[] = [{ action: 'batch:Some', resources: [roleArn] }];
    const service = echoBatch({
      [operation]: {
        ...echo(),
        authorizes: () => access,
        handle: (_deps, _input, context) => {
          handle(context);
          return {};
        },
      },
    });
    const { pipeline } = echoPipeline([service], {
      begin: (call, scope) => this.recorder.begin(call, scope),
      audit: (record) => this.recorder.end(record),
      ...options,
    });
    const path = `/v1/${operation.toLowerCase()}`;
    const head = { method: 'POST', path, query: '', headers: {}, rawHeaders: [] };
    await ask(pipeline, { ...head, sourceAddress: '10.0.0.1' }, '{"jobQueue":"q"}');
  }
}

const deny: PipelineOptions['authenticator'] = {
  authenticate() {
    throw new AwsError('UnrecognizedClientException', 403, 'who?');
  },
};
const anybody: PipelineOptions['authenticator'] = {
  authenticate: (): Principal => ({
    kind: 'anonymous',
    account: 'anonymous',
    arn: 'anonymous',
    userId: 'anonymous',
    accessKeyId: undefined,
  }),
};

test('a change that was committed is completed, and all else is kept whole', async () => {
  const kept = new Kept();
  await kept.call('DeleteJobQueue', {}, ({ record }) => {
    assert.ok(record);
    assert.match(record.text(), /"parameters":\{"jobQueue":"q"\}/);
    record.number = 42;
  });
  assert.deepEqual(kept.outcomes, [{ number: 42, outcome: '{}' }]);
  assert.equal(kept.records.length, 0);
  await kept.call('DeleteJobQueue');
  await kept.call('DescribeJobQueues', {}, ({ record }) => assert.equal(record, undefined));
  assert.deepEqual(
    kept.records.map(({ record, isStranger }) => [record.scope, record.atMs, isStranger]),
    [
      [`${account}/eu-central-1`, 7, false],
      [`${account}/eu-central-1`, 7, false],
    ],
  );
});

test('reads have no record where only changes have', async () => {
  const kept = new Kept('changes');
  await kept.call('DescribeJobQueues');
  assert.equal(kept.records.length, 0);
  await kept.call('DeleteJobQueue');
  assert.equal(kept.records.length, 1);
});

test('strangers are the server’s own', async () => {
  const kept = new Kept();
  await kept.call('DeleteJobQueue', { authenticator: deny });
  await kept.call('DeleteJobQueue', { authenticator: anybody });
  await kept.call('DeleteJobQueue', { authenticator: anybody }, () => {
    throw new AwsError('AccessDenied', 403, 'no');
  });
  assert.deepEqual(
    kept.records.map(({ record, isStranger }) => [record.scope, isStranger]),
    [
      [`${own}/eu-central-1`, true],
      [`${own}/eu-central-1`, true],
      [`${own}/eu-central-1`, true],
    ],
  );
  const [denied] = kept.records;
  assert.match(denied?.record.call ?? '', /"error":\{"code":"UnrecognizedClientException"/);
  assert.doesNotMatch(denied?.record.call ?? '', /"caller"/);
});

// The log group of a container: it must be there at the start, or be asked for.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rig } from '../../../test/house/rig.ts';
import { describeJobs } from '../batch/job/describe-jobs.ts';
import { createLogGroup } from './create-log-group.ts';

const group = '/mine';
const logging = (options: Record<string, string>) => ({
  logConfiguration: { logDriver: 'awslogs', options },
});
async function startOf(options: Record<string, string>, given?: Rig): Promise<[Rig, string]> {
  const rig = given ?? (await Rig.open());
  await rig.define('logs', logging(options));
  return [rig, await rig.submit('logs')];
}

const started: [string, Record<string, string>][] = [
  ['none is named', {}],
  ["it is AWS Batch's own", { 'awslogs-group': '/aws/batch/job' }],
  ['it is to be made', { 'awslogs-group': group, 'awslogs-create-group': 'true' }],
];

describe('a log group', () => {
  for (const [title, options] of started)
    it(`is asked for nowhere where ${title}`, async () => {
      const [rig, id] = await startOf(options);
      assert.ok(rig.engine.specs.has(rig.container(id as never)));
    });

  it('that is not there fails the start, and no more once it is there', async () => {
    for (const create of ['', 'false']) {
      const [rig, id] = await startOf({ 'awslogs-group': group, 'awslogs-create-group': create });
      assert.equal(rig.engine.specs.size, 0);
      const { jobs = [] } = await rig.call(describeJobs, { jobs: [id] });
      assert.deepEqual(
        jobs.map(({ status, statusReason, container }) => [
          status,
          statusReason,
          container?.reason,
          container?.logStreamName,
        ]),
        [
          [
            'FAILED',
            'Task failed to start',
            'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
            undefined,
          ],
        ],
      );
      await rig.call(createLogGroup, { logGroupName: group });
      const [, next] = await startOf({ 'awslogs-group': group }, rig);
      assert.ok(rig.engine.specs.has(rig.container(next as never)));
    }
  });
});

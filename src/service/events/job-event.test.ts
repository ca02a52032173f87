// What events tell of service jobs, and that rules which want them find them before they are told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../base/assert.ts';
import { jobId } from '../../base/ids.ts';
import { scope } from '../../../test/house/caller.ts';
import { submitTraining, trainingRig } from '../../../test/house/training.ts';
import { serviceJobDetail } from '../batch/view/service-job.ts';
import { jobStateChange } from './job-event.ts';
import { changeFields } from './rule/known-facts.ts';

test('a service job is told of by a type of its own, without tags and payload', async () => {
  const rig = await trainingRig();
  const id = jobId(await submitTraining(rig, { tags: { team: 'blue' } }));
  const found = must(rig.control.reader.jobs.one(scope, id), 'it is there');
  const job = must(rig.job(id), 'it has not ended');
  assert.ok(!('arraySize' in job));
  const view = { ...found, job };
  const event = jobStateChange({ from: 'SCHEDULED', atMs: 1, view });
  const { tags: _tags, serviceRequestPayload: _payload, ...detail } = serviceJobDetail(view);
  assert.deepEqual(
    [event['detail-type'], event.resources, event.detail],
    ['Batch Service Job State Change', [detail.jobArn], detail],
  );
  const facts = { detail: view.detail, tags: view.tags };
  const fields = changeFields({ jobId: id, to: 'STARTING', atMs: 1, job }, facts);
  assert.deepEqual(
    ['detail-type', 'detail.status', 'resources', 'detail.jobDefinition', 'detail.tags.team'].map(
      (path) => fields(path).map(({ value }) => value),
    ),
    [['Batch Service Job State Change'], ['STARTING'], [detail.jobArn], [], []],
  );
});

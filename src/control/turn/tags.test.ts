// Tags are those of the resource that is there: neither a request beside its deletion nor one that
// comes late leaves any behind for the next of its name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { isRefusal } from '../../base/refusal.ts';
import { jobQueueArn } from '../../core/arn.ts';
import type { Command } from '../../core/command/command.ts';

const arn = jobQueueArn(scope, 'other');
const environments = [{ order: 1, computeEnvironment: 'ce' }];
const create: Command = {
  type: 'create-job-queue',
  scope,
  request: { jobQueueName: 'other', priority: 1, computeEnvironmentOrder: environments },
};
const disable: Command = {
  type: 'update-job-queue',
  scope,
  request: { jobQueue: 'other', state: 'DISABLED' },
};
const remove: Command = { type: 'delete-job-queue', scope, jobQueue: 'other' };
const tag = (set: Record<string, string>, gone: string[] = []): Command => ({
  type: 'change-tags',
  scope,
  arn,
  set,
  remove: gone,
});

/** All in one turn; which of them were refused. */
async function together(rig: Rig, ...commands: Command[]): Promise<boolean[]> {
  const answers = Promise.all(commands.map((command) => rig.ask(command)));
  await rig.clock.pass(0);
  return (await answers).map(isRefusal);
}

test('in the turn of the deletion they are refused after it, and go with it before it', async () => {
  const rig = await Rig.open();
  await together(rig, create, disable);
  const refused = await together(rig, tag({ a: '1' }), remove, tag({ b: '2' }), create);
  assert.deepEqual(refused, [false, false, true, false]);
  assert.deepEqual(rig.store.reader.tags(arn), {});
  assert.deepEqual(rig.control.reader.batch.tags(scope, arn), {});
});

test('changes of one turn add up, and the next turn finds them', async () => {
  const rig = await Rig.open();
  await together(rig, create, tag({ a: '1', b: '2' }), tag({ c: '3' }, ['a']));
  await together(rig, tag({ b: '4' }));
  assert.deepEqual(rig.store.reader.tags(arn), { b: '4', c: '3' });
});

test('of a job they are kept beside its row, and there are none of what nobody knows', async () => {
  const rig = await Rig.open();
  const id = await rig.submit('d');
  const job = rig.control.reader.jobs.one(scope, id)!.detail.arn;
  await rig.ask({ ...tag({ a: '1' }), arn: job } as Command);
  assert.deepEqual(rig.control.reader.batch.tags(scope, job), { a: '1' });
  const unknown = { ...tag({ a: '1' }), arn: job.replace(id, 'unknown') } as Command;
  assert.ok(isRefusal(await rig.ask(unknown)));
});

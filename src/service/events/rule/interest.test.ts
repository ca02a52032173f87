// What rules want of jobs' changes: whatever a pattern asks for, those of its events are stored
// that a rule matches, and mostly no others.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TaskContainerProperties } from '@aws-sdk/client-batch';
import { account, context, scope } from '../../../../test/house/caller.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { must } from '../../../base/assert.ts';
import { childId } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { compilePattern } from '../../../core/event-pattern/compile.ts';
import { jsonFields } from '../../../core/event-pattern/fields.ts';
import { RuleSet } from '../../../core/event-pattern/rule-set.ts';
import type { NewBusEventRow } from '../../../port/delivery.ts';
import { tagResource } from '../../batch/tag/tag-resource.ts';

const arnOf = (resource: string): string =>
  `arn:aws:batch:${context.region}:${account}:${resource}`;

interface Run {
  readonly told: readonly string[];
  /** How many changes were stored for it, but for those of many children together. */
  readonly stored: number;
}

/** Of children that change together it is not asked what they are. */
const isOfMany = ({ what }: NewBusEventRow): boolean =>
  'change' in what && what.change.children !== undefined;

const inTask: TaskContainerProperties = {
  name: 'main',
  image: 'busybox',
  resourceRequirements: [
    { type: 'VCPU', value: '1' },
    { type: 'MEMORY', value: '64' },
  ],
};

/** The same lives of the same jobs each time, and what a rule heard of them. */
async function run(pattern: object): Promise<Run> {
  const told: string[] = [];
  const rig = await Rig.open({
    senders: () => ({
      'rule-target': {
        policyOf: () => ({ retries: 0, maxAgeMs: 86_400_000, atOnce: 1 }),
        send: ({ body }) => {
          told.push(body);
          return Promise.resolve(undefined);
        },
        insteadOf: () => undefined,
      },
    }),
  });
  let stored = 0;
  const { commit } = rig.store;
  rig.store.commit = (what) => {
    stored += what.busEvents.filter((row) => !isOfMany(row)).length;
    return commit.call(rig.store, what);
  };
  const call = eventsCaller(rig);
  await call('PutRule', { Name: 'r', EventPattern: JSON.stringify(pattern) });
  const Arn = `arn:aws:sns:${context.region}:${account}:t`;
  await call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn }] });

  const retried = await rig.submit('d', {
    jobName: 'nightly-1',
    parameters: { 'a.b': 'x' },
    tags: { team: 'blue' },
    retryStrategy: { attempts: 2 },
  });
  const array = await rig.submit('d', { jobName: 'sweep', arrayProperties: { size: 3 } });
  for (const [id, exitCode] of [
    [retried, 7],
    [retried, 0],
    [childId(array, 0), 0],
    [childId(array, 1), 3],
  ] as const) {
    const attempt = rig.attempt(id);
    await rig.started(attempt);
    await rig.exited(attempt, exitCode);
  }
  const resourceArn = arnOf(`job/${array}`);
  await rig.call(tagResource, { resourceArn, tags: { team: 'red' } });
  await rig.ask({
    type: 'register-job-definition',
    scope,
    request: {
      jobDefinitionName: 'task',
      type: 'container',
      platformCapabilities: ['FARGATE'],
      ecsProperties: { taskProperties: [{ containers: [inTask] }] },
    },
  });
  const task = rig.attempt(await rig.submit('task'));
  await rig.started(task);
  await rig.exited(task, 3);
  await rig.define('large', { vcpus: 4 });
  const waiting = await rig.submit('large', { arrayProperties: { size: 2 } });
  await rig.terminate(waiting);
  const last = rig.attempt(childId(array, 2));
  await rig.started(last);
  await rig.exited(last);
  assert.deepEqual(rig.problems, []);
  return { told, stored };
}

const patterns: readonly object[] = [
  { source: ['aws.batch'] },
  { source: ['mine'] },
  { source: [{ 'anything-but': 'aws.batch' }] },
  { account: [account], detail: { status: ['FAILED'] } },
  { detail: { status: [{ 'anything-but': ['RUNNABLE', 'STARTING'] }] } },
  { detail: { jobQueue: [arnOf('job-queue/q')], status: ['RUNNING'] } },
  { detail: { jobQueue: [arnOf('job-queue/other')] } },
  { detail: { jobName: [{ prefix: 'nightly-' }], status: ['SUCCEEDED'] } },
  { detail: { jobName: [{ suffix: 'eep' }] } },
  { detail: { jobName: ['none'] } },
  { detail: { jobDefinition: [{ wildcard: '*:job-definition/d:*' }] } },
  { detail: { jobDefinition: [arnOf('job-definition/large:1')], status: ['FAILED'] } },
  { detail: { container: { exitCode: [0] } } },
  { detail: { container: { exitCode: [{ numeric: ['>', 2, '<', 5] }] } } },
  { detail: { container: { exitCode: [{ exists: false }] }, status: ['RUNNING', 'FAILED'] } },
  { detail: { container: { exitCode: [{ exists: false }] }, status: ['FAILED'] } },
  { detail: { ecsProperties: { taskProperties: { containers: { exitCode: [3] } } } } },
  { detail: { attempts: { container: { exitCode: [7] } }, status: ['SUCCEEDED'] } },
  { detail: { attempts: { statusReason: [{ exists: true }] }, jobName: ['nightly-1'] } },
  { detail: { container: { reason: [{ exists: true }] } } },
  { detail: { tags: { team: ['blue'] } } },
  { detail: { tags: { team: ['red'] } } },
  { detail: { tags: { team: [{ exists: false }] }, status: ['STARTING'] } },
  { detail: { parameters: { 'a.b': ['x'] }, status: ['STARTING'] } },
  { detail: { parameters: { a: { b: ['x'] } }, status: ['RUNNING'] } },
  { detail: { parameters: { none: ['x'] } } },
  { detail: { container: { image: ['busybox'] }, status: ['FAILED'] } },
  { detail: { statusReason: [{ exists: true }] } },
  { detail: { arrayProperties: { index: [1] } } },
  { detail: { arrayProperties: { size: [3] } } },
  { detail: { $or: [{ tags: { team: ['blue'] } }, { container: { exitCode: [3] } }] } },
  { $or: [{ detail: { status: ['FAILED'] } }, { detail: { jobName: ['nightly-1'] } }] },
  { detail: { shareIdentifier: [{ exists: false }], status: ['PENDING'] } },
];

describe('of the events that there are', () => {
  let all: Run;
  before(async () => {
    all = await run({ version: ['0'] });
    assert.ok(all.told.length > 25, `${all.told.length}`);
  });

  const named = (): object[] => {
    const events = all.told.map(
      (text) => JSON.parse(text) as { resources: string[]; detail: { jobId: string } },
    );
    const single = must(events[0], 'the first');
    const child = must(
      events.find(({ detail }) => detail.jobId.endsWith(':1')),
      'of a child',
    );
    return [
      { detail: { jobId: [single.detail.jobId] } },
      { detail: { jobId: [child.detail.jobId], status: ['FAILED'] } },
      { detail: { jobId: [{ 'anything-but': [single.detail.jobId] }] } },
      { detail: { jobId: ['another'] } },
      { resources: [single.resources[0]] },
      { resources: [child.resources[0]] },
      { resources: ['arn:aws:batch:eu-west-1:1:job/another'] },
    ];
  };

  it('each that a rule matches is told, once, and no other', async () => {
    for (const pattern of [...patterns, ...named()]) {
      const compiled = compilePattern(JSON.stringify(pattern));
      assert.ok(!isRefusal(compiled), JSON.stringify(pattern));
      const rule = new RuleSet<'r'>();
      rule.set('r', compiled);
      const wanted = all.told.filter(
        (text) => rule.match(jsonFields(JSON.parse(text) as object)).size > 0,
      );
      const { told } = await run(pattern);
      assert.deepEqual(told.toSorted(), wanted.toSorted(), JSON.stringify(pattern));
    }
  });

  it('none is stored for a rule that asks for what no job has', async () => {
    for (const pattern of [
      { source: ['mine'] },
      { detail: { jobName: ['none'] } },
      { detail: { jobQueue: [arnOf('job-queue/other')] } },
      { detail: { container: { exitCode: [99] } } },
      { detail: { jobDefinition: [{ wildcard: '*:job-definition/none:*' }] } },
      { detail: { tags: { team: ['green'] }, status: ['FAILED'] } },
    ]) {
      const { stored } = await run(pattern);
      assert.equal(stored, 0, JSON.stringify(pattern));
    }
  });
});

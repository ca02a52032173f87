// Events and rules: what a rule wants of jobs goes to its targets, each change once and in order,
// also what waited when the server ended; what no rule wants is not even stored.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scope } from '../../../../test/house/caller.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { childId, type JobId } from '../../../base/ids.ts';
import type { Transition } from '../../../core/turn/transition.ts';
import type { Delivery, Sender } from '../../../port/delivery.ts';
import type { JobStateChange } from '../job-event.ts';

const topic = 'arn:aws:sns:eu-west-1:123456789012:t';

class Scene {
  readonly delivered: Delivery[] = [];
  readonly rig: Rig;
  call: ReturnType<typeof eventsCaller>;
  isDown = false;

  private constructor(rig: Rig, delivered: Delivery[]) {
    this.rig = rig;
    this.delivered = delivered;
    this.call = eventsCaller(rig);
  }

  static async open(): Promise<Scene> {
    const delivered: Delivery[] = [];
    const sender: Sender = {
      policyOf: () => ({ retries: 3, maxAgeMs: 86_400_000, atOnce: 5 }),
      send: (delivery) => {
        delivered.push(delivery);
        return Promise.resolve(undefined);
      },
      insteadOf: () => undefined,
    };
    const rig = await Rig.open({ senders: () => ({ 'rule-target': sender }) });
    return new Scene(rig, delivered);
  }

  async rule(name: string, pattern: object, targets = 1): Promise<void> {
    await this.call('PutRule', { Name: name, EventPattern: JSON.stringify(pattern) });
    const Targets = Array.from({ length: targets }, (_, at) => ({ Id: `${at}`, Arn: topic }));
    await this.call('PutTargets', { Rule: name, Targets });
  }

  /** What came where, in order. */
  get told(): string[] {
    return this.delivered.map(({ lane, body }) => {
      const { detail } = JSON.parse(body) as JobStateChange;
      return `${lane.id} ${detail.jobId} ${detail.status}`;
    });
  }

  get stored(): number {
    return this.rig.store.reader.outbox.busEventsAbove(0, 1_000).length;
  }

  async run(id: JobId, exitCode = 0): Promise<void> {
    const attempt = this.rig.attempt(id);
    await this.rig.started(attempt);
    await this.rig.exited(attempt, exitCode);
  }
}

it('sends every change of a job to each target of a rule that wants it', async () => {
  const scene = await Scene.open();
  await scene.rule('all', { source: ['aws.batch'] }, 2);
  await scene.rule('failed', { detail: { status: ['FAILED'] } });
  const id = await scene.rig.submit();
  await scene.run(id, 1);
  assert.deepEqual(
    scene.told.toSorted(),
    [
      ...['RUNNABLE', 'STARTING', 'RUNNING', 'FAILED'].flatMap((status) => [
        `default/all/0 ${id} ${status}`,
        `default/all/1 ${id} ${status}`,
      ]),
      `default/failed/0 ${id} FAILED`,
    ].toSorted(),
  );
  const [first] = scene.delivered;
  assert.equal(first?.key, id);
  assert.deepEqual(first?.scope, scope);
  assert.deepEqual(
    scene.told.filter((text) => text.startsWith('default/all/0')).map((text) => text.split(' ')[2]),
    ['RUNNABLE', 'STARTING', 'RUNNING', 'FAILED'],
  );
});

it('stores nothing that no rule may want', async () => {
  const scene = await Scene.open();
  const queued: unknown[] = [];
  const { commit } = scene.rig.store;
  scene.rig.store.commit = (what) => {
    queued.push(...what.busEvents);
    return commit.call(scene.rig.store, what);
  };
  const other = { detail: { jobId: ['another'], status: ['RUNNABLE', 'STARTING'] } };
  await scene.rule('other', other);
  await scene.rule('queue', { detail: { jobQueue: ['none'] } });
  await scene.rule('custom', { source: ['mine'] });
  await scene.run(await scene.rig.submit());
  assert.deepEqual(queued, []);
  await scene.rule('name', { detail: { status: ['SUCCEEDED'], jobName: ['n'] } });
  await scene.rule('absent', { detail: { status: ['SUCCEEDED'], jobName: [{ exists: false }] } });
  const id = await scene.rig.submit();
  await scene.run(id);
  assert.equal(queued.length, 1);
  assert.deepEqual(scene.told, [`default/name/0 ${id} SUCCEEDED`]);
  assert.equal(scene.stored, 0);
});

it('wants one job alone where a rule names it, and children of an array one by one', async () => {
  const scene = await Scene.open();
  await scene.rig.define('large', { vcpus: 4 });
  await scene.rig.submit('large');
  const array = await scene.rig.submit('large', { arrayProperties: { size: 3 } });
  await scene.rule('child', { detail: { jobId: [childId(array, 1)] } });
  await scene.rig.submit();
  await scene.rig.terminate(array);
  assert.deepEqual(scene.told, [`default/child/0 ${childId(array, 1)} FAILED`]);
});

it('holds against the rules after a start what was stored before the end', async () => {
  const scene = await Scene.open();
  await scene.rule('all', { source: ['aws.batch'] });
  const { commit } = scene.rig.store;
  // The process is gone right behind the commit that stored the event.
  let isGone = false;
  scene.rig.store.commit = (what) => {
    if (isGone) throw new Error('it is gone');
    const outcomes = commit.call(scene.rig.store, what);
    isGone = what.busEvents.length > 0;
    return outcomes;
  };
  await scene.rig.submit();
  assert.deepEqual(scene.told, []);
  const left = scene.stored;
  assert.ok(left > 0);
  scene.rig.store.commit = commit;
  const again = scene.rig.restart();
  await again.up();
  assert.equal(scene.told.length, left);
  assert.match(String(scene.told[0]), /RUNNABLE$/);
  assert.equal(again.store.reader.outbox.busEventsAbove(0, 10).length, 0);
});

it('tells of a blocked queue in the order of its job, where a rule wants it', async () => {
  const scene = await Scene.open();
  await scene.rig.define('large', { vcpus: 300 });
  const quiet = await scene.rig.submit('large');
  const heads = (): unknown[] =>
    [...scene.rig.control.world.jobQueues.values()].map(({ blockedHead }) => blockedHead?.jobId);
  assert.deepEqual(heads(), [undefined]);
  // What blocks it already is told to the first rule that wants it, and to no later one.
  await scene.rule('blocked', { 'detail-type': ['Batch Job Queue Blocked'] });
  await scene.rule('all', { source: ['aws.batch'] });
  const next = await scene.rig.submit('large');
  await scene.rig.terminate(quiet);
  assert.deepEqual(heads(), [next]);
  const seen = scene.delivered.map(({ lane, key, body }) => {
    const event = JSON.parse(body) as JobStateChange;
    return `${lane.id} ${event['detail-type'].slice(10)} ${key} ${event.detail.status}`;
  });
  assert.deepEqual(seen.toSorted(), [
    `default/all/0 Queue Blocked ${next} RUNNABLE`,
    `default/all/0 State Change ${quiet} FAILED`,
    `default/all/0 State Change ${next} RUNNABLE`,
    `default/blocked/0 Queue Blocked ${quiet} RUNNABLE`,
    `default/blocked/0 Queue Blocked ${next} RUNNABLE`,
  ]);
  await scene.call('DisableRule', { Name: 'blocked' });
  await scene.call('DisableRule', { Name: 'all' });
  await scene.rig.submit();
  assert.deepEqual(heads(), [undefined]);
});

it('passes over an event that it fails at, tells of it, and goes on', async () => {
  const scene = await Scene.open();
  await scene.rule('all', { source: ['aws.batch'], detail: { status: ['RUNNING', 'SUCCEEDED'] } });
  const { history } = scene.rig.control.reader;
  const { changesOf } = history;
  history.changesOf = (change) => {
    const told = changesOf.call(history, change);
    // Of a form that nothing can be made of.
    return change.to === 'RUNNING'
      ? [{ atMs: 0, from: 'STARTING', view: { id: change.jobId } as never }]
      : told;
  };
  const id = await scene.rig.submit();
  await scene.run(id);
  assert.deepEqual(scene.told, [`default/all/0 ${id} SUCCEEDED`]);
  assert.equal(scene.rig.problems.length, 1);
  assert.match(scene.rig.problems[0] ?? '', /^holding an event of bus default against its rules: /);
});

it('hands on what large events bring about in transactions of a bounded size', async () => {
  const scene = await Scene.open();
  for (const name of ['a', 'b', 'c', 'd']) await scene.rule(name, { source: ['app'] }, 5);
  let largest = 0;
  const { commit } = scene.rig.store;
  scene.rig.store.commit = (what) => {
    const added = what.tableWrites.flatMap((write) =>
      write.table === 'outbox' ? (write.addDeliveries ?? []) : [],
    );
    largest = Math.max(
      largest,
      added.reduce((sum, { body }) => sum + body.length, 0),
    );
    return commit.call(scene.rig.store, what);
  };
  const Detail = JSON.stringify({ text: 'x'.repeat(1_000_000) });
  for (let at = 0; at < 3; at++)
    await scene.call('PutEvents', { Entries: [{ Source: 'app', DetailType: 't', Detail }] });
  await scene.rig.clock.pass(1_000);
  assert.equal(scene.delivered.length, 60);
  assert.equal(scene.stored, 0);
  assert.ok(largest < 10_000_000, `${largest}`);
});

it('passes over what cannot be told, such as a row of before that is not understood', async () => {
  const scene = await Scene.open();
  await scene.rule('all', { source: ['aws.batch'] });
  const change = {} as Transition;
  await scene.rig.settled(
    scene.rig.control.bus.write(
      { table: 'outbox', write: 'change', putEvents: [{ atMs: 1, what: { change } }] },
      { part: 'test' },
    ),
  );
  const id = await scene.rig.submit();
  await scene.run(id);
  assert.ok(scene.told.includes(`default/all/0 ${id} SUCCEEDED`), scene.told.join('\n'));
  assert.equal(scene.stored, 0);
});

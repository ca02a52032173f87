// Why a job waits, in full: its place in line, who holds the room, what each environment says; and
// what it waits for among others, down to the root.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { childId, scopeOf, type JobId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { Machine } from '../../core/host/host.ts';
import type { DependencyView, WaitView } from '../../port/explanation-view.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';

const elsewhere = scopeOf('123456789012', 'us-east-1');

const wait = (rig: Rig, id: string): WaitView | undefined => rig.control.reader.waits.of(scope, id);

/** A queue with environments of its own, of so many vCPUs. */
async function addQueue(
  rig: Rig,
  name: string,
  { priority = 1, environments = {} as Readonly<Record<string, number>>, of = scope, more = {} },
): Promise<void> {
  for (const [computeEnvironmentName, maxvCpus] of Object.entries(environments))
    await rig.ask({
      type: 'create-compute-environment',
      scope: of,
      uuid: computeEnvironmentName,
      request: {
        computeEnvironmentName,
        type: 'MANAGED',
        computeResources: {
          type: 'FARGATE',
          maxvCpus,
          subnets: ['subnet-1'],
          securityGroupIds: ['sg-1'],
        },
      },
    });
  const names = Object.keys(environments);
  await rig.ask({
    type: 'create-job-queue',
    scope: of,
    request: {
      jobQueueName: name,
      ...more,
      priority,
      computeEnvironmentOrder: (names.length === 0 ? ['ce'] : names).map(
        (computeEnvironment, order) => ({ order, computeEnvironment }),
      ),
    },
  });
}

async function rigOf(vcpus: Readonly<Record<string, number>>): Promise<Rig> {
  const rig = await Rig.open();
  for (const [name, count] of Object.entries(vcpus)) await rig.define(name, { vcpus: count });
  return rig;
}

describe('the place of a job', () => {
  it('counts those that go before it apart from those that are stuck, since when', async () => {
    const rig = await rigOf({ all: 4, huge: 300 });
    const running = await rig.submit('all');
    const since = rig.clock.now();
    const [first, , array] = [
      await rig.submit('all'),
      await rig.submit('huge'),
      await rig.submit('all', { arrayProperties: { size: 3 } }),
    ];
    const last = await rig.submit('d');
    const placeOf = (id: string) => {
      const { place } = wait(rig, id) ?? {};
      return place && [place.ahead, place.stuck, place.sinceMs - since];
    };
    assert.deepEqual(placeOf(first), [0, 0, 0]);
    assert.deepEqual(placeOf(array), [1, 1, 0]);
    assert.deepEqual(placeOf(childId(array, 2)), [3, 1, 0]);
    assert.deepEqual(placeOf(last), [4, 1, 0]);
    await rig.clock.pass(500);
    await rig.terminate(first);
    assert.deepEqual(placeOf(last), [3, 1, 500]);
    for (const id of [running, 'x']) assert.equal(wait(rig, id), undefined);
  });

  it('counts jobs of queues of higher priority, and older ones of the same, that want the same environments', async () => {
    const rig = await rigOf({ all: 4, huge: 300 });
    await addQueue(rig, 'higher', { priority: 2 });
    await addQueue(rig, 'same', {});
    await addQueue(rig, 'lower', { priority: 0 });
    await addQueue(rig, 'apart', { priority: 9, environments: { other: 4 } });
    await rig.submit('all');
    const submit = async (queues: string[]): Promise<void> => {
      for (const jobQueue of queues) await rig.submit('all', { jobQueue });
    };
    await submit(['same', 'lower', 'apart']);
    await rig.submit('huge', { jobQueue: 'higher' });
    const id = await rig.submit('all');
    await submit(['higher', 'higher', 'same']);
    assert.deepEqual(wait(rig, id)?.place?.aheadInOtherQueues, [
      { queue: 'higher', priority: 2, jobs: 2 },
      { queue: 'same', priority: 1, jobs: 1 },
    ]);
  });
});

it('a fair share queue of the same priority may be served whole before a job, for its shares take turns', async () => {
  const rig = await rigOf({ all: 4 });
  const policy = await rig.ask({
    type: 'create-scheduling-policy',
    scope,
    request: { name: 'p', fairsharePolicy: {} },
  });
  assert.ok(!isRefusal(policy));
  await addQueue(rig, 'shared', { more: { schedulingPolicyArn: policy.arn } });
  await addQueue(rig, 'several', { environments: { ce: 1, beside: 1 } });
  await rig.submit('all');
  const id = await rig.submit('all');
  const share = { shareIdentifier: 's', schedulingPriorityOverride: 1 };
  for (const jobQueue of ['shared', 'shared']) await rig.submit('all', { jobQueue, ...share });
  await rig.submit('all', { jobQueue: 'several' });
  const other = (queue: string) =>
    wait(rig, id)?.place?.aheadInOtherQueues.find((one) => one.queue === queue)?.jobs;
  assert.deepEqual([other('shared'), other('several')], [2, undefined]);
});

describe('who holds the room', () => {
  it('in an environment are the jobs in it, and of a consumable resource those with some of it', async () => {
    const rig = await Rig.open();
    await addQueue(rig, 'small', { environments: { small: 1 } });
    await rig.ask({
      type: 'create-consumable-resource',
      scope,
      request: { consumableResourceName: 'r', totalQuantity: 3 },
    });
    await rig.ask({
      type: 'create-consumable-resource',
      scope,
      request: { consumableResourceName: 'other', totalQuantity: 3 },
    });
    const taking = (consumableResource: string, quantity: number) => ({
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource, quantity }],
      },
    });
    const held = (id: string) => {
      const { holders } = wait(rig, id) ?? {};
      return [holders?.of, holders?.first.map(({ jobId, quantity }) => [jobId, quantity])];
    };
    await rig.submit('d', taking('other', 1));
    const holder = await rig.submit('d', taking('r', 2));
    const inSmall = await rig.submit('d', { jobQueue: 'small' });
    assert.deepEqual(held(await rig.submit('d', { jobQueue: 'small' })), [
      'compute environment small',
      [[inSmall, undefined]],
    ]);
    assert.deepEqual(held(await rig.submit('d', taking('r', 2))), [
      'consumable resource r',
      [[holder, 2]],
    ]);
  });

  it('are the jobs with most of it by name, and all others together', async () => {
    const rig = await rigOf({ two: 2 });
    rig.control.world.apply({ type: 'host-stored', host: { ...machineOf(rig), capacity } });
    const [small, array] = [
      await rig.submit(),
      await rig.submit('d', { arrayProperties: { size: 3 } }),
    ];
    const twos = await Promise.all([1, 2, 3, 4, 5].map(() => rig.submit('two')));
    const waiting = await rig.submit('two');
    const { holders, text } = wait(rig, waiting) ?? {};
    assert.match(text ?? '', /waiting for this machine/);
    assert.equal(holders?.of, 'this machine');
    assert.deepEqual(
      holders?.first.map(({ jobId, name, attempts, needs }) => [
        jobId,
        name,
        attempts,
        needs.milliVcpu,
      ]),
      [[array, 'n', 3, 3_000], ...twos.slice(0, 4).map((id) => [id, 'n', 1, 2_000])],
    );
    assert.deepEqual(
      [holders?.others?.attempts, holders?.others?.needs.milliVcpu],
      [2, 3_000],
      `the last one of two vCPUs, and ${small}`,
    );
  });

  it('of other accounts and regions are counted and not named', async () => {
    const rig = await rigOf({ all: 4 });
    await addQueue(rig, 'q', { of: elsewhere, environments: { ce: 4 } });
    await rig.ask({
      type: 'register-job-definition',
      scope: elsewhere,
      request: {
        jobDefinitionName: 'all',
        type: 'container',
        platformCapabilities: ['FARGATE'],
        containerProperties: { image: 'busybox', vcpus: 4, memory: 64 },
      },
    });
    await rig.ask({
      type: 'submit-job',
      scope: elsewhere,
      jobId: rig.ids.uuid() as JobId,
      request: { jobName: 'theirs', jobQueue: 'q', jobDefinition: 'all' },
    });
    const { holders } = wait(rig, await rig.submit('all')) ?? {};
    assert.deepEqual(holders?.first, []);
    assert.equal(holders?.others?.attempts, 1);
  });
});

describe('the environments of a queue', () => {
  it('say each why it has no place, like reasons together', async () => {
    const rig = await rigOf({ two: 2 });
    await addQueue(rig, 'several', { environments: { one: 1, small: 3, smaller: 2 } });
    await addQueue(rig, 'single', { environments: { only: 1 } });
    for (let count = 0; count < 2; count++) await rig.submit('two', { jobQueue: 'several' });
    const id = await rig.submit('two', { jobQueue: 'several' });
    assert.deepEqual(
      wait(rig, id)?.environments.map(({ names, of }) => [names, of]),
      [
        [['one'], 3],
        [['small', 'smaller'], 3],
      ],
    );
    const single = await rig.submit('two', { jobQueue: 'single' });
    assert.deepEqual(wait(rig, single)?.environments, []);
    assert.match(wait(rig, single)?.text ?? '', /^MISCONFIGURATION/);
  });
});

describe('what a job waits for among others', () => {
  const dependencies = (rig: Rig, id: string) => rig.control.reader.waits.dependencies(scope, id);
  const on = (...jobs: JobId[]) => ({ dependsOn: jobs.map((jobId) => ({ jobId })) });
  /** Each as `status`, or `status(what is below it)`; of a met one with `+`. */
  const shape = (views: readonly DependencyView[]): string =>
    views
      .map(
        ({ jobId, status, isMet, dependencies: below, leftOff }) =>
          `${/:\d+$/.exec(jobId)?.[0] ?? ''}${status}${isMet ? '+' : ''}` +
          (below.length + leftOff > 0
            ? `(${shape(below)}${leftOff > 0 ? `…${leftOff}` : ''})`
            : ''),
      )
      .join(' ');

  it('is told with what has come already, and down to the root', async () => {
    const rig = await Rig.open();
    const done = await rig.submit();
    await rig.started(rig.attempt(done));
    const running = await rig.submit();
    const middle = await rig.submit('d', on(running));
    const startedAtMs = rig.clock.now();
    await rig.started(rig.attempt(running));
    const last = await rig.submit('d', on(done, middle));
    await rig.exited(rig.attempt(done));
    const [first, second] = dependencies(rig, last);
    assert.equal(shape(dependencies(rig, last)), 'SUCCEEDED+ PENDING(RUNNING)');
    assert.deepEqual(
      [first?.name, first?.exitCode, first?.reason],
      ['n', 0, 'Essential container in task exited'],
    );
    assert.deepEqual(
      [second?.reason, second?.dependencies[0]?.startedAtMs],
      [`waiting for ${running}`, startedAtMs],
    );
    assert.equal(wait(rig, last)?.text, `waiting for ${middle}`);
    assert.equal(wait(rig, last)?.place, undefined);
    for (const id of [running, 'x']) assert.deepEqual(dependencies(rig, id), []);
  });

  it('of one that failed by others are those that failed, with how they ended', async () => {
    const rig = await Rig.open();
    const [good, bad] = [await rig.submit(), await rig.submit()];
    const middle = await rig.submit('d', on(bad));
    const last = await rig.submit('d', on(good, middle));
    await rig.exited(rig.attempt(bad), 3);
    assert.equal(shape(dependencies(rig, last)), 'FAILED(FAILED)');
    assert.equal(dependencies(rig, last)[0]?.dependencies[0]?.exitCode, 3);
    assert.deepEqual(dependencies(rig, bad), []);
  });

  it('of an array that failed is its first child that did', async () => {
    const rig = await Rig.open();
    const array = await rig.submit('d', { arrayProperties: { size: 3 } });
    const last = await rig.submit('d', on(array));
    for (const [index, code] of [0, 1, 1].entries())
      await rig.exited(rig.attempt(childId(array, index)), code);
    assert.equal(shape(dependencies(rig, last)), 'FAILED(:1FAILED)');
  });

  it('of a child is its counterpart, or the first before it that has not succeeded', async () => {
    const rig = await Rig.open();
    const size = { arrayProperties: { size: 4 } };
    const array = await rig.submit('d', { ...size, dependsOn: [{ type: 'SEQUENTIAL' }] });
    const each = await rig.submit('d', { ...size, dependsOn: [{ jobId: array, type: 'N_TO_N' }] });
    assert.equal(shape(dependencies(rig, childId(each, 3))), ':3PENDING(:2PENDING(:0STARTING))');
    assert.equal(shape(dependencies(rig, childId(array, 2))), ':1PENDING(:0STARTING)');
    assert.equal(shape(dependencies(rig, childId(array, 0))), ':0undefined+');
    assert.equal(shape(dependencies(rig, array)), 'PENDING');
    await rig.exited(rig.attempt(childId(array, 0)));
    assert.equal(shape(dependencies(rig, childId(array, 3))), ':2PENDING(:1STARTING)');
    await rig.exited(rig.attempt(childId(array, 1)), 1);
    assert.equal(shape(dependencies(rig, childId(each, 3))), ':3FAILED(:2FAILED(:1FAILED))');
  });

  it('is bounded in width, and opens nothing twice', async () => {
    const rig = await Rig.open();
    const root = await rig.submit();
    const wide = await Promise.all(Array.from({ length: 7 }, () => rig.submit('d', on(root))));
    const middle = await rig.submit('d', on(...wide));
    const last = await rig.submit('d', on(middle));
    assert.equal(
      shape(dependencies(rig, last)),
      `PENDING(${Array(5).fill('PENDING(STARTING)').join(' ')}…2)`,
    );
    const twice = await rig.submit('d', on(middle, middle));
    assert.match(shape(dependencies(rig, twice)), /…2\) PENDING\(…7\)$/);
  });
});

const capacity = { milliVcpu: 14_000, memoryMib: 4_096, gpus: 0 };
const machineOf = (rig: Rig): Machine =>
  [...rig.control.world.hosts.values()].find((host) => host.kind === 'machine') as Machine;

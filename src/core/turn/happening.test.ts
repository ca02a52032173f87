// What a command lets others be told beside changes of status: each once, with what it is by then,
// and nothing of what nobody sees.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, hostId, jobId, type ConnectionKey, type HostId } from '../../base/ids.ts';
import { carryOut, host, needs, scope, submit, worldOf } from '../../../test/house/world.ts';
import { Fleet } from '../../../test/house/fleet.ts';
import type { Instance } from '../host/host.ts';
import type { LiveWorld } from '../world/live-world.ts';
import type { Happening } from './happening.ts';
import type { Command } from '../command/command.ts';

/** A world of which everything is told by now. */
function toldWorld(...args: Parameters<typeof worldOf>): LiveWorld {
  const world = worldOf(...args);
  world.happenings.length = 0;
  return world;
}

function said(happening: Happening): string {
  switch (happening.type) {
    case 'queue-blocked':
      return `${happening.job.id} blocks: ${happening.statusReason.split(' - ')[0]}`;
    case 'preemption-started':
    case 'preemption-completed':
      return `${happening.type} ${happening.job.id}`;
    case 'environment-changed': {
      const { environment, isGone } = happening;
      return `environment ${environment.state} ${environment.status}${isGone ? ' gone' : ''}`;
    }
    case 'queue-changed':
      return `queue ${happening.queue.state} ${happening.queue.status}${happening.isGone ? ' gone' : ''}`;
    case 'instance-changed':
      return happening.state;
    case 'spot-interrupted':
      return 'interrupted';
  }
}

const told = (world: LiveWorld, command: Command, nowMs = 7): string[] =>
  carryOut(world, command, nowMs).happenings.map((happening) => {
    assert.equal(happening.atMs, nowMs);
    return said(happening);
  });

const watch = (isWanted = true): Command => ({
  type: 'watch-queue',
  queueArn: arn('q'),
  isWanted,
});

test('a job that blocks its queue is told of once, and so is the next one', () => {
  const world = toldWorld({ environments: { ce: 2 }, jobs: [] });
  submit(world, { needs: needs(3) });
  submit(world, { needs: needs(4), array: 2 });
  const blocks = (id: string): string =>
    `${id} blocks: MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE`;
  assert.deepEqual(told(world, watch(false)), [], 'nobody wants it');
  assert.equal(world.jobQueues.get(arn('q'))?.blockedHead, undefined);
  assert.deepEqual(told(world, watch()), [blocks('j0')]);
  assert.deepEqual(told(world, watch()), []);
  const stop = { type: 'stop-job', scope, by: 'cancel', reason: 'enough' } as const;
  assert.deepEqual(told(world, { ...stop, jobId: jobId('j0') }), []);
  const [next] = carryOut(world, watch(), 7).happenings;
  assert.ok(next?.type === 'queue-blocked');
  assert.deepEqual(
    [said(next), next.job.status, next.job.queueArn],
    [blocks('j1:0'), 'RUNNABLE', arn('q')],
  );
  assert.deepEqual(told(world, { ...stop, jobId: jobId('j1') }), []);
  assert.deepEqual(told(world, watch()), [], 'nothing blocks it any more');
});

test('one that blocks again after others, or for another reason, is told of again', () => {
  const world = toldWorld({ environments: { ce: 2 }, jobs: [{ needs: needs(3) }] });
  const change = (more: object): void => {
    const environment = world.computeEnvironments.get(arn('ce'))!;
    world.apply({ type: 'compute-environment-stored', environment: { ...environment, ...more } });
    world.happenings.length = 0;
  };
  assert.equal(told(world, watch()).length, 1);
  change({ state: 'DISABLED' });
  assert.deepEqual(told(world, watch()), []);
  change({ state: 'ENABLED' });
  assert.equal(told(world, watch()).length, 1);
  change({ computeResources: { type: 'FARGATE', maxvCpus: 64, subnets: [] } });
  world.apply({
    type: 'host-stored',
    host: { kind: 'machine', id: host, capacity: needs(1), title: 'this machine' },
  });
  assert.deepEqual(told(world, watch()), [], 'it waits for this machine to be idle');
  submit(world, { needs: needs(1, 128, 1) });
  carryOut(
    world,
    { type: 'stop-job', scope, jobId: jobId('j0'), by: 'cancel', reason: 'enough' },
    7,
  );
  assert.deepEqual(told(world, watch()), ['j1 blocks: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT']);
});

test('an environment and a queue are told of when they are another to those who see them', () => {
  const world = toldWorld({ environments: {}, queues: {}, jobs: [] });
  const create: Command = {
    type: 'create-compute-environment',
    scope,
    uuid: 'u',
    request: {
      computeEnvironmentName: 'ce',
      type: 'MANAGED',
      computeResources: {
        type: 'FARGATE',
        maxvCpus: 4,
        subnets: ['subnet-1'],
        securityGroupIds: ['sg-1'],
      },
    },
  };
  assert.deepEqual(told(world, create), ['environment ENABLED CREATING']);
  const environment = [...world.computeEnvironments.keys()][0]!;
  const settle: Command = { type: 'settle-environment', arn: environment };
  assert.deepEqual(told(world, settle), ['environment ENABLED VALID']);
  assert.deepEqual(told(world, settle), []);

  const createQueue: Command = {
    type: 'create-job-queue',
    scope,
    request: {
      jobQueueName: 'q',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
    },
  };
  assert.deepEqual(told(world, createQueue), ['queue ENABLED VALID']);
  const updateQueue = (more: object): string[] =>
    told(world, { type: 'update-job-queue', scope, request: { jobQueue: 'q', ...more } });
  assert.deepEqual(updateQueue({ priority: 1 }), [], 'it was 1 before');
  assert.deepEqual(updateQueue({ priority: 2 }), ['queue ENABLED VALID']);
  assert.deepEqual(updateQueue({ state: 'DISABLED' }), ['queue DISABLED VALID']);
  assert.deepEqual(told(world, { type: 'delete-job-queue', scope, jobQueue: 'q' }), [
    'queue DISABLED DELETING',
    'queue DISABLED DELETING gone',
  ]);

  const update = (more: object): string[] =>
    told(world, {
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment: 'ce', ...more },
    });
  assert.deepEqual(update({ computeResources: { maxvCpus: 4 } }), [], 'it was 4 before');
  assert.deepEqual(update({ computeResources: { maxvCpus: 8 } }), ['environment ENABLED VALID']);
  const cutOff = { id: 'subnet-1', wayOut: 'none', mapPublicIp: false } as const;
  assert.deepEqual(told(world, { type: 'note-network', scope, subnets: [cutOff] }), []);
  assert.ok([...world.computeEnvironments.values()][0]?.cutOff);
  assert.deepEqual(update({ state: 'DISABLED' }), ['environment DISABLED VALID']);
  assert.deepEqual(
    told(world, { type: 'delete-compute-environment', scope, computeEnvironment: 'ce' }),
    ['environment DISABLED VALID gone'],
  );
});

test('a queue that is blocked is no other to those who see it', () => {
  const world = toldWorld({ environments: { ce: 2 }, jobs: [{ needs: needs(3) }] });
  carryOut(world, watch(), 7);
  const queue = world.jobQueues.get(arn('q'))!;
  assert.ok(queue.blockedHead);
  world.apply({ type: 'job-queue-stored', queue: { ...queue, blockedHead: undefined } });
  assert.deepEqual(world.happenings, []);
});

/** An instance of the environment `fleet`, whose beginning is told by now. */
function withInstance(more: Partial<Instance> = {}): { world: LiveWorld; id: HostId } {
  const { world } = new Fleet({ environments: { fleet: {} } });
  const id = hostId('i'.padEnd(32, '1'));
  world.happenings.length = 0;
  const { happenings } = carryOut(
    world,
    {
      type: 'launch-instances',
      computeEnvironmentArn: arn('fleet'),
      machineId: host,
      instanceType: 'm5.large',
      hostIds: [id],
    },
    3,
  );
  assert.deepEqual(happenings, [
    {
      type: 'instance-changed',
      state: 'pending',
      scope,
      instanceId: `i-${id.slice(0, 17)}`,
      subnetId: undefined,
      atMs: 3,
    },
  ]);
  const instance = world.hosts.get(id) as Instance;
  world.apply({ type: 'host-stored', host: { ...instance, ...more } });
  world.happenings.length = 0;
  return { world, id };
}

test('an instance is told of as EC2 shows it: it starts, runs, ends and is gone', () => {
  const { world, id } = withInstance();
  assert.deepEqual(told(world, { type: 'report-instance', hostId: id, report: 'running' }), [
    'running',
  ]);
  const end: Command = { type: 'end-instance', scope, hostId: id, cause: 'user' };
  assert.deepEqual(told(world, end), ['shutting-down', 'terminated']);
});

test('a node of a cluster is not told of: nobody here launches or ends it', () => {
  const connection = 'cluster:arn:aws:eks:us-east-1:000000000000:cluster/lab' as ConnectionKey;
  const { world, id } = withInstance({ connection, machineId: undefined, state: 'RUNNING' });
  const instance = world.hosts.get(id) as Instance;
  const other = hostId('j'.padEnd(32, '1'));
  world.apply({ type: 'host-stored', host: { ...instance, id: other } });
  assert.deepEqual(world.happenings, []);
  for (const each of [id, other])
    assert.deepEqual(told(world, { type: 'report-instance', hostId: each, report: 'ended' }), []);
});

test('one that is drained still runs, and ends with its last job', () => {
  const { world, id } = withInstance({ state: 'RUNNING' });
  submit(world, { needs: needs(1) });
  carryOut(
    world,
    {
      type: 'place-job',
      jobId: jobId('j0'),
      attemptId: 'a' as never,
      hostId: id,
      computeEnvironmentArn: arn('fleet'),
    },
    5,
  );
  assert.deepEqual(told(world, { type: 'drain-instance', hostId: id }), []);
  const exited: Command = {
    type: 'report-container',
    containerId: 'a' as never,
    report: { type: 'exited', atMs: 6, exit: { exitCode: 0, outOfMemory: false } },
  };
  assert.deepEqual(told(world, exited), ['shutting-down', 'terminated']);
});

test('Spot warns of one that it takes back', () => {
  const { world, id } = withInstance({ state: 'RUNNING', spot: true });
  assert.deepEqual(told(world, { type: 'report-instance', hostId: id, report: 'interrupted' }), [
    'interrupted',
    'shutting-down',
    'terminated',
  ]);
});

const own = [
  { becomes: 'stopped', told: ['stopping', 'stopped'] },
  { becomes: 'terminated', told: ['shutting-down', 'terminated'] },
  // It leaves its cluster, and runs on as far as EC2 knows.
  { becomes: undefined, told: [] },
] as const;
for (const { becomes, told: expected } of own)
  test(`one of its owner's ends as EC2 was asked for: ${becomes ?? 'nothing'}`, () => {
    const { world, id } = withInstance({ state: 'RUNNING', own: true });
    const end: Command = { type: 'end-instance', scope, hostId: id, cause: 'user', becomes };
    assert.deepEqual(told(world, end), expected);
  });

test('one that was to stop and is terminated meanwhile is told of so', () => {
  const { world, id } = withInstance({ state: 'RUNNING', own: true });
  submit(world, { needs: needs(1) });
  carryOut(
    world,
    {
      type: 'place-job',
      jobId: jobId('j0'),
      attemptId: 'a' as never,
      hostId: id,
      computeEnvironmentArn: arn('fleet'),
    },
    5,
  );
  const end = (becomes: 'stopped' | 'terminated'): string[] =>
    told(world, { type: 'end-instance', scope, hostId: id, cause: 'user', becomes });
  assert.deepEqual(end('stopped'), ['stopping']);
  assert.deepEqual(end('stopped'), []);
  assert.deepEqual(end('terminated'), ['shutting-down']);
  const exited: Command = {
    type: 'report-container',
    containerId: 'a' as never,
    report: { type: 'exited', atMs: 6, exit: { exitCode: 137, outOfMemory: false } },
  };
  assert.deepEqual(told(world, exited), ['terminated']);
});

test('where the server has another mark, what it launched is gone, and what it did not runs on', () => {
  const { world, id } = withInstance({ state: 'RUNNING' });
  const leave: Command = { type: 'leave-hosts', machineId: hostId('m'), newIds: new Map() };
  assert.deepEqual(told(world, leave), ['shutting-down', 'terminated']);
  assert.equal(world.hosts.get(id), undefined);
  const { world: other, id: itsOwners } = withInstance({ state: 'RUNNING', own: true });
  assert.deepEqual(told(other, leave), []);
  assert.ok(other.hosts.has(itsOwners));
});

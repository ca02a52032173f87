// The life of a multi-node parallel job: main node first, its end is the job's end, and no node
// outlives it. After every command the world is counted anew.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  arn,
  attemptId,
  containerIdOf,
  hostId,
  jobId,
  nodeId,
  type HostId,
} from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import type { Effect } from '../../effect.ts';
import { restoreWorld } from '../../world/restore.ts';
import { checkWorld } from '../../world/invariant.ts';
import type { Job } from '../../job/job.ts';
import type { NodeTerms, RetryTerms } from '../../job/terms.ts';
import { limit } from '../../limit.ts';
import { host, needs, scope, worldOf } from '../../../../test/house/world.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import { mainNodeEndedReason } from './end-attempt.ts';
import type { ReportContainer } from './report-container.ts';
import { transact } from '../../turn/transact.ts';
import type { Command } from '../command.ts';

const job = jobId('m');
const node = (index: number) => nodeId(job, index);
const attempt = (name: string) => attemptId(`a ${name}`);
/** Node 1 is the main one of three. */
const nodes: NodeTerms = {
  numNodes: 3,
  mainNode: 1,
  groups: [{ from: 0, to: 2, terms: { needs: needs(1, 100) } }],
};

class Life {
  world: LiveWorld;
  /** What is to be done outside, in order: `start m`, `stop m#0`, `remove a 1`. */
  readonly done: string[] = [];
  nowMs = 1000;

  constructor(given: { retry?: RetryTerms; timeoutSeconds?: number } = {}) {
    this.world = worldOf({ jobs: [] });
    const identity = {
      id: job,
      scope,
      queueArn: arn('q'),
      terms: { needs: needs(1, 100), nodes, ...given },
      createdAtMs: 0,
      sequence: 1,
    };
    const detail = {
      ...identity,
      arn: arn(job),
      name: job,
      definitionArn: arn('d'),
      definitionName: 'd',
      parameters: {},
      container: {},
    };
    this.world.apply({
      type: 'job-submitted',
      detail,
      job: { ...identity, attempts: [], status: 'SUBMITTED' },
    });
    this.world.apply({ type: 'job-runnable', jobId: job, atMs: 0 });
  }

  /** The world as its rows have it, in which this machine has not joined yet. */
  restart(): void {
    const { computeEnvironments, jobQueues, changes, settings } = this.world;
    const { jobs, children } = changes;
    const none: readonly never[] = [];
    this.world = restoreWorld(
      {
        computeEnvironments: [...computeEnvironments.values()],
        jobQueues: [...jobQueues.values()],
        consumableResources: none,
        serviceEnvironments: none,
        schedulingPolicies: none,
        quotaShares: none,
        shareUsage: none,
        overtaken: none,
        jobDefinitions: none,
        tags: none,
        hosts: none,
        revisions: none,
        jobs: [{ job: must(jobs.get(job)), children: [...children.values()] }],
        nextSequence: 2,
      },
      settings,
    );
  }

  do(command: Command): void {
    const { reply, effects } = transact(this.world, command, this.nowMs);
    if (isRefusal(reply)) throw new Error(reply.message);
    checkWorld(this.world);
    for (const effect of effects) this.done.push(said(effect));
  }

  /**
   * Attempts are `a 1` for the main node, `a 1#0` for the others; `number` is the job's attempt.
   */
  place(number = 1, others = [host, host]): void {
    const otherNodes = [0, 2].map((index, at) => ({
      node: index,
      hostId: must(others[at]),
      attemptId: attempt(`${number}#${index}`),
    }));
    this.do({
      type: 'place-job',
      jobId: job,
      attemptId: attempt(`${number}`),
      hostId: host,
      computeEnvironmentArn: arn('ce'),
      otherNodes,
    });
  }

  report(name: string, report: ReportContainer['report']): void {
    this.do({ type: 'report-container', containerId: containerIdOf(attempt(name), 0), report });
  }

  started = (name: string): void =>
    this.report(name, {
      type: 'started',
      atMs: this.nowMs++,
      address: name === '1' ? '10.0.0.3' : undefined,
    });
  exited = (name: string, exitCode: number): void =>
    this.report(name, {
      type: 'exited',
      atMs: this.nowMs++,
      exit: { exitCode, outOfMemory: false },
    });

  statuses(): Record<string, string> {
    return Object.fromEntries(
      [job, node(0), node(2)].flatMap((id) => {
        const status = this.world.jobs.get(id)?.status ?? this.world.nodes.ended(id)?.status;
        return status === undefined ? [] : [[id, status]];
      }),
    );
  }

  /** The job as it was last written. */
  written(id = job): Job {
    const found = this.world.changes.jobs.get(id) ?? this.world.changes.children.get(id)?.job;
    assert.ok(found !== undefined && !('arraySize' in found));
    return found;
  }

  ran(): void {
    this.place();
    for (const name of ['1', '1#0', '1#2']) this.started(name);
  }
}

const said = (effect: Effect): string =>
  effect.type === 'start-container'
    ? `start ${effect.jobId}`
    : 'containerId' in effect
      ? `${effect.type.split('-')[0]} ${effect.containerId}`
      : effect.type;

describe('A multi-node parallel job', () => {
  test('takes the room of all nodes at once and starts its main node alone', () => {
    const life = new Life();
    life.place();
    assert.deepEqual(life.done, ['start m']);
    assert.equal(life.world.hostUse(host).milliVcpu, 3000);
    assert.deepEqual(life.statuses(), { m: 'STARTING' });
  });

  test('launches the others when the main node runs, and tells them its address', () => {
    const life = new Life();
    life.place();
    life.started('1');
    assert.deepEqual(life.done, ['start m', 'start m#0', 'start m#2']);
    assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'STARTING', 'm#2': 'STARTING' });
    const main = life.world.jobs.get(job);
    assert.equal(main?.status === 'RUNNING' && main.attempt.address, '10.0.0.3');
    assert.equal(life.world.hostUse(host).milliVcpu, 3000);
  });

  test('goes on when another node dies, and ends as its main node does when the last of them has stopped', () => {
    const life = new Life();
    life.ran();
    life.exited('1#0', 1);
    assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'FAILED', 'm#2': 'RUNNING' });
    const mainStoppedAtMs = life.nowMs;
    life.exited('1', 0);
    assert.deepEqual(life.done.slice(-2), ['remove a 1', 'stop a 1#2']);
    assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'FAILED', 'm#2': 'RUNNING' });
    life.exited('1#2', 143);
    assert.equal(life.written(node(2)).status, 'FAILED');
    assert.equal(life.written(node(2)).statusReason, mainNodeEndedReason);
    const ended = life.written();
    assert.equal(ended.status, 'SUCCEEDED');
    assert.equal('stoppedAtMs' in ended && ended.stoppedAtMs, mainStoppedAtMs);
    assert.equal(life.world.jobs.size, 0);
    assert.equal(life.world.allocations.size, 0);
  });

  test('takes a node that exits 0 after the main one as SUCCEEDED', () => {
    const life = new Life();
    life.ran();
    life.exited('1', 3);
    life.exited('1#2', 0);
    life.exited('1#0', 137);
    assert.deepEqual(
      [node(0), node(2)].map((id) => life.written(id).status),
      ['FAILED', 'SUCCEEDED'],
    );
    assert.equal(life.written().status, 'FAILED');
  });

  test('gives back the room of nodes that were never launched', () => {
    for (const end of ['start-failed', 'lost'] as const) {
      const life = new Life();
      life.place();
      life.report('1', { type: end, atMs: life.nowMs, reason: 'no such image' });
      assert.equal(life.written().status, 'FAILED');
      assert.equal(life.world.allocations.size, 0);
    }
    const life = new Life();
    life.place();
    life.exited('1', 0);
    assert.equal(
      life.written().status,
      'SUCCEEDED',
      'an exit that comes before the start is heard',
    );
    assert.deepEqual(life.done, ['start m', 'remove a 1']);
    assert.equal(life.world.allocations.size, 0);
  });

  test('is tried again as a whole after its main node failed, when no node of the attempt before is under way', () => {
    const life = new Life({ retry: { attempts: 2, rules: [] } });
    life.ran();
    life.exited('1#2', 0);
    life.exited('1', 1);
    assert.equal(life.world.jobs.get(job)?.status, 'RUNNING');
    life.exited('1#0', 143);
    assert.equal(life.world.jobs.get(job)?.status, 'RUNNABLE');
    life.place(2);
    life.started('2');
    assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'STARTING', 'm#2': 'STARTING' });
    life.started('2#0');
    life.started('2#2');
    life.exited('2#0', 0);
    life.exited('2#2', 0);
    life.exited('2', 0);
    assert.equal(life.written().status, 'SUCCEEDED');
    assert.deepEqual(
      life.written(node(2)).attempts.map(({ number, exitCode }) => [number, exitCode]),
      [
        [1, 0],
        [2, 0],
      ],
    );
  });

  test('waits again as a whole where a node had no room after all, and that costs it no attempt', () => {
    const life = new Life();
    life.place();
    life.started('1');
    life.started('1#2');
    life.report('1#0', { type: 'not-placed', atMs: life.nowMs++, reason: 'Insufficient cpu.' });
    assert.deepEqual(life.done.slice(-3), ['remove a 1#0', 'stop a 1', 'stop a 1#2']);
    assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'FAILED', 'm#2': 'RUNNING' });
    life.exited('1', 143);
    life.exited('1#2', 143);
    const again = life.written();
    assert.equal(again.status, 'RUNNABLE');
    assert.equal('notBeforeMs' in again && again.notBeforeMs, life.nowMs + limit.unplacedPauseMs);
    assert.deepEqual(
      again.attempts.map(({ free, unplaced, statusReason }) => ({ free, unplaced, statusReason })),
      [{ free: true, unplaced: true, statusReason: 'Insufficient cpu.' }],
    );
    assert.equal(life.world.allocations.size, 0);
    life.nowMs += limit.unplacedPauseMs;
    const deadline = must(life.world.deadlines.take(life.nowMs));
    life.do({ type: 'meet-deadline', deadline });
    life.place(2);
    for (const name of ['2', '2#0', '2#2']) life.started(name);
    for (const name of ['2#0', '2#2', '2']) life.exited(name, 0);
    assert.equal(life.written().status, 'SUCCEEDED');
  });

  test('waits again where several of its nodes had no room', () => {
    const life = new Life();
    life.place();
    life.started('1');
    for (const name of ['1#0', '1#2'])
      life.report(name, { type: 'not-placed', atMs: life.nowMs++, reason: `none for ${name}` });
    life.exited('1', 143);
    assert.equal(life.written().status, 'RUNNABLE');
    assert.equal(life.written().attempts[0]?.statusReason, 'none for 1#0');
  });

  test('whose main node had ended before a node had no room has ended so', () => {
    const life = new Life();
    life.place();
    life.started('1');
    life.started('1#2');
    const endedAtMs = life.nowMs++;
    life.report('1#0', { type: 'not-placed', atMs: life.nowMs++, reason: 'Insufficient cpu.' });
    life.report('1', {
      type: 'exited',
      atMs: endedAtMs,
      exit: { exitCode: 0, outOfMemory: false },
    });
    life.exited('1#2', 143);
    assert.equal(life.written().status, 'SUCCEEDED');
  });

  test('that is terminated while it goes back for want of room is not tried again', () => {
    const life = new Life();
    life.place();
    life.started('1');
    life.report('1#0', { type: 'not-placed', atMs: life.nowMs++, reason: 'Insufficient cpu.' });
    life.do({ type: 'stop-job', scope, jobId: job, by: 'terminate', reason: 'enough' });
    life.exited('1', 143);
    life.report('1#2', { type: 'start-failed', atMs: life.nowMs++, reason: 'stopped' });
    assert.equal(life.written().status, 'FAILED');
    assert.equal(life.written().statusReason, 'enough');
  });

  test('waits again where its main node had no room, and no other was launched', () => {
    const life = new Life();
    life.place();
    life.report('1', { type: 'not-placed', atMs: life.nowMs++, reason: 'Insufficient cpu.' });
    assert.equal(life.written().status, 'RUNNABLE');
    assert.equal(life.world.allocations.size, 0);
  });

  test('is not tried again for the failure of another node', () => {
    const life = new Life({ retry: { attempts: 3, rules: [] } });
    life.ran();
    life.exited('1#0', 1);
    assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'FAILED', 'm#2': 'RUNNING' });
  });
});

describe('Stopping a multi-node parallel job', () => {
  const terminate: Command = {
    type: 'stop-job',
    scope,
    jobId: job,
    by: 'terminate',
    reason: 'enough',
  };

  test('stops all nodes at once, with the reason that was given', () => {
    const life = new Life({ retry: { attempts: 2, rules: [] } });
    life.ran();
    life.do(terminate);
    assert.deepEqual(life.done.slice(-3), ['stop a 1', 'stop a 1#0', 'stop a 1#2']);
    for (const name of ['1#0', '1', '1#2']) life.exited(name, 143);
    assert.equal(life.written().status, 'FAILED');
    for (const id of [job, node(0), node(2)]) assert.equal(life.written(id).statusReason, 'enough');
  });

  test('launches no node any more when it comes before the main node runs', () => {
    const life = new Life();
    life.place();
    life.do(terminate);
    life.started('1');
    assert.deepEqual(life.done, ['start m', 'stop a 1']);
    assert.equal(life.world.hostUse(host).milliVcpu, 1000);
    life.exited('1', 143);
    assert.equal(life.written().statusReason, 'enough');
  });

  test('prevents the next attempt also while the nodes of the one before are being stopped', () => {
    const life = new Life({ retry: { attempts: 2, rules: [] } });
    life.ran();
    life.exited('1', 1);
    life.do(terminate);
    life.exited('1#0', 143);
    life.exited('1#2', 143);
    assert.equal(life.written().status, 'FAILED');
    assert.equal(life.written().statusReason, 'enough');
  });

  test('changes nothing of a job that ends anyway when its nodes have stopped', () => {
    const life = new Life();
    life.ran();
    life.exited('1', 1);
    life.do(terminate);
    for (const name of ['1#0', '1#2']) life.exited(name, 143);
    assert.equal(life.written().statusReason, 'Essential container in task exited');
  });

  test('stops all nodes at its timeout', () => {
    const life = new Life({ timeoutSeconds: 60 });
    life.ran();
    life.do({ type: 'meet-deadline', deadline: must(life.world.deadlines.take(1_000_000)) });
    assert.deepEqual(life.done.slice(-3), ['stop a 1', 'stop a 1#0', 'stop a 1#2']);
    assert.equal(life.world.deadlines.take(1_000_000), undefined, 'the timeout is the whole job’s');
  });

  test('does not take the place of the timeout that has ended the main node', () => {
    const life = new Life({ timeoutSeconds: 60, retry: { attempts: 2, rules: [] } });
    life.ran();
    life.do({ type: 'meet-deadline', deadline: must(life.world.deadlines.take(1_000_000)) });
    life.exited('1', 143);
    life.do(terminate);
    assert.equal(life.world.jobs.get(job)?.stops?.[0]?.by, 'timeout');
    for (const name of ['1#0', '1#2']) life.exited(name, 143);
    assert.equal(life.written().statusReason, 'Job attempt duration exceeded timeout');
  });

  test('is refused for a node alone', () => {
    const life = new Life();
    life.ran();
    assert.throws(
      () => life.do({ ...terminate, jobId: node(0) }),
      /Node 0 of job m cannot be stopped alone/,
    );
  });
});

describe('A host that goes', () => {
  const others = [hostId('1'.repeat(32)), hostId('2'.repeat(32))];
  const join = (life: Life): void => {
    for (const id of others) life.world.apply(registered(id));
  };
  const registered = (id: HostId) =>
    ({
      type: 'host-stored',
      host: {
        kind: 'registered',
        id,
        scope,
        title: 'other',
        computeEnvironmentArn: arn('ce'),
        capacity: needs(9, 9999),
        status: 'ACTIVE',
        oldContainers: [],
        endpoint: { url: 'tcp://192.0.2.7:2375' },
        facts: {
          runtime: { name: 'Docker', version: '' },
          kernelVersion: '',
          operatingSystem: '',
          osType: 'linux',
          architecture: 'x86_64',
          vcpus: 9,
          memoryMib: 9999,
          gpus: 0,
          canGiveGpus: false,
          logDrivers: [],
          networkName: '192.0.2.7',
        },
        registeredAtMs: 0,
      },
    }) as const;

  test('while a node waits there for the main node lets that node fail when it is launched', () => {
    const life = new Life();
    join(life);
    life.place(1, others);
    for (const id of others) life.do({ type: 'note-host-contact', hostId: id, heard: false });
    assert.deepEqual(life.statuses(), { m: 'STARTING' });
    life.started('1');
    assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'FAILED', 'm#2': 'FAILED' });
    assert.match(life.written(node(0)).statusReason ?? '', /^Host EC2 .* terminated\.$/);
    life.exited('1', 0);
    assert.equal(life.written().status, 'SUCCEEDED');
  });

  test('with the main node ends the job, and its nodes elsewhere are stopped', () => {
    const life = new Life();
    join(life);
    const [first] = others;
    assert.equal(life.world.hosts.addressOf(must(first)), '192.0.2.7');
    life.place(1, others);
    for (const name of ['1', '1#0', '1#2']) life.started(name);
    life.report('1', { type: 'lost', atMs: life.nowMs, reason: 'gone' });
    assert.deepEqual(life.done.slice(-2), ['stop a 1#0', 'stop a 1#2']);
    life.exited('1#0', 0);
    life.exited('1#2', 0);
    assert.equal(life.written().status, 'FAILED');
  });

  test('with the main node, and nobody reports it: its nodes elsewhere are told to stop at once', () => {
    const life = new Life();
    join(life);
    const [there, elsewhere] = others as [HostId, HostId];
    life.do({
      type: 'place-job',
      jobId: job,
      attemptId: attempt('1'),
      hostId: there,
      computeEnvironmentArn: arn('ce'),
      otherNodes: [
        { node: 0, hostId: elsewhere, attemptId: attempt('1#0') },
        { node: 2, hostId: host, attemptId: attempt('1#2') },
      ],
    });
    for (const name of ['1', '1#0', '1#2']) life.started(name);
    life.do({ type: 'note-host-contact', hostId: there, heard: false });
    assert.deepEqual(life.done.slice(-2), ['stop a 1#0', 'stop a 1#2']);
  });

  test('with the main node, and tells later how that ended, changes nothing of what follows', () => {
    const life = new Life({ retry: { attempts: 2, rules: [{ onExitCode: '*', action: 'exit' }] } });
    join(life);
    const [there, elsewhere] = others as [HostId, HostId];
    const otherNodes = [0, 2].map((index) => ({
      node: index,
      hostId: index === 0 ? elsewhere : host,
      attemptId: attempt(`1#${index}`),
    }));
    life.do({
      type: 'place-job',
      jobId: job,
      attemptId: attempt('1'),
      hostId: there,
      computeEnvironmentArn: arn('ce'),
      otherNodes,
    });
    for (const name of ['1', '1#0', '1#2']) life.started(name);
    life.do({ type: 'note-host-contact', hostId: there, heard: false });
    life.report('1', { type: 'lost', atMs: life.nowMs, reason: 'gone' });
    life.do({
      type: 'close-old-container',
      hostId: there,
      containerId: containerIdOf(attempt('1'), 0),
      atMs: life.nowMs,
      exit: { exitCode: 0, outOfMemory: false },
    });
    for (const name of ['1#0', '1#2']) life.exited(name, 143);
    assert.equal(
      life.world.jobs.get(job)?.status,
      'RUNNABLE',
      'an attempt that was lost meets no rule for exit codes',
    );
  });

  test('is told by the network: spread over engines, nodes use their hosts’ own, and the main one is reached at its host', () => {
    const life = new Life();
    join(life);
    life.place(1, others);
    life.report('1', { type: 'started', atMs: life.nowMs });
    const main = life.world.jobs.get(job);
    assert.ok(main?.status === 'RUNNING');
    assert.deepEqual(main.attempt.network, { id: attempt('1'), kind: 'host' });
    assert.equal(main.attempt.address, '127.0.0.1');
  });
});

test('A world that is rebuilt from rows goes on where it was', () => {
  const moments: readonly ((life: Life) => void)[] = [
    (life) => life.place(),
    (life) => life.ran(),
    (life) => {
      life.ran();
      life.exited('1#0', 0);
      life.exited('1', 0);
    },
  ];
  for (const [at, moment] of moments.entries()) {
    const life = new Life();
    moment(life);
    const used = life.world.hostUse(host);
    const machine = must(life.world.hosts.get(host));
    life.restart();
    assert.deepEqual(life.world.hostUse(host), used);
    life.world.apply({ type: 'host-stored', host: machine });
    checkWorld(life.world);
    if (at === 0) for (const name of ['1', '1#0', '1#2']) life.started(name);
    if (at < 2) life.exited('1', 0);
    for (const name of at < 2 ? ['1#0', '1#2'] : ['1#2']) life.exited(name, 143);
    assert.equal(life.written().status, 'SUCCEEDED');
  }
});

test('A main node that is heard to run before this machine has joined anew launches its nodes there', () => {
  const life = new Life();
  life.place();
  life.restart();
  life.started('1');
  assert.deepEqual(life.statuses(), { m: 'RUNNING', 'm#0': 'STARTING', 'm#2': 'STARTING' });
});

function must<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

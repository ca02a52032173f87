// Attempts one after the other, and the clock that ends them: retries go in front of their queue,
// timeouts are met when they fall due, also by a server that was away meanwhile.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitingReason } from '../read/waiting-reason.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import { limit } from '../../core/limit.ts';
import { scope } from '../../../test/house/caller.ts';
import { host, Rig } from '../../../test/house/rig.ts';
import { batch } from '../../../test/house/scripted-engine.ts';
import { containerIdOf, type JobId } from '../../base/ids.ts';

const retry = (attempts: number) => ({ retryStrategy: { attempts } });
const timeout = { timeout: { attemptDurationSeconds: 60 } };
const variable = (rig: Rig, id: JobId, name: string) =>
  rig.engine.specs.get(rig.container(id))?.environment.find((entry) => entry.name === name)?.value;

describe('a retry', () => {
  it('is a new attempt with a number and a stream of its own, and the job ends as its last attempt does', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', retry(3));
    const first = { attempt: rig.attempt(id), stream: rig.stream(id) };
    await rig.exited(first.attempt, 3);
    assert.deepEqual(
      [
        variable(rig, id, 'AWS_BATCH_JOB_ATTEMPT'),
        rig.attempt(id) === first.attempt,
        rig.stream(id) === first.stream,
      ],
      ['2', false, false],
    );
    await rig.exited(rig.attempt(id), 0);
    const job = rig.store.job(id);
    assert.deepEqual(
      [job.status, job.attempts.map((attempt) => [attempt.number, attempt.exitCode])],
      [
        'SUCCEEDED',
        [
          [1, 3],
          [2, 0],
        ],
      ],
    );
    assert.ok(rig.engine.calls.includes(`remove ${first.attempt}`));
  });

  it('goes before all that wait in its queue, and those retried keep their order', async () => {
    const rig = await Rig.open();
    // The host takes four: two that will be tried again, and two that hold the rest.
    const [first, second] = [await rig.submit('d', retry(2)), await rig.submit('d', retry(2))];
    const [third, fourth] = [await rig.submit(), await rig.submit()];
    const waiting = await rig.submit();
    const attempts = [rig.attempt(first), rig.attempt(second)] as const;
    // The second fails before the first: the places that they leave are taken in order of
    // submission.
    rig.engine.onStart = () => new Promise(() => undefined);
    await rig.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: '0'.repeat(32) as never,
        title: 'this machine',
        capacity: { milliVcpu: 2_000, memoryMib: 4_096, gpus: 0 },
      },
    });
    await rig.exited(attempts[1], 1);
    await rig.exited(attempts[0], 1);
    assert.deepEqual(
      [first, second, waiting].map((id) => rig.job(id)?.status),
      ['RUNNABLE', 'RUNNABLE', 'RUNNABLE'],
    );
    await rig.exited(rig.attempt(third));
    assert.deepEqual(
      [first, second, waiting].map((id) => rig.job(id)?.status),
      ['STARTING', 'RUNNABLE', 'RUNNABLE'],
    );
    await rig.exited(rig.attempt(fourth));
    assert.deepEqual(
      [first, second, waiting].map((id) => rig.job(id)?.status),
      ['STARTING', 'STARTING', 'RUNNABLE'],
    );
    checkWorld(rig.control.world);
  });

  it('of a child is the child’s alone: its parent ends when it has ended', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', { ...retry(2), arrayProperties: { size: 2 } });
    const [zero, one] = [`${id}:0` as JobId, `${id}:1` as JobId];
    await rig.exited(rig.attempt(one));
    await rig.exited(rig.attempt(zero), 1);
    assert.equal(variable(rig, zero, 'AWS_BATCH_JOB_ATTEMPT'), '2');
    assert.equal(rig.job(id)?.status, 'PENDING');
    await rig.exited(rig.attempt(zero));
    assert.deepEqual(
      [rig.store.job(id).status, rig.store.job(zero).attempts.length],
      ['SUCCEEDED', 2],
    );
  });

  it('is not tried of a job that was stopped', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', retry(2));
    await rig.started(rig.attempt(id));
    await rig.terminate(id);
    await rig.exited(rig.attempt(id), 143);
    assert.deepEqual(
      [rig.store.job(id).status, rig.store.job(id).statusReason, rig.store.job(id).attempts.length],
      ['FAILED', 'enough', 1],
    );
  });

  it('of a child does not hide those of its siblings that become RUNNABLE while it waits', async () => {
    const rig = await Rig.open();
    const first = await rig.submit('d', { arrayProperties: { size: 2 } });
    const second = await rig.submit('d', {
      ...retry(2),
      arrayProperties: { size: 2 },
      dependsOn: [{ jobId: first, type: 'N_TO_N' }],
    });
    await rig.exited(rig.attempt(`${first}:0` as JobId));
    const zero = rig.attempt(`${second}:0` as JobId);
    // No room: the retried child waits when the other one may run.
    await rig.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: '0'.repeat(32) as never,
        title: 'this machine',
        capacity: { milliVcpu: 1_000, memoryMib: 4_096, gpus: 0 },
      },
    });
    await rig.exited(zero, 1);
    await rig.exited(rig.attempt(`${first}:1` as JobId));
    await rig.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: '0'.repeat(32) as never,
        title: 'this machine',
        capacity: { milliVcpu: 4_000, memoryMib: 4_096, gpus: 0 },
      },
    });
    checkWorld(rig.control.world);
    assert.deepEqual(
      [0, 1].map((index) => rig.job(`${second}:${index}` as JobId)?.status),
      ['STARTING', 'STARTING'],
    );
  });

  it('is not tried of a child that ran on when its array was cancelled', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', { ...retry(3), arrayProperties: { size: 2 } });
    const zero = `${id}:0` as JobId;
    await rig.exited(rig.attempt(`${id}:1` as JobId));
    await rig.ask({ type: 'stop-job', scope, jobId: id, by: 'cancel', reason: 'no more' });
    await rig.exited(rig.attempt(zero), 1);
    assert.deepEqual(
      [
        rig.store.job(zero).status,
        rig.store.job(zero).attempts.length,
        rig.store.job(id).status,
        rig.store.job(id).statusReason,
      ],
      ['FAILED', 1, 'FAILED', 'no more'],
    );
  });

  it('that waits is cancelled as any waiting job is, and keeps the attempts that were', async () => {
    const rig = await Rig.open();
    const ids = [
      await rig.submit('d', { ...retry(2), arrayProperties: { size: 2 } }),
      await rig.submit('d', retry(2)),
    ] as const;
    const attempts = [rig.attempt(`${ids[0]}:1` as JobId), rig.attempt(ids[1])];
    await rig.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: '0'.repeat(32) as never,
        title: 'this machine',
        capacity: { milliVcpu: 1_000, memoryMib: 4_096, gpus: 0 },
      },
    });
    for (const attempt of attempts) await rig.exited(attempt, 1);
    for (const id of ids) await rig.terminate(id);
    checkWorld(rig.control.world);
    const child = rig.store.job(`${ids[0]}:1` as JobId);
    assert.deepEqual(
      [child.status, child.statusReason, child.attempts.length, child.stops?.[0]?.by],
      ['FAILED', 'enough', 1, 'terminate'],
    );
    assert.deepEqual(
      [rig.store.job(ids[1]).status, rig.store.job(ids[1]).attempts.length],
      ['FAILED', 1],
    );
    await rig.exited(rig.attempt(`${ids[0]}:0` as JobId), 143);
    assert.equal(rig.store.job(ids[0]).status, 'FAILED');
    assert.equal(rig.control.world.jobs.size, 0);
  });

  it('follows the loss of a host while attempts are left, and the host’s text stands where none is', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', retry(2));
    for (const number of [1, 2]) {
      await rig.started(rig.attempt(id));
      rig.engine.report({
        type: 'lost',
        containerId: rig.container(id),
        atMs: rig.clock.now(),
        reason: 'gone',
      });
      await rig.clock.pass(number);
    }
    assert.deepEqual(
      [rig.store.job(id).status, rig.store.job(id).statusReason, rig.store.job(id).attempts.length],
      ['FAILED', 'Host EC2 (instance i-00000000000000000) terminated.', 2],
    );
  });

  it('costs nothing where the loss of a host is free', async () => {
    const rig = await Rig.open({ settings: { hostLossFree: true } });
    const id = await rig.submit();
    rig.engine.report({
      type: 'lost',
      containerId: rig.container(id),
      atMs: rig.clock.now(),
      reason: 'gone',
    });
    await rig.clock.pass();
    assert.equal(variable(rig, id, 'AWS_BATCH_JOB_ATTEMPT'), '2');
    await rig.exited(rig.attempt(id), 1);
    assert.deepEqual([rig.store.job(id).status, rig.store.job(id).attempts.length], ['FAILED', 2]);
  });
});

describe('an attempt for which there was no room after all', () => {
  const reason = '0/1 nodes are available: 1 Insufficient cpu.';

  it('costs none of its job’s, which waits a little and is placed again, without end', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    for (let number = 1; number <= limit.unplacedAttemptsKept + 5; number++) {
      const containerId = rig.container(id);
      assert.equal(variable(rig, id, 'AWS_BATCH_JOB_ATTEMPT'), String(number));
      rig.engine.report({ type: 'not-placed', containerId, atMs: rig.clock.now(), reason });
      await rig.clock.pass();
      assert.equal(rig.store.job(id).status, 'RUNNABLE');
      const job = rig.control.world.jobs.get(id);
      assert.equal(
        job && waitingReason(rig.control.world, job),
        `waiting to be placed again: there was no room for attempt ${number}: ${reason}`,
      );
      checkWorld(rig.control.world);
      await rig.clock.pass(limit.unplacedPauseMs);
    }
    await rig.exited(rig.attempt(id), 0);
    const { status, attempts } = rig.store.job(id);
    assert.equal(status, 'SUCCEEDED');
    assert.equal(attempts.length, limit.unplacedAttemptsKept + 1);
    assert.equal(attempts[0]?.statusReason, reason);
  });

  it('is not placed again where somebody has ended its job', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    await rig.terminate(id);
    rig.engine.report({
      type: 'not-placed',
      containerId: rig.container(id),
      atMs: rig.clock.now(),
      reason,
    });
    await rig.clock.pass();
    const { status, statusReason } = rig.store.job(id);
    assert.deepEqual([status, statusReason], ['FAILED', 'enough']);
  });
});

describe('a timeout', () => {
  it('stops the attempt when it falls due, counted from its start; it is not retried', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', { ...timeout, ...retry(5) });
    await rig.clock.pass(100_000);
    const attempt = rig.attempt(id);
    await rig.started(attempt);
    await rig.clock.pass(59_900);
    assert.ok(!rig.engine.calls.includes(`stop ${attempt}`));
    await rig.clock.pass(100);
    assert.ok(rig.engine.calls.includes(`stop ${attempt}`));
    await rig.exited(attempt, 137);
    const job = rig.store.job(id);
    assert.deepEqual(
      [
        job.status,
        job.statusReason,
        job.attempts.length,
        job.attempts[0]?.exitCode,
        job.attempts[0]?.containerReason,
      ],
      ['FAILED', 'Job attempt duration exceeded timeout', 1, 137, undefined],
    );
  });

  it('begins anew with each attempt', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', { ...timeout, ...retry(2) });
    await rig.started(rig.attempt(id));
    await rig.clock.pass(50_000);
    await rig.exited(rig.attempt(id), 1);
    const second = rig.attempt(id);
    await rig.started(second);
    await rig.clock.pass(50_000);
    assert.ok(!rig.engine.calls.includes(`stop ${second}`));
    await rig.clock.pass(10_000);
    assert.ok(rig.engine.calls.includes(`stop ${second}`));
  });

  it('leaves the reason of a stop that came first', async () => {
    const rig = await Rig.open();
    const id = await rig.submit('d', timeout);
    const attempt = rig.attempt(id);
    await rig.started(attempt);
    await rig.clock.pass(50_000);
    await rig.terminate(id);
    await rig.clock.pass(20_000);
    await rig.exited(attempt, 137);
    assert.equal(rig.store.job(id).statusReason, 'enough');
    assert.equal(rig.engine.calls.filter((call) => call === `stop ${attempt}`).length, 1);
  });

  it('that fell due while the server was away is met at the next start', async () => {
    const before = await Rig.open();
    const id = await before.submit('d', timeout);
    await before.started(before.attempt(id));
    const containerId = before.container(id);
    const rig = before.restart();
    rig.engine.containers.set(containerId, {
      containerId,
      state: 'running',
      startedAtMs: before.clock.now(),
    });
    rig.clock.setBy(3_600_000);
    void rig.control.open(host);
    await rig.ask({ type: 'update-job-queue', scope, request: { jobQueue: 'q', priority: 2 } });
    assert.ok(rig.engine.calls.includes(`stop ${containerId}`));
  });

  it('does not undo an end that came before it and was heard of later', async () => {
    const before = await Rig.open();
    const id = await before.submit('d', timeout);
    await before.started(before.attempt(id));
    const containerId = before.container(id);
    const endedAtMs = before.clock.now() + 1_000;
    const rig = before.restart();
    rig.clock.setBy(3_600_000);
    await rig.ask({ type: 'update-job-queue', scope, request: { jobQueue: 'q', priority: 2 } });
    rig.engine.containers.set(containerId, {
      containerId,
      state: 'exited',
      startedAtMs: endedAtMs - 1,
      stoppedAtMs: endedAtMs,
      exit: { exitCode: 0, outOfMemory: false },
    });
    void rig.control.open(host);
    await rig.clock.pass();
    assert.deepEqual(
      [rig.store.job(id).status, rig.store.job(id).attempts[0]?.exitCode],
      ['SUCCEEDED', 0],
    );
  });

  it('of thousands together takes several turns, and callers are heard between', async () => {
    const rig = await Rig.open();
    const count = limit.deadlinesPerBatch + 10;
    await rig.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: host.id,
        title: 'large',
        capacity: { milliVcpu: 10_000_000, memoryMib: 10_000_000, gpus: 0 },
      },
    });
    await rig.ask({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment: 'ce', computeResources: { maxvCpus: 10_000 } },
    });
    const id = await rig.submit('d', { ...timeout, arrayProperties: { size: count } });
    const startedAtMs = rig.clock.now();
    for (const attemptId of rig.control.world.attempts.keys()) {
      const containerId = containerIdOf(attemptId, 0);
      rig.engine.containers.set(containerId, { containerId, state: 'running', startedAtMs });
      rig.engine.report({ type: 'started', containerId, atMs: startedAtMs });
    }
    await rig.clock.pass(limit.startedReportWaitMs);
    const commits = rig.store.commits.length;
    await rig.clock.pass(60_000);
    const stopped = rig.store.commits
      .slice(commits)
      .map(
        ({ rows }) =>
          [...rows.children.values()].filter(({ job }) => job.stops?.[0]?.by === 'timeout').length,
      )
      .filter((number) => number > 0);
    assert.deepEqual(stopped, [limit.deadlinesPerBatch, 10]);
    assert.equal(rig.job(id)?.stops, undefined, 'a parent has no timeout of its own');
  });
});

describe('an attempt that ended while the server was away', () => {
  it('has its output stored, though the engine tells of its end while it is being opened', async () => {
    const before = await Rig.open();
    const id = await before.submit();
    await before.started(before.attempt(id));
    const [attemptId, stream] = [before.attempt(id), before.stream(id)];
    const rig = before.restart();
    rig.engine.onLogs = async function* all() {
      yield batch(1, 'the last words');
    };
    const { open } = rig.engine;
    rig.engine.open = async (report) => {
      const capabilities = await open.call(rig.engine, report);
      await rig.exited(attemptId);
      return capabilities;
    };
    void rig.control.open(host);
    await rig.clock.pass();
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.deepEqual(rig.lines(stream), ['the last words']);
  });
});

// What the reconciler does for each pair of what the rows say and what the engine has, and that
// doing it twice changes nothing.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limit } from '../../core/limit.ts';
import { EngineUnavailable, type EngineContainer } from '../../port/engine.ts';
import { Rig } from '../../../test/house/rig.ts';
import { endless } from '../../../test/house/scripted-engine.ts';

type Row =
  | 'STARTING'
  | 'STARTING, stop asked'
  | 'RUNNING'
  | 'RUNNING, stop asked'
  | 'RUNNING, stop lost';
type There =
  | 'unknown'
  | 'created'
  | 'about to run'
  | 'about to end'
  | 'running'
  | 'exited 0'
  | 'exited 3'
  | 'exited, nobody knows how';

interface Expected {
  readonly calls: readonly ('start' | 'stop' | 'remove')[];
  readonly status: 'STARTING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  readonly reason?: RegExp;
  readonly exitCode?: number;
}

const terminated = /^Host EC2 \(instance i-0{17}\) terminated\.$/;
const exited = /^Essential container in task exited$/;

const table: readonly (readonly [Row, There, Expected])[] = [
  ['STARTING', 'unknown', { calls: ['start'], status: 'STARTING' }],
  ['STARTING', 'created', { calls: ['start'], status: 'STARTING' }],
  ['STARTING', 'running', { calls: [], status: 'RUNNING' }],
  ['STARTING', 'exited 0', { calls: ['remove'], status: 'SUCCEEDED', reason: exited, exitCode: 0 }],
  ['STARTING', 'exited 3', { calls: ['remove'], status: 'FAILED', reason: exited, exitCode: 3 }],
  [
    'STARTING',
    'exited, nobody knows how',
    { calls: ['remove'], status: 'FAILED', reason: terminated },
  ],
  // Whoever asked for its start, it may be about to run: the engine judges.
  [
    'STARTING, stop asked',
    'unknown',
    { calls: ['stop', 'remove'], status: 'FAILED', reason: /^enough$/ },
  ],
  [
    'STARTING, stop asked',
    'created',
    { calls: ['stop', 'remove'], status: 'FAILED', reason: /^enough$/ },
  ],
  ['STARTING, stop asked', 'about to run', { calls: ['stop'], status: 'RUNNING' }],
  [
    'STARTING, stop asked',
    'about to end',
    { calls: ['stop', 'remove'], status: 'FAILED', reason: /^enough$/, exitCode: 5 },
  ],
  ['STARTING, stop asked', 'running', { calls: ['stop'], status: 'RUNNING' }],
  [
    'STARTING, stop asked',
    'exited 0',
    { calls: ['remove'], status: 'FAILED', reason: /^enough$/, exitCode: 0 },
  ],
  ['RUNNING', 'unknown', { calls: ['remove'], status: 'FAILED', reason: terminated }],
  ['RUNNING', 'created', { calls: [], status: 'RUNNING' }],
  ['RUNNING', 'running', { calls: [], status: 'RUNNING' }],
  ['RUNNING', 'exited 0', { calls: ['remove'], status: 'SUCCEEDED', reason: exited, exitCode: 0 }],
  ['RUNNING', 'exited 3', { calls: ['remove'], status: 'FAILED', reason: exited, exitCode: 3 }],
  [
    'RUNNING',
    'exited, nobody knows how',
    { calls: ['remove'], status: 'FAILED', reason: terminated },
  ],
  ['RUNNING, stop asked', 'unknown', { calls: ['remove'], status: 'FAILED', reason: /^enough$/ }],
  ['RUNNING, stop asked', 'running', { calls: [], status: 'RUNNING' }],
  [
    'RUNNING, stop asked',
    'exited 3',
    { calls: ['remove'], status: 'FAILED', reason: /^enough$/, exitCode: 3 },
  ],
  ['RUNNING, stop lost', 'running', { calls: ['stop'], status: 'RUNNING' }],
];

describe('the reconciler', () => {
  for (const [row, there, expected] of table) {
    it(`${row} against ${there}: ${expected.calls.join(' and ') || 'nothing'}, and the job is ${expected.status}`, async () => {
      const rig = await Rig.open();
      const id = await jobIn(rig, row);
      const containerId = rig.container(id);
      rig.engine.containers.delete(containerId);
      const known = engineSays(there, rig.clock.now());
      if (known !== undefined) rig.engine.containers.set(containerId, { containerId, ...known });
      rig.engine.takeCalls();
      rig.engine.onStop = stopOfUnstarted(rig, there);

      await compare(rig);
      assert.deepEqual(
        rig.engine.takeCalls(),
        expected.calls.map((call) => `${call} ${containerId}`),
      );
      const job = rig.store.job(id);
      assert.equal(rig.job(id)?.status ?? job.status, expected.status);
      if (expected.reason) assert.match(job.statusReason ?? '', expected.reason);
      if (rig.job(id) === undefined) {
        assert.equal(job.attempts.length, 1);
        assert.equal(job.attempts[0]?.exitCode, expected.exitCode);
      }

      if (!expected.calls.includes('start')) {
        const commits = rig.store.commits.length;
        await compare(rig);
        assert.deepEqual(rig.engine.takeCalls(), []);
        assert.equal(rig.store.commits.length, commits);
      }
      assert.deepEqual(rig.problems, []);
    });
  }

  it('removes what no row knows', async () => {
    const rig = await Rig.open();
    rig.engine.containers.set('f'.repeat(32) as never, {
      containerId: 'f'.repeat(32) as never,
      state: 'running',
    });
    await compare(rig);
    assert.deepEqual(rig.engine.takeCalls(), [`remove ${'f'.repeat(32)}`]);
  });

  it('judges nothing that changed while the engine counted', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    let answer = (): void => undefined;
    rig.engine.onList = () => new Promise((resolve) => (answer = resolve));
    rig.engine.takeCalls();
    const comparing = rig.control.reconcile();
    await rig.clock.pass();
    // It starts after the engine made its list, which does not hold it.
    const containerId = rig.container(id);
    rig.engine.report({ type: 'started', containerId, atMs: rig.clock.now() });
    await rig.clock.pass(limit.startedReportWaitMs);
    answer();
    await comparing;
    await rig.clock.pass();
    assert.equal(rig.job(id)?.status, 'RUNNING');
    assert.deepEqual(rig.engine.takeCalls(), []);
  });

  it('leaves alone what is being started, and what ends while its output is read', async () => {
    const rig = await Rig.open();
    rig.engine.onStart = () => new Promise(() => undefined);
    const starting = await rig.submit();
    rig.engine.onStart = async () => undefined;
    const ending = await rig.submit();
    await rig.started(rig.attempt(ending));
    rig.engine.onLogs = endless;
    const other = await rig.submit();
    await rig.started(rig.attempt(other));
    await rig.exited(rig.attempt(other));
    rig.engine.containers.delete(rig.container(other));
    rig.engine.takeCalls();
    await compare(rig);
    assert.deepEqual(rig.engine.takeCalls(), []);
    assert.deepEqual(
      [rig.job(starting)?.status, rig.job(ending)?.status, rig.job(other)?.status],
      ['STARTING', 'RUNNING', 'RUNNING'],
    );
  });

  it('sends a stop again that has stopped nothing for long', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    const containerId = rig.container(id);
    await rig.started(rig.attempt(id));
    await rig.terminate(id);
    assert.deepEqual(rig.engine.takeCalls().slice(-1), [`stop ${containerId}`]);
    await rig.clock.pass(limit.stopRepeatMs - limit.reconcilePeriodMs);
    assert.deepEqual(rig.engine.takeCalls(), []);
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.deepEqual(rig.engine.takeCalls(), [`stop ${containerId}`]);
    await rig.clock.pass(limit.stopRepeatMs + limit.reconcilePeriodMs);
    assert.deepEqual(rig.engine.takeCalls(), [`stop ${containerId}`]);
  });

  it('runs by itself every now and then, also where the engine could not be reached', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    rig.engine.onList = () => Promise.reject(new EngineUnavailable('away'));
    rig.engine.takeCalls();
    await rig.clock.pass(limit.reconcilePeriodMs);
    assert.deepEqual(rig.engine.takeCalls(), []);
    rig.engine.onList = async () => undefined;
    await rig.clock.pass(limit.reconcilePeriodMs);
    assert.deepEqual(rig.engine.takeCalls(), [`start ${rig.attempt(id)}`]);
    assert.deepEqual(rig.problems, []);
  });
});

async function compare(rig: Rig): Promise<void> {
  const comparing = rig.control.reconcile();
  await rig.clock.pass();
  await comparing;
  await rig.clock.pass(limit.startedReportWaitMs);
}

async function jobIn(rig: Rig, row: Row) {
  if (row === 'STARTING, stop asked')
    rig.engine.onStop = () => Promise.reject(new EngineUnavailable('away'));
  const id = await rig.submit();
  if (row.startsWith('RUNNING')) await rig.started(rig.attempt(id));
  if (row === 'RUNNING, stop lost')
    rig.engine.onStop = () => Promise.reject(new EngineUnavailable('away'));
  if (row.includes('stop')) await rig.terminate(id);
  rig.engine.onStop = async () => undefined;
  return id;
}

function engineSays(there: There, nowMs: number): Omit<EngineContainer, 'containerId'> | undefined {
  switch (there) {
    case 'unknown':
      return undefined;
    case 'created':
    case 'about to run':
    case 'about to end':
      return { state: 'created' };
    case 'running':
      return { state: 'running', startedAtMs: nowMs };
    case 'exited 0':
    case 'exited 3':
      return {
        state: 'exited',
        startedAtMs: nowMs,
        stoppedAtMs: nowMs,
        exit: { exitCode: there === 'exited 3' ? 3 : 0, outOfMemory: false },
      };
    case 'exited, nobody knows how':
      return { state: 'exited', startedAtMs: nowMs, stoppedAtMs: nowMs };
  }
}

/**
 * What a stop finds of an attempt that was listed as created: as an engine must, it says what
 * became of it.
 */
function stopOfUnstarted({ engine, clock }: Rig, there: There): Rig['engine']['onStop'] {
  return async (containerId) => {
    if (engine.containers.get(containerId)?.state !== 'created') return;
    const atMs = clock.now();
    if (there === 'created') {
      engine.containers.delete(containerId);
      return engine.report({
        type: 'start-failed',
        containerId,
        atMs,
        reason: 'stopped before it started',
      });
    }
    engine.containers.set(containerId, { containerId, state: 'running', startedAtMs: atMs });
    engine.report({ type: 'started', containerId, atMs });
    if (there === 'about to run') return;
    const exit = { exitCode: 5, outOfMemory: false };
    engine.containers.set(containerId, {
      containerId,
      state: 'exited',
      startedAtMs: atMs,
      stoppedAtMs: atMs,
      exit,
    });
    engine.report({ type: 'exited', containerId, atMs, exit });
  };
}

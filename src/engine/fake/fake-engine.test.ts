// The fake engine against the contract, and what is its alone: behaviour by job, faults by plan, a
// world that outlives control.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../port/clock.ts';
import {
  EngineUnavailable,
  type ContainerSpec,
  type Engine,
  type EngineReport,
} from '../../port/engine.ts';
import {
  engineContract,
  newAttempt,
  plainSpec,
  type Behaviour,
  type EngineContract,
} from '../../../test/house/contract/engine-contract.ts';
import { lateStartContract } from '../../../test/house/contract/late-start-contract.ts';
import { networkContract, nodesOf } from '../../../test/house/contract/network-contract.ts';
import { ReportRecorder, textOf } from '../../../test/house/contract/report-recorder.ts';
import { behaviourOf, noOperation, type FakeBehaviour } from './behaviour.ts';
import { FakeEngine, type FakeFaults } from './fake-engine.ts';

const realClock: Clock = {
  now: () => Date.now(),
  at(dueAtMs, task) {
    const timer = setTimeout(task, Math.max(0, dueAtMs - Date.now()));
    return () => clearTimeout(timer);
  },
  soon: (task) => void setImmediate(task),
};

/**
 * Time that moves when it is told to; tasks run in order of their time and then of their asking.
 */
class HandClock implements Clock {
  nowMs = 1000;
  #tasks: { dueAtMs: number; task: () => void }[] = [];
  now(): number {
    return this.nowMs;
  }
  at(dueAtMs: number, task: () => void): () => void {
    const entry = { dueAtMs, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((one) => one !== entry);
    };
  }
  soon(task: () => void): void {
    this.at(this.nowMs, task);
  }
  get waiting(): number {
    return this.#tasks.length;
  }
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#tasks
        .filter((one) => one.dueAtMs <= endMs)
        .sort((a, b) => a.dueAtMs - b.dueAtMs)[0];
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((one) => one !== next);
      this.nowMs = Math.max(this.nowMs, next.dueAtMs);
      next.task();
    }
    this.nowMs = endMs;
  }
}

const asVariables = (behaviour: Behaviour): ContainerSpec['environment'] => [
  { name: 'FAKE_DURATION_MS', value: String(behaviour.milliseconds ?? 0) },
  { name: 'FAKE_EXIT_CODE', value: String(behaviour.exitCode ?? 0) },
  { name: 'FAKE_IGNORE_STOP', value: String(behaviour.ignoresStop ?? false) },
  ...(behaviour.lines ? [{ name: 'FAKE_LOG', value: behaviour.lines.join('\n') }] : []),
  ...(behaviour.cannotStart
    ? [{ name: 'FAKE_START_FAILURE', value: 'CannotStartContainerError: told so' }]
    : []),
];

/** Tasks of a time that never comes by itself. */
const heldUp: (() => void)[] = [];
let lateness = 0;
const never = 1e15;
const holdingClock: Clock = {
  ...realClock,
  at(dueAtMs, task) {
    if (dueAtMs < never) return realClock.at(dueAtMs, task);
    heldUp.push(task);
    return () => undefined;
  },
};

const world = new FakeEngine({ clock: holdingClock, faults: { lateness: () => lateness } });
const contract: EngineContract = {
  name: 'fake',
  create: () => world,
  spec: (id, behaviour) => plainSpec(id, { environment: asVariables(behaviour) }),
  runsCommands: false,
  limitsMemory: 'the fake engine holds no memory',
};
engineContract(contract);
lateStartContract({
  engine: contract,
  late: async () => {
    // The object outlives its users: what the next one asks is not late.
    const start = (spec: ContainerSpec): Promise<void> => {
      lateness = never;
      const starting = world.start(spec);
      lateness = 0;
      return starting;
    };
    const engine = new Proxy<Engine>(world, {
      get: (target, name) =>
        name === 'start' ? start : (target[name as keyof Engine] as () => unknown).bind(target),
    });
    return {
      engine,
      isHeldUp: () => heldUp.length > 0,
      carryOut: async () => {
        for (const task of heldUp.splice(0)) task();
      },
      close: async () => undefined,
    };
  },
});
networkContract({
  engine: contract,
  create: (jobNetworks) => new FakeEngine({ clock: realClock, jobNetworks }),
  networks: async (engine) => [...(engine as FakeEngine).networks().keys()],
  smallRange: '10.0.0.0/29',
});

test('fake: a thousand nodes have one network, and an address each', async () => {
  const engine = new FakeEngine({ clock: realClock });
  const reports: EngineReport[] = [];
  await engine.open((report) => reports.push(report));
  const specs = nodesOf(1000, () => plainSpec(newAttempt(), { command: ['true'] }));
  await Promise.all(specs.map((spec) => engine.start(spec)));
  assert.deepEqual([...engine.networks().values()], ['10.0.0.0/22']);
  for (const { containerId } of specs) await engine.remove(containerId);
  assert.equal(engine.networks().size, 0);
  assert.equal(
    new Set(reports.map((report) => (report.type === 'started' ? report.address : undefined))).size,
    1001,
    'and the ends have none',
  );
});

test('fake: what a job says is what its attempt does', () => {
  const variable = (name: string, value: string) => ({ environment: [{ name, value }] });
  const cases: [string, Partial<ContainerSpec>, Partial<FakeBehaviour>][] = [
    ['nothing said', {}, {}],
    ['any other command', { command: ['python', 'train.py'] }, {}],
    ['sleep', { command: ['sleep', '1.5'] }, { durationMs: 1500 }],
    ['false', { command: ['false'] }, { exitCode: 1 }],
    ['exit', { command: ['exit', '7'] }, { exitCode: 7 }],
    ['echo', { command: ['echo', 'a', 'b'] }, { lines: ['a b'] }],
    [
      'a variable wins',
      { command: ['sleep', '9'], ...variable('FAKE_DURATION_MS', '20') },
      { durationMs: 20 },
    ],
    ['out of memory', variable('FAKE_OOM', 'true'), { outOfMemory: true, exitCode: 137 }],
    [
      'start failure',
      variable('FAKE_START_FAILURE', 'CannotPullContainerError: no'),
      { startFailure: 'CannotPullContainerError: no' },
    ],
    ['log', variable('FAKE_LOG', 'a\nb'), { lines: ['a', 'b'] }],
    ['nonsense', variable('FAKE_DURATION_MS', 'soon'), {}],
  ];
  for (const [title, facts, expected] of cases)
    assert.deepEqual(
      behaviourOf(plainSpec(newAttempt(), facts)),
      { ...noOperation, ...expected },
      title,
    );
});

interface Scene {
  readonly clock: HandClock;
  readonly engine: FakeEngine;
  readonly reports: ReportRecorder;
  readonly spec: (environment?: Record<string, string>) => ContainerSpec;
}

async function scene(faults: FakeFaults = {}): Promise<Scene> {
  const clock = new HandClock();
  const engine = new FakeEngine({ clock, faults });
  const reports = new ReportRecorder();
  await engine.open(reports.take);
  return {
    clock,
    engine,
    reports,
    spec: (environment = {}) =>
      plainSpec(newAttempt(), {
        environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
      }),
  };
}
const types = (reports: readonly EngineReport[]): string[] => reports.map((report) => report.type);

test('fake: time passes on the clock alone', async () => {
  const { clock, engine, reports, spec } = await scene();
  const job = spec({ FAKE_DURATION_MS: '86400000' });
  const started = engine.start(job);
  assert.deepEqual(reports.all, []);
  clock.pass(0);
  await started;
  clock.pass(86_399_999);
  assert.deepEqual(types(reports.all), ['started']);
  clock.pass(1);
  assert.deepEqual(reports.all[1], {
    type: 'exited',
    containerId: job.containerId,
    atMs: 86_401_000,
    exit: { exitCode: 0, outOfMemory: false },
  });
  assert.equal(clock.waiting, 0);
});

test('fake: a call that does not reach the engine does nothing, and one whose answer is lost does all', async () => {
  let fault: 'none' | 'unavailable' | 'answer-lost' = 'unavailable';
  const { clock, engine, reports, spec } = await scene({
    call: (call) => (call === 'start' ? fault : 'none'),
  });
  const job = spec();
  await assert.rejects(engine.start(job), EngineUnavailable);
  clock.pass(10);
  assert.deepEqual(await engine.list(), []);
  fault = 'answer-lost';
  const lost = assert.rejects(engine.start(job), EngineUnavailable);
  clock.pass(10);
  await lost;
  assert.deepEqual(types(reports.all), ['started', 'exited']);
});

test('fake: reports come late, twice or never, as the plan says', async () => {
  const plan: Record<string, readonly number[]> = { started: [], exited: [0, 500] };
  const { clock, engine, reports, spec } = await scene({
    report: (report) => plan[report.type] ?? [0],
  });
  const job = spec();
  void engine.start(job);
  clock.pass(0);
  await engine.remove(job.containerId);
  assert.deepEqual(types(reports.all), ['exited']);
  clock.pass(500);
  assert.deepEqual(types(reports.all), ['exited', 'exited'], 'of an attempt that is long removed');
});

test('fake: a stop may be ignored, and an attempt may be lost', async () => {
  const { clock, engine, reports, spec } = await scene({ stop: () => 'ignored' });
  const job = spec({ FAKE_DURATION_MS: '5000' });
  void engine.start(job);
  clock.pass(0);
  await engine.stop(job.containerId, 100);
  clock.pass(1000);
  assert.deepEqual(types(reports.all), ['started']);
  engine.lose(job.containerId, 'the host died');
  clock.pass(10_000);
  assert.deepEqual(types(reports.all), ['started', 'lost']);
  assert.deepEqual(await engine.list(), []);
});

test('fake: the next control hears what ended while nobody listened, and the last one nothing more', async () => {
  const { clock, engine, reports, spec } = await scene();
  const job = spec({ FAKE_DURATION_MS: '100', FAKE_LOG: 'a\nb' });
  void engine.start(job);
  clock.pass(0);
  await engine.close();
  clock.pass(200);
  assert.deepEqual(types(reports.all), ['started']);
  const next = new ReportRecorder();
  await engine.open(next.take);
  clock.pass(0);
  assert.deepEqual(types(next.all), ['started', 'exited']);
  assert.equal(next.all[1]?.atMs, 1100);
  assert.deepEqual(types(reports.all), ['started']);
  assert.deepEqual(await textOf(engine.logs(job.containerId, undefined)), ['a', 'b']);
});

test('fake: an attempt that ran again after its removal is seen by whoever counts', async () => {
  const clock = new HandClock();
  const runs: string[] = [];
  const engine = new FakeEngine({ clock, onRun: (id) => runs.push(id) });
  await engine.open(() => {});
  const job = plainSpec(newAttempt());
  for (let round = 0; round < 2; round++) {
    void engine.start(job);
    void engine.start(job);
    clock.pass(0);
    await engine.remove(job.containerId);
  }
  assert.equal(runs.length, 2);
});

// One connection to the pods of a run's cluster: the engine port over them, with faults of its own.
// What it keeps in mind dies with the server that made it, as it does in a process; the pods go on.

import { splitContainerId, type AttemptId, type ContainerId } from '../src/base/ids.ts';
import type { FakeCall, FakeFaults } from '../src/engine/fake/fake-engine.ts';
import {
  EngineUnavailable,
  type ContainerSpec,
  type Engine,
  type EngineCapabilities,
  type EngineContainer,
  type EngineReport,
  type LogBatch,
  type LogPosition,
} from '../src/port/engine.ts';
import type { VirtualClock } from '../test/house/virtual-clock.ts';
import type { ClusterPods, Pod } from './cluster-pods.ts';

/** What was reported of a container. */
interface Told {
  started: boolean;
  ended: boolean;
  /** Nobody needs it any more: it did not run, or its removal was asked for. */
  done: boolean;
}

/** An attempt of which not all containers were asked for, or whose pod is being made. */
interface Pending {
  readonly specs: Map<number, ContainerSpec>;
  cancelMaking?: (() => void) | undefined;
}

interface ClusterEngineParts {
  readonly pods: ClusterPods;
  readonly clock: VirtualClock;
  readonly faults: FakeFaults;
  /** The server that made it lives. */
  readonly isAlive: () => boolean;
  readonly isAway: () => boolean;
}

type Shown = Pod['runs'][number]['shown'];

export class ClusterEngine implements Engine {
  readonly #parts: ClusterEngineParts;
  readonly #pending = new Map<AttemptId, Pending>();
  readonly #told = new Map<ContainerId, Told>();
  /** What was said last of those that never ran, to be said again. */
  readonly #lastWords = new Map<ContainerId, EngineReport>();
  readonly #waiting = new Map<AttemptId, (() => void)[]>();
  #onReport: ((report: EngineReport) => void) | undefined;

  constructor(parts: ClusterEngineParts) {
    this.#parts = parts;
  }

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.#enter('open');
    const { pods, clock } = this.#parts;
    this.#onReport = onReport;
    pods.onShown = (pod) => this.#look(pod);
    clock.soon(() => pods.showAll());
    return { kind: 'kubernetes', version: 'Kubernetes v1.34.1', logDrivers: [], gpus: true };
  }

  start(spec: ContainerSpec): Promise<void> {
    let after: (() => never) | undefined;
    try {
      after = this.#enter('start', spec.containerId);
    } catch (error) {
      return Promise.reject(error);
    }
    const { attemptId } = splitContainerId(spec.containerId);
    this.#forgetGone(attemptId, spec.containerId);
    const told = this.#toldOf(spec.containerId);
    if (told.done) this.#repeat(spec.containerId);
    else if (!told.started && !told.ended) {
      const asked = new Promise<void>((resolve) =>
        this.#waiting.set(attemptId, [...(this.#waiting.get(attemptId) ?? []), resolve]),
      );
      if (this.#parts.pods.find(attemptId) === undefined) this.#collect(attemptId, spec);
      else this.#look(this.#parts.pods.find(attemptId) as Pod);
      if (after === undefined) return asked;
    }
    return after === undefined ? Promise.resolve() : Promise.reject(lost());
  }

  #collect(attemptId: AttemptId, spec: ContainerSpec): void {
    const { clock, faults, pods, isAlive } = this.#parts;
    const pending: Pending = this.#pending.get(attemptId) ?? { specs: new Map() };
    this.#pending.set(attemptId, pending);
    pending.specs.set(splitContainerId(spec.containerId).index, spec);
    if (pending.cancelMaking !== undefined) return;
    if (pending.specs.size < (spec.task?.containers ?? 1)) return;
    const make = (): void => {
      if (!isAlive() || this.#pending.get(attemptId) !== pending) return;
      this.#pending.delete(attemptId);
      const specs = [...pending.specs].toSorted(([a], [b]) => a - b).map(([, each]) => each);
      const pod = pods.make(attemptId, specs);
      // Others do not wait for room.
      if (pod.node === undefined) this.#answer(attemptId);
    };
    const lateMs = faults.lateness?.(spec.containerId) ?? 0;
    if (lateMs === 0) make();
    else pending.cancelMaking = clock.at(clock.now() + lateMs, make);
  }

  async stop(containerId: ContainerId, graceMs: number): Promise<void> {
    const after = this.#enter('stop', containerId);
    const { attemptId, index } = splitContainerId(containerId);
    const { pods, faults } = this.#parts;
    const pod = pods.find(attemptId);
    const pending = this.#pending.get(attemptId);
    if (pending?.specs.has(index) === true) {
      this.#withdraw(attemptId, pending, index);
      this.#say(containerId, 'never', {
        type: 'start-failed',
        containerId,
        atMs: this.#parts.clock.now(),
        reason: 'stopped before it started',
      });
    } else if (
      pod !== undefined &&
      ['created', 'running'].includes(pod.runs[index]?.shown.is ?? '') &&
      (faults.stop?.(containerId) ?? 'none') === 'none'
    )
      pods.delete(pod, graceMs);
    after?.();
  }

  async remove(containerId: ContainerId): Promise<void> {
    const after = this.#enter('remove', containerId);
    const { attemptId, index } = splitContainerId(containerId);
    const told = this.#toldOf(containerId);
    told.ended = told.done = true;
    const pending = this.#pending.get(attemptId);
    if (pending !== undefined) this.#withdraw(attemptId, pending, index);
    const pod = this.#parts.pods.find(attemptId);
    if (pod !== undefined) this.#letGo(pod);
    this.#answer(attemptId);
    after?.();
  }

  /** What is left of it is never made. */
  #withdraw(attemptId: AttemptId, pending: Pending, index: number): void {
    pending.cancelMaking?.();
    pending.cancelMaking = undefined;
    pending.specs.delete(index);
    if (pending.specs.size === 0) this.#pending.delete(attemptId);
  }

  #letGo(pod: Pod): void {
    if (!pod.isReleased && pod.runs.every(({ containerId }) => this.#toldOf(containerId).done))
      this.#parts.pods.release(pod);
  }

  async inspect(containerId: ContainerId): Promise<EngineContainer | undefined> {
    const after = this.#enter('inspect', containerId);
    const pod = this.#parts.pods.find(splitContainerId(containerId).attemptId);
    after?.();
    return pod && this.#containersOf(pod).find((each) => each.containerId === containerId);
  }

  async list(): Promise<readonly EngineContainer[]> {
    const after = this.#enter('list');
    const { pods, clock, faults } = this.#parts;
    const all = pods.all().flatMap((pod) => this.#containersOf(pod));
    const onItsWayMs = faults.listMs?.() ?? 0;
    if (onItsWayMs > 0)
      await new Promise<void>((resolve) => clock.at(clock.now() + onItsWayMs, resolve));
    after?.();
    return all;
  }

  #containersOf(pod: Pod): EngineContainer[] {
    return pod.isReleased
      ? []
      : pod.runs.flatMap(({ containerId, shown }) =>
          this.#toldOf(containerId).done ? [] : (containerOf(containerId, shown) ?? []),
        );
  }

  async *logs(containerId: ContainerId, from: LogPosition | undefined): AsyncIterable<LogBatch> {
    const after = this.#enter('logs', containerId);
    const { attemptId, index } = splitContainerId(containerId);
    const run = this.#parts.pods.find(attemptId)?.runs[index];
    const { behaviour, shown } = run ?? {};
    const read = Number(from ?? 0);
    if (shown !== undefined && 'startedAtMs' in shown && read < (behaviour?.lines.length ?? 0)) {
      const encoder = new TextEncoder();
      const lines = (behaviour?.lines ?? []).slice(read);
      yield {
        lines: lines.map((line) => ({
          timestampMs: shown.startedAtMs,
          message: encoder.encode(line),
        })),
        position: String(read + lines.length),
      };
    }
    after?.();
  }

  async close(): Promise<void> {
    this.#onReport = undefined;
  }

  /** Reports what is new of it, in order. */
  #look(pod: Pod): void {
    if (this.#parts.isAway() || !this.#parts.isAlive()) return;
    for (const { containerId, shown } of pod.runs) {
      const told = this.#toldOf(containerId);
      if (told.ended || shown.is === 'created') continue;
      if (shown.is === 'never') {
        const { as: type, reason, atMs } = shown;
        this.#say(containerId, 'never', { type, containerId, atMs, reason });
        continue;
      }
      if (!told.started)
        this.#say(containerId, 'started', {
          type: 'started',
          containerId,
          atMs: shown.startedAtMs,
        });
      if (shown.is === 'exited')
        this.#say(containerId, 'ended', {
          type: 'exited',
          containerId,
          atMs: shown.stoppedAtMs,
          exit: shown.exit,
        });
      else if (shown.is === 'lost')
        this.#say(containerId, 'ended', {
          type: 'lost',
          containerId,
          atMs: shown.atMs,
          reason: 'its pod was deleted',
        });
    }
    this.#letGo(pod);
  }

  #say(containerId: ContainerId, what: 'started' | 'ended' | 'never', report: EngineReport): void {
    const told = this.#toldOf(containerId);
    if (what === 'started') told.started = true;
    else told.ended = true;
    if (what === 'never') {
      told.done = true;
      this.#lastWords.set(containerId, report);
    }
    this.#report(report);
    this.#answer(splitContainerId(containerId).attemptId);
  }

  /** Whoever asks for what is known never to start is told so again. */
  #repeat(containerId: ContainerId): void {
    const report = this.#lastWords.get(containerId);
    if (report !== undefined) this.#report(report);
  }

  #report(report: EngineReport): void {
    const { clock, faults } = this.#parts;
    for (const delayMs of faults.report?.(report) ?? [0])
      if (delayMs <= 0) this.#onReport?.(report);
      else clock.at(clock.now() + delayMs, () => this.#onReport?.(report));
  }

  #answer(attemptId: AttemptId): void {
    for (const resolve of this.#waiting.get(attemptId) ?? []) resolve();
    this.#waiting.delete(attemptId);
  }

  /** Of a pod that was there and is not any more nothing is kept in mind. */
  #forgetGone(attemptId: AttemptId, containerId: ContainerId): void {
    const isThere = this.#parts.pods.find(attemptId) !== undefined || this.#pending.has(attemptId);
    if (!isThere && this.#told.get(containerId)?.done === false) this.#told.delete(containerId);
  }

  #toldOf(containerId: ContainerId): Told {
    let told = this.#told.get(containerId);
    if (told === undefined)
      this.#told.set(containerId, (told = { started: false, ended: false, done: false }));
    return told;
  }

  /** Throws as the faults say; returns what to call last where the answer is to be lost. */
  #enter(call: FakeCall, containerId?: ContainerId): (() => never) | undefined {
    const fault = this.#parts.faults.call?.(call, containerId) ?? 'none';
    if (fault === 'unavailable') throw new EngineUnavailable(`${call} did not reach the cluster`);
    if (fault === 'none') return undefined;
    return () => {
      throw lost();
    };
  }
}

const lost = (): EngineUnavailable => new EngineUnavailable('the answer was lost');

function containerOf(containerId: ContainerId, shown: Shown): EngineContainer | undefined {
  switch (shown.is) {
    case 'never':
      return undefined;
    case 'created':
      return { containerId, state: 'created' };
    case 'running':
      return { containerId, state: 'running', startedAtMs: shown.startedAtMs };
    case 'exited': {
      const { startedAtMs, stoppedAtMs, exit } = shown;
      return { containerId, state: 'exited', startedAtMs, stoppedAtMs, exit };
    }
    case 'lost': {
      const { startedAtMs, atMs: stoppedAtMs } = shown;
      return { containerId, state: 'exited', startedAtMs, stoppedAtMs };
    }
  }
}

// The pods of a run's cluster, as its scheduler and the kubelets of its nodes treat them: they wait
// for room, begin in their order, end, are deleted by us and taken away by others, and stay until
// they are let go. It outlives the server, and knows nothing of it.

import type { AttemptId, ContainerId } from '../src/base/ids.ts';
import type { Exit } from '../src/core/job/attempt.ts';
import type { Needs } from '../src/core/job/needs.ts';
import type { FakeBehaviour } from '../src/engine/fake/behaviour.ts';
import type { ContainerSpec, WaitsFor } from '../src/port/engine.ts';
import type { VirtualClock } from '../test/house/virtual-clock.ts';

/** How long a pod waits for room until it is given up. */
const placingMs = 15_000;

export interface SimulatedNode {
  readonly name: string;
  readonly uid: string;
  readonly instanceId: string | undefined;
  capacity: Needs;
  /** Its kubelet is heard; else what runs there runs on, and nobody hears of it. */
  isReady: boolean;
  /** It is not cordoned. */
  isOpen: boolean;
  /** What pods of others have of it. */
  othersMilliVcpu: number;
  environmentUuid: string | undefined;
  /** When it became what it is, by elapsed time. */
  changedMs: number;
}

/** As far as a container has come. `never`: it did not run, and will not. */
type RunState =
  | { readonly is: 'created' }
  | { readonly is: 'running'; readonly startedAtMs: number }
  | {
      readonly is: 'exited';
      readonly startedAtMs: number;
      readonly stoppedAtMs: number;
      readonly exit: Exit;
    }
  | { readonly is: 'lost'; readonly startedAtMs: number; readonly atMs: number }
  | {
      readonly is: 'never';
      readonly as: 'start-failed' | 'not-placed' | 'lost';
      readonly reason: string;
      readonly atMs: number;
    };

interface Run {
  readonly containerId: ContainerId;
  readonly behaviour: FakeBehaviour;
  readonly waitsFor: readonly WaitsFor[];
  is: RunState;
  /** As the cluster tells it: of a node that is silent it tells what it was. */
  shown: RunState;
  cancelEnd?: (() => void) | undefined;
}

export interface Pod {
  readonly attemptId: AttemptId;
  /** The only node that it may go to. */
  readonly wanted: string;
  readonly needs: Needs;
  readonly runs: readonly Run[];
  node: SimulatedNode | undefined;
  /** We want it to end, and nothing of it begins any more. */
  isStopped: boolean;
  /** Its deletion has not reached its node. */
  owedGraceMs: number | undefined;
  /** Nobody needs anything of it any more. */
  isReleased: boolean;
}

/** A pod that there was no room for. */
export interface Refused {
  readonly pod: Pod;
  readonly node: SimulatedNode | undefined;
  /** Others of ours that had room there. */
  readonly beside: readonly Pod[];
}

export interface ClusterPodsParts {
  readonly clock: VirtualClock;
  readonly behaviour: (spec: ContainerSpec) => FakeBehaviour;
  readonly onRun: (id: ContainerId) => void;
  readonly onEnd: (id: ContainerId, exit: Exit | undefined) => void;
  /** Others than we took it away. */
  readonly onTaken: (id: AttemptId) => void;
  readonly onRefused: (refused: Refused) => void;
  readonly nodeNamed: (name: string) => SimulatedNode | undefined;
  readonly isAway: () => boolean;
}

const isOver = ({ is: { is } }: Pick<Run, 'is'>): boolean => is !== 'created' && is !== 'running';
const hasEnded = ({ runs }: Pod): boolean => runs.every(isOver);
const isSilent = ({ node }: Pod): boolean => node?.isReady === false;

/** Init containers run one after the other, before all that are none. */
const waitsOf = (specs: readonly ContainerSpec[], at: number): readonly WaitsFor[] => {
  const { pod, task } = specs[at] as ContainerSpec;
  if (pod === undefined) return task?.after ?? [];
  const before = pod.init ? specs.slice(0, at) : specs.filter((other) => other.pod?.init);
  return before.map((_, container) => ({ container, condition: 'SUCCESS' }));
};

/** As Kubernetes' scheduler counts it: all that run together, or the largest that runs before. */
function needsOf(specs: readonly ContainerSpec[]): Needs {
  const most = (of: (spec: ContainerSpec) => number): number => {
    const [before, together] = [true, false].map((init) =>
      specs.filter(({ pod }) => (pod?.init === true) === init).map(of),
    ) as [number[], number[]];
    return Math.max(
      together.reduce((sum, one) => sum + one, 0),
      ...before,
    );
  };
  return {
    milliVcpu: most(({ milliVcpu }) => milliVcpu),
    memoryMib: most(({ memoryMib }) => memoryMib),
    gpus: most(({ gpus }) => gpus),
  };
}

export class ClusterPods {
  readonly #parts: ClusterPodsParts;
  readonly #pods = new Map<AttemptId, Pod>();
  /** Whoever watches hears of each pod that is shown to be another. */
  onShown: ((pod: Pod) => void) | undefined;
  /** A bug that a test plants: pods that others take away are not kept until they are let go. */
  keepsEnds = true;

  constructor(parts: ClusterPodsParts) {
    this.#parts = parts;
  }

  find(attemptId: AttemptId): Pod | undefined {
    return this.#pods.get(attemptId);
  }

  all(): Pod[] {
    return [...this.#pods.values()];
  }

  /** Of each attempt there is one, whoever asks how often. */
  make(attemptId: AttemptId, specs: readonly ContainerSpec[]): Pod {
    const known = this.#pods.get(attemptId);
    if (known !== undefined) return known;
    const created: RunState = { is: 'created' };
    const pod: Pod = {
      attemptId,
      wanted: specs[0]?.on?.reference ?? '',
      needs: needsOf(specs),
      runs: specs.map((spec, at) => ({
        containerId: spec.containerId,
        behaviour: this.#parts.behaviour(spec),
        waitsFor: waitsOf(specs, at),
        is: created,
        shown: created,
      })),
      node: undefined,
      isStopped: false,
      owedGraceMs: undefined,
      isReleased: false,
    };
    this.#pods.set(attemptId, pod);
    this.#place(pod);
    if (pod.node === undefined) this.#giveUpIn(pod, placingMs);
    return pod;
  }

  /** We delete it. */
  delete(pod: Pod, graceMs: number): void {
    pod.isStopped = true;
    if (isSilent(pod)) pod.owedGraceMs = graceMs;
    else this.#kill(pod, graceMs);
  }

  /** Others delete it, or its node is gone: what has ended stays so, and all else is over. */
  take(pod: Pod): void {
    if (hasEnded(pod)) return;
    const atMs = this.#parts.clock.now();
    pod.isStopped = true;
    this.#parts.onTaken(pod.attemptId);
    for (const run of pod.runs) {
      if (run.is.is === 'created')
        run.is = { is: 'never', as: 'lost', reason: 'its pod was deleted', atMs };
      else if (run.is.is === 'running') this.#lose(run, run.is.startedAtMs);
    }
    if (this.keepsEnds) this.#changed(pod);
    else this.#pods.delete(pod.attemptId);
  }

  /** Nothing holds it any more: it ends, if it has not, and goes. */
  release(pod: Pod): void {
    pod.isReleased = pod.isStopped = true;
    if (isSilent(pod)) return;
    for (const run of pod.runs)
      if (run.is.is === 'running') this.#lose(run, run.is.startedAtMs);
      else if (run.is.is === 'created') this.#never(run, 'start-failed', 'nobody wants it');
    this.#pods.delete(pod.attemptId);
    this.placeMore();
  }

  /** The node is heard again, or has other room, or takes pods again. */
  nodeChanged(node: SimulatedNode): void {
    if (node.isReady)
      for (const pod of this.#on(node)) {
        if (pod.isReleased) this.release(pod);
        else if (pod.owedGraceMs !== undefined) {
          this.#kill(pod, pod.owedGraceMs);
          pod.owedGraceMs = undefined;
        }
        this.#changed(pod);
      }
    this.placeMore();
  }

  nodeGone(node: SimulatedNode): void {
    for (const pod of this.#on(node)) {
      this.take(pod);
      pod.node = undefined;
      // What its kubelet did not tell any more nobody will tell.
      for (const run of pod.runs) if (run.shown !== run.is) this.#untold(pod, run);
      if (pod.isReleased) this.release(pod);
      else this.#changed(pod);
    }
  }

  /** The cluster can be reached again. */
  showAll(): void {
    for (const pod of this.all()) this.onShown?.(pod);
  }

  placeMore(): void {
    for (const pod of this.all())
      if (pod.node === undefined && !pod.isStopped && !hasEnded(pod)) this.#place(pod);
  }

  #on(node: SimulatedNode): Pod[] {
    return this.all().filter((pod) => pod.node === node);
  }

  #untold({ attemptId }: Pod, run: Run): void {
    const atMs = this.#parts.clock.now();
    this.#parts.onTaken(attemptId);
    run.is =
      run.shown.is === 'running'
        ? { is: 'lost', startedAtMs: run.shown.startedAtMs, atMs }
        : { is: 'never', as: 'lost', reason: 'its pod was deleted', atMs };
  }

  // ---- the scheduler ----

  #place(pod: Pod): void {
    const node = this.#parts.nodeNamed(pod.wanted);
    if (node === undefined || !node.isReady || !node.isOpen || !this.#hasRoom(node, pod)) return;
    pod.node = node;
    this.#parts.clock.soon(() => this.#advance(pod));
  }

  #hasRoom(node: SimulatedNode, pod: Pod): boolean {
    const all = [pod, ...this.#beside(node, pod)];
    const vcpus = all.reduce((sum, { needs }) => sum + needs.milliVcpu, node.othersMilliVcpu);
    const memory = all.reduce((sum, { needs }) => sum + needs.memoryMib, 0);
    return vcpus <= node.capacity.milliVcpu && memory <= node.capacity.memoryMib;
  }

  #beside(node: SimulatedNode, pod: Pod): Pod[] {
    return this.#on(node).filter((other) => other !== pod && !hasEnded(other));
  }

  #giveUpIn(pod: Pod, ms: number): void {
    const { clock, isAway, onRefused, nodeNamed } = this.#parts;
    clock.at(clock.now() + ms, () => {
      if (this.#pods.get(pod.attemptId) !== pod || pod.node !== undefined || pod.isStopped) return;
      // Whoever gives it up has to be able to ask.
      if (isAway()) return this.#giveUpIn(pod, 5_000);
      const node = nodeNamed(pod.wanted);
      onRefused({ pod, node, beside: node === undefined ? [] : this.#beside(node, pod) });
      pod.isStopped = true;
      for (const run of pod.runs) this.#never(run, 'not-placed', noRoom);
      this.#changed(pod);
    });
  }

  // ---- a node ----

  /** What waits for nothing begins; where what it waits for has failed, the pod fails. */
  #advance(pod: Pod): void {
    if (pod.node === undefined || pod.isStopped) return;
    let failed: Run | undefined;
    for (const run of pod.runs) {
      if (run.is.is !== 'created') continue;
      failed ??= pod.runs.find((other, at) =>
        run.waitsFor.some((waits) => waits.container === at && isHopeless(other, waits)),
      );
      if (failed === undefined && run.waitsFor.every((waits) => isMet(pod, waits)))
        this.#begin(pod, run);
    }
    if (failed !== undefined) {
      const code = failed.is.is === 'exited' ? failed.is.exit.exitCode : 'nothing';
      const reason = `CannotStartContainerError: the container ${failed.containerId}, which runs before it, ended with ${code}`;
      for (const run of pod.runs) this.#never(run, 'start-failed', reason);
      this.#kill(pod, 2_000);
    }
    this.#changed(pod);
  }

  #begin(pod: Pod, run: Run): void {
    const { clock, onRun } = this.#parts;
    const { behaviour, containerId } = run;
    if (behaviour.startFailure !== undefined)
      return this.#never(run, 'start-failed', behaviour.startFailure);
    const startedAtMs = clock.now();
    run.is = { is: 'running', startedAtMs };
    onRun(containerId);
    const { exitCode, outOfMemory, durationMs } = behaviour;
    run.cancelEnd = clock.at(startedAtMs + durationMs, () =>
      this.#end(pod, run, { exitCode, outOfMemory }),
    );
  }

  #end(pod: Pod, run: Run, exit: Exit): void {
    if (run.is.is !== 'running') return;
    run.cancelEnd?.();
    const { startedAtMs } = run.is;
    const stoppedAtMs = Math.max(startedAtMs, this.#parts.clock.now());
    run.is = { is: 'exited', startedAtMs, stoppedAtMs, exit };
    this.#parts.onEnd(run.containerId, exit);
    this.#advance(pod);
    this.#changed(pod);
    if (hasEnded(pod)) this.placeMore();
  }

  /** SIGTERM, and SIGKILL after the grace. */
  #kill(pod: Pod, graceMs: number): void {
    const { clock } = this.#parts;
    for (const run of pod.runs) {
      this.#never(run, 'start-failed', 'stopped before it started');
      if (run.is.is !== 'running') continue;
      const { ignoresStop } = run.behaviour;
      clock.at(clock.now() + (ignoresStop ? graceMs : 0), () =>
        this.#end(pod, run, ignoresStop ? killed : stopped),
      );
    }
    this.#changed(pod);
  }

  #never(run: Run, as: 'start-failed' | 'not-placed', reason: string): void {
    if (run.is.is === 'created')
      run.is = { is: 'never', as, reason, atMs: this.#parts.clock.now() };
  }

  #lose(run: Run, startedAtMs: number): void {
    run.cancelEnd?.();
    run.is = { is: 'lost', startedAtMs, atMs: this.#parts.clock.now() };
    this.#parts.onEnd(run.containerId, undefined);
  }

  #changed(pod: Pod): void {
    if (isSilent(pod)) return;
    for (const run of pod.runs) run.shown = run.is;
    this.onShown?.(pod);
  }
}

/** In the words of Kubernetes' scheduler. */
export const noRoom =
  "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector.";
const stopped: Exit = { exitCode: 143, signal: 'SIGTERM', outOfMemory: false };
const killed: Exit = { exitCode: 137, signal: 'SIGKILL', outOfMemory: false };

const isMet = ({ runs }: Pod, { container, condition }: WaitsFor): boolean => {
  const is = runs[container]?.is;
  if (condition === 'START') return is?.is === 'running' || is?.is === 'exited';
  return is?.is === 'exited' && is.exit.exitCode === 0;
};

/** What waits so for it waits for ever: a pod knows no COMPLETE but SUCCESS. */
const isHopeless = ({ is }: Run, { condition }: WaitsFor): boolean =>
  is.is === 'never' ||
  is.is === 'lost' ||
  (condition !== 'START' && is.is === 'exited' && is.exit.exitCode !== 0);

// What the Kubernetes engine has seen of its pods, and what it reported of that. It makes, ends and
// lets go of none: it says when one is of no use any more, and those who do the rest tell it.

import { containerIdOf, type AttemptId, type ContainerId } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import { EngineUnavailable, type EngineContainer, type EngineReport } from '../../port/engine.ts';
import {
  isTold,
  newlyKnown,
  runOf,
  type KnownAttempt,
  type KnownContainerRun,
} from './known-attempt.ts';
import type { KnownPod } from './known-pod.ts';
import { awaitsMain, isMainNode } from './pod-gang.ts';
import { attemptOf, containerNamesOf, observedFinalizer } from './pod-names.ts';
import { containerIn, containerState, hasEnded, type ContainerState } from './pod-state.ts';
import { choosesNode, initialization, unseated, waitingOf, type Patience } from './pod-waiting.ts';

interface PodSightingsParts {
  readonly clock: Clock;
  readonly patience: Patience;
  /** Nothing of its pod is needed any more. */
  readonly onUseless: (known: KnownAttempt) => void;
  /** Its node has not begun with it for too long: whoever finds out why says it to `obstructed`. */
  readonly onStuck: (known: KnownAttempt) => void;
}

/** Between two sentences on why a pod has no node: they count nodes, which come and go. */
const sentenceMs = 10_000;
/** After it was asked in vain why a node does not begin with a pod. */
const askAgainMs = 60_000;

export class PodSightings {
  readonly #parts: PodSightingsParts;
  readonly #known = new Map<AttemptId, KnownAttempt>();
  #report: (report: EngineReport) => void = () => undefined;
  #isClosed = false;

  constructor(parts: PodSightingsParts) {
    this.#parts = parts;
  }

  /** From now on all reports go there. */
  reportTo(onReport: (report: EngineReport) => void): void {
    this.#report = onReport;
  }

  find(attemptId: AttemptId): KnownAttempt | undefined {
    return this.#known.get(attemptId);
  }

  /** What is known of it, which may be nothing but that somebody asked. */
  know(attemptId: AttemptId): KnownAttempt {
    let known = this.#known.get(attemptId);
    if (known === undefined) this.#known.set(attemptId, (known = newlyKnown(attemptId)));
    return known;
  }

  forget(known: KnownAttempt): void {
    known.cancelLook?.();
    if (this.#known.get(known.attemptId) === known) this.#known.delete(known.attemptId);
  }

  /** Nobody needs it any more: who waits for its start waits no longer. */
  dismiss(known: KnownAttempt, index: number): void {
    const run = runOf(known, index);
    run.ended = run.done = true;
    wake(known);
  }

  all(): IterableIterator<KnownAttempt> {
    return this.#known.values();
  }

  /** Takes in what the watch says. */
  see(pod: KnownPod, isGone: boolean): void {
    const attemptId = attemptOf(pod);
    if (attemptId === undefined) return;
    const before = this.#known.get(attemptId);
    const isLetGo = pod.deletedAtMs !== undefined && !pod.finalizers.includes(observedFinalizer);
    if (before?.pod === undefined && (isGone || isLetGo)) return;
    const known = this.know(attemptId);
    // Nobody has asked for it since this engine was opened.
    if (before === undefined && awaitsMain(pod)) known.held = true;
    known.pod = pod;
    known.gone = isGone;
    this.look(known);
    if (isGone) this.forget(known);
  }

  /** Takes in what answered a request, which the watch may have said before, and more. */
  seeMade(known: KnownAttempt, pod: KnownPod): void {
    if (known.pod === undefined) this.see(pod, false);
  }

  /** Reports that a container was not started. Once it has ended, nothing more is said. */
  never(
    known: KnownAttempt,
    index: number,
    how: Pick<Extract<ContainerState, { is: 'never' }>, 'as' | 'reason'> & { atMs?: number },
  ): void {
    const run = runOf(known, index);
    run.done = true;
    if (run.ended) return;
    run.ended = true;
    this.#say(known, {
      type: how.as,
      containerId: containerIdOf(known.attemptId, index),
      atMs: how.atMs ?? this.#parts.clock.now(),
      reason: known.discreet?.(how.reason) ?? how.reason,
    });
  }

  /** As it is by what was last seen; undefined: there is none, or nobody needs it any more. */
  state(known: KnownAttempt, index: number): ContainerState | undefined {
    const { pod, stopped: isStopped, gone: isGone } = known;
    const name = pod && containerNamesOf(pod)[index];
    const { done, startedAtMs: seenAtMs } = runOf(known, index);
    if (pod === undefined || name === undefined || done) return undefined;
    const nowMs = this.#parts.clock.now();
    return containerState({ pod, isStopped, isGone, nowMs, seenAtMs }, name);
  }

  containers(known: KnownAttempt): EngineContainer[] {
    const names = known.pod === undefined ? [] : containerNamesOf(known.pod);
    return names.flatMap((_, index) => this.container(known, index) ?? []);
  }

  container(known: KnownAttempt, index: number): EngineContainer | undefined {
    const state = this.state(known, index);
    const id = containerIdOf(known.attemptId, index);
    if (state === undefined || (state.is === 'never' && !known.held)) return undefined;
    if (state.is === 'never') return engineContainer(id, { is: 'created' }, undefined);
    return engineContainer(id, state, known.pod?.address);
  }

  /** Reports what is new of it, in order. */
  look(known: KnownAttempt): void {
    known.cancelLook?.();
    known.cancelLook = undefined;
    this.#lookForNode(known);
    const names = known.pod === undefined ? [] : containerNamesOf(known.pod);
    for (const [index, name] of names.entries()) this.#lookAt(known, index, name);
    if (isUseless(known)) this.#parts.onUseless(known);
  }

  /** Something keeps its node from beginning with it, in the cluster's words. */
  obstructed(known: KnownAttempt, why: string): void {
    for (const [index, { waits }] of known.runs)
      if (waits?.what === 'sandbox' && this.state(known, index)?.is === 'created')
        this.never(known, index, { as: 'start-failed', reason: `${initialization}: ${why}` });
    this.look(known);
  }

  /**
   * Resolves when something was said of the container's start, or of that of another of its
   * attempt, or when one waits for what may never come. Rejects with EngineUnavailable when the
   * engine is closed.
   */
  async told(known: KnownAttempt): Promise<void> {
    while (![...known.runs.values()].some((run) => isTold(run) || run.waits?.isLong === true)) {
      if (this.#isClosed) throw new EngineUnavailable('the engine was closed');
      await new Promise<void>((resolve) => (known.waiters ??= new Set()).add(resolve));
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#report = () => undefined;
    for (const known of this.#known.values()) {
      known.cancelLook?.();
      wake(known);
    }
  }

  /** Where its cluster chooses: which node, or why there is none; the latter not too often. */
  #lookForNode(known: KnownAttempt): void {
    const { pod } = known;
    if (pod === undefined || known.held || known.gone || known.stopped) return;
    if (pod.deletedAtMs !== undefined) return;
    // Where it was told the node, that is news only after it had to wait for it.
    const nodeName = choosesNode(pod) || known.seat !== undefined ? pod.node : undefined;
    const reason = unseated(pod);
    const said = nodeName ?? reason;
    if (said === undefined || said === known.seat?.said || hasBegun(pod) || hasEnded(pod)) return;
    const { clock } = this.#parts;
    const dueAtMs = nodeName === undefined ? (known.seat?.atMs ?? 0) + sentenceMs : 0;
    const atMs = clock.now();
    if (atMs < dueAtMs) return this.#lookAgainAt(known, dueAtMs);
    known.seat = { said, atMs };
    const containerId = containerIdOf(known.attemptId, 0);
    const where = nodeName === undefined ? { reason } : { nodeName };
    this.#report({ type: 'seated', containerId, atMs, ...where });
  }

  #lookAgainAt(known: KnownAttempt, dueAtMs: number): void {
    const cancel = this.#parts.clock.at(dueAtMs, () => this.look(known));
    const cancelOther = known.cancelLook;
    known.cancelLook = () => {
      cancel();
      cancelOther?.();
    };
  }

  #lookAt(known: KnownAttempt, index: number, name: string): void {
    const run = runOf(known, index);
    const state = this.state(known, index);
    if (run.ended || state === undefined) return;
    const containerId = containerIdOf(known.attemptId, index);
    switch (state.is) {
      case 'created':
        return known.held ? undefined : this.#bear(known, run, { index, name });
      case 'never':
        return known.held ? undefined : this.never(known, index, state);
      case 'running':
        // Its nodes are told where it is: that is not known the moment before.
        if (isMain(known) && known.pod?.address === undefined) return;
        return this.#started(known, run, { containerId, atMs: state.startedAtMs });
      case 'lost': {
        if (state.startedAtMs !== undefined)
          this.#started(known, run, { containerId, atMs: state.startedAtMs });
        run.ended = true;
        const { atMs, reason } = state;
        return this.#say(known, { type: 'lost', containerId, atMs, reason });
      }
      case 'exited':
        this.#started(known, run, { containerId, atMs: state.startedAtMs });
        run.ended = true;
        return this.#say(known, {
          type: 'exited',
          containerId,
          atMs: state.stoppedAtMs,
          exit: state.exit,
        });
    }
  }

  /** It waits for something: as long as that is borne, and then it is not to start any more. */
  #bear(
    known: KnownAttempt,
    run: KnownContainerRun,
    { index, name }: { readonly index: number; readonly name: string },
  ): void {
    const { clock, patience } = this.#parts;
    const { pod } = known;
    const waiting = pod && waitingOf(pod, containerIn(pod, name), patience);
    if (waiting === undefined) {
      run.waits = undefined;
      return;
    }
    const nowMs = clock.now();
    if (run.waits?.what !== waiting.what)
      run.waits = { what: waiting.what, sinceMs: nowMs, isLong: false };
    const { waits } = run;
    const longAtMs = waits.sinceMs + waiting.usualMs;
    let dueAtMs = waits.sinceMs + waiting.mostMs;
    if (!waits.isLong && nowMs >= longAtMs) {
      waits.isLong = true;
      wake(known);
    }
    if (nowMs >= dueAtMs) {
      if (waiting.what !== 'sandbox')
        return this.never(known, index, { as: waiting.type, reason: waiting.reason });
      if (!known.asking) this.#parts.onStuck(known);
      dueAtMs = nowMs + askAgainMs;
    }
    const lookAtMs = waits.isLong ? dueAtMs : Math.min(longAtMs, dueAtMs);
    if (lookAtMs < Number.POSITIVE_INFINITY) this.#lookAgainAt(known, lookAtMs);
  }

  #started(
    known: KnownAttempt,
    run: KnownContainerRun,
    { containerId, atMs }: { readonly containerId: ContainerId; readonly atMs: number },
  ): void {
    if (run.startedReported) return;
    run.startedReported = true;
    run.startedAtMs = atMs;
    const { pod } = known;
    const nodeName = pod && choosesNode(pod) ? pod.node : undefined;
    const address = pod?.address;
    this.#say(known, {
      type: 'started',
      containerId,
      atMs,
      address,
      ...(nodeName !== undefined && { nodeName }),
    });
  }

  #say(known: KnownAttempt, report: EngineReport): void {
    this.#report(report);
    wake(known);
  }
}

/** All in it runs or ran: that it does says where it is as well. */
const hasBegun = ({ containers }: KnownPod): boolean =>
  containers.length > 0 && containers.every(({ state }) => state !== 'waiting');
const isMain = ({ pod }: KnownAttempt): boolean => pod !== undefined && isMainNode(pod);

/** Whoever waits looks again. */
function wake(known: KnownAttempt): void {
  const { waiters, readers } = known;
  known.waiters = undefined;
  for (const waiter of waiters ?? []) waiter();
  for (const look of readers ?? []) look();
}

/** There is a pod, and nobody needs anything of it. */
export const isUseless = ({ pod, gone, runs }: KnownAttempt): boolean =>
  pod !== undefined &&
  !gone &&
  containerNamesOf(pod).every((_, index) => runs.get(index)?.done === true);

function engineContainer(
  containerId: ContainerId,
  state: Exclude<ContainerState, { is: 'never' }>,
  address: string | undefined,
): EngineContainer {
  const has = { containerId, address };
  switch (state.is) {
    case 'created':
      return {
        ...has,
        state: 'created',
        startedAtMs: undefined,
        stoppedAtMs: undefined,
        exit: undefined,
      };
    case 'running':
      return {
        ...has,
        state: 'running',
        startedAtMs: state.startedAtMs,
        stoppedAtMs: undefined,
        exit: undefined,
      };
    case 'exited': {
      const { startedAtMs, stoppedAtMs, exit } = state;
      return { ...has, state: 'exited', startedAtMs, stoppedAtMs, exit };
    }
    case 'lost':
      return {
        ...has,
        state: 'exited',
        startedAtMs: state.startedAtMs,
        stoppedAtMs: state.atMs,
        exit: undefined,
      };
  }
}

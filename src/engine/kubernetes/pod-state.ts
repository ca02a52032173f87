// What a pod says of each container that is ours: whether it runs, how it ended, or why it never
// will. Whose fault an end was is told here: what others than we took away is lost with its host.
// Pure; how long to wait for what is in pod-waiting.ts.

import type { Exit } from '../../core/job/attempt.ts';
import type { KnownContainer, KnownPod } from './known-pod.ts';

/** As far as it has come. `never`: it did not run, and will not. */
export type ContainerState =
  | { readonly is: 'created' }
  | { readonly is: 'running'; readonly startedAtMs: number }
  | {
      readonly is: 'exited';
      readonly startedAtMs: number;
      readonly stoppedAtMs: number;
      readonly exit: Exit;
    }
  | {
      readonly is: 'never';
      readonly as: 'start-failed' | 'not-placed' | 'lost';
      readonly atMs: number;
      readonly reason: string;
    }
  /** It ran, and others than we ended it, or nobody knows how it ended. */
  | {
      readonly is: 'lost';
      readonly startedAtMs: number | undefined;
      readonly atMs: number;
      readonly reason: string;
    };

interface PodView {
  readonly pod: KnownPod;
  /** We want it to end: its deletion is ours. */
  readonly isStopped: boolean;
  /** The cluster has it no more; `pod` is what it was last. */
  readonly isGone?: boolean | undefined;
  readonly nowMs: number;
  /** When the container began, where that was seen: a kubelet may forget it. */
  readonly seenAtMs?: number | undefined;
}

/** Why a container was not started, where it was stopped before. */
export const notWanted = 'stopped before it started';

/** A node would not have it: by its own count it had no room, or is not what was asked for. */
const rejected = /^(OutOf|NodeAffinity$|NodePorts$|UnexpectedAdmissionError$|Topology)/;
/** A node took it away, for reasons of its own. */
const takenByNode = new Set([
  'Shutdown',
  'NodeShutdown',
  'Terminated',
  'NodeLost',
  'Preempting',
  'Preempted',
]);
/** By SIGKILL, as kubelets end what had no time to end. */
const killedCode = 137;
/** Times of Kubernetes have whole seconds. */
const slackMs = 1_000;

export const hasEnded = ({ phase }: KnownPod): boolean =>
  phase === 'Succeeded' || phase === 'Failed';

/** What is called so in it; undefined: nothing is said of it yet. */
export const containerIn = (
  { init, containers }: KnownPod,
  name: string,
): KnownContainer | undefined =>
  containers.find((one) => one.name === name) ?? init.find((one) => one.name === name);

/** Of the container of this name. */
export function containerState(view: PodView, name: string): ContainerState {
  const { pod, isGone, nowMs, seenAtMs } = view;
  const container = containerIn(pod, name);
  const taken = takenAway(view);
  const { startedAtMs } = container ?? {};
  if (container?.state === 'terminated') return endedState(view, container, taken);
  if (container?.state === 'running') {
    if (!isGone && !hasEnded(pod))
      return { is: 'running', startedAtMs: startedAtMs ?? pod.createdAtMs ?? nowMs };
    return forgottenState(view, taken, { startedAtMs, atMs: nowMs });
  }
  // A node that has not got it will not get it any more.
  const isOver = isGone || hasEnded(pod) || (pod.deletedAtMs !== undefined && !pod.node);
  if (!isOver) return { is: 'created' };
  return seenAtMs === undefined
    ? neverState(view, taken, undefined)
    : forgottenState(view, taken, { startedAtMs: seenAtMs, atMs: nowMs });
}

/**
 * It ran, and its node says no more how it ended; its pod may, as one does that was evicted for
 * what it stored.
 */
function forgottenState(
  { pod }: PodView,
  taken: TakenAway | undefined,
  {
    startedAtMs,
    atMs,
    message = 'nobody can say how it ended',
  }: {
    readonly startedAtMs: number | undefined;
    readonly atMs: number;
    readonly message?: string | undefined;
  },
): ContainerState {
  const words = podWords(pod);
  if (taken !== undefined || words === undefined || startedAtMs === undefined)
    return { is: 'lost', startedAtMs, atMs, reason: taken?.reason ?? message };
  return {
    is: 'exited',
    startedAtMs,
    stoppedAtMs: Math.max(atMs, startedAtMs),
    exit: { exitCode: killedCode, outOfMemory: false, reason: words },
  };
}

function endedState(
  view: PodView,
  container: KnownContainer,
  taken: TakenAway | undefined,
): ContainerState {
  const { reason, message, stoppedAtMs } = container;
  const startedAtMs = container.startedAtMs ?? view.seenAtMs;
  const isForgotten =
    reason === 'ContainerStatusUnknown' && (startedAtMs !== undefined || !view.isStopped);
  const exitCode = container.exitCode ?? 1;
  const atMs = stoppedAtMs ?? view.nowMs;
  if (reason === 'StartError' || reason === 'ContainerCannotRun')
    return {
      is: 'never',
      as: 'start-failed',
      atMs,
      reason: `CannotStartContainerError: ${message ?? reason}`,
    };
  if (startedAtMs === undefined && !isForgotten) return neverState(view, taken, stoppedAtMs);
  // One that had done its work is done, whoever wanted it to end.
  if (taken !== undefined && exitCode !== 0 && atMs + slackMs > taken.sinceMs)
    return { is: 'lost', startedAtMs, atMs, reason: taken.reason };
  if (isForgotten || startedAtMs === undefined)
    return forgottenState(view, taken, { startedAtMs, atMs, message });
  return {
    is: 'exited',
    startedAtMs,
    // A node's clock may have been set.
    stoppedAtMs: Math.max(atMs, startedAtMs),
    exit: {
      exitCode,
      outOfMemory: reason === 'OOMKilled',
      ...said(podWords(view.pod)),
    },
  };
}

const said = (reason: string | undefined): { readonly reason?: string } =>
  reason === undefined ? {} : { reason };

/** What the pod says beyond its containers: DeadlineExceeded, Evicted for what it stored … */
function podWords({ reason, message }: KnownPod): string | undefined {
  if (reason === undefined) return undefined;
  return message === undefined ? reason : `${reason}: ${message}`;
}

function neverState(
  view: PodView,
  taken: TakenAway | undefined,
  stoppedAtMs: number | undefined,
): ContainerState {
  const { pod, isStopped, nowMs } = view;
  const atMs = stoppedAtMs ?? nowMs;
  const words = podWords(pod);
  if (isStopped) return { is: 'never', as: 'start-failed', atMs, reason: notWanted };
  if (rejected.test(pod.reason ?? ''))
    return { is: 'never', as: 'not-placed', atMs, reason: words ?? '' };
  if (taken !== undefined) return { is: 'never', as: 'lost', atMs, reason: taken.reason };
  const failed = pod.init.find(({ exitCode = 0 }) => exitCode !== 0);
  const why =
    words ??
    (failed
      ? `the container ${failed.name}, which runs before it, ended with ${failed.exitCode}`
      : `its pod has ${pod.phase.toLowerCase()} without it`);
  return { is: 'never', as: 'start-failed', atMs, reason: `CannotStartContainerError: ${why}` };
}

interface TakenAway {
  readonly reason: string;
  readonly sinceMs: number;
}

/** Who else than we ended it; undefined: nobody did. */
function takenAway({ pod, isStopped, isGone }: PodView): TakenAway | undefined {
  const { conditions, deletedAtMs } = pod;
  if (isStopped) return undefined;
  const target = conditions.find(({ type, isTrue }) => type === 'DisruptionTarget' && isTrue);
  if (target !== undefined)
    return {
      reason: `its pod was taken away: ${[target.reason, target.message].filter(Boolean).join(': ')}`,
      sinceMs: target.sinceMs ?? 0,
    };
  if (takenByNode.has(pod.reason ?? ''))
    return { reason: `its node took it away: ${podWords(pod) ?? ''}`, sinceMs: 0 };
  if (deletedAtMs !== undefined) return { reason: 'its pod was deleted', sinceMs: deletedAtMs };
  // What had ended before is known all the same.
  return isGone ? { reason: 'its pod is gone', sinceMs: Number.POSITIVE_INFINITY } : undefined;
}

// What the Kubernetes engine keeps in mind of an attempt, from its start or its discovery until its
// pod is let go and gone. No calls.

import type { AttemptId } from '../../base/ids.ts';
import type { KnownPod } from './known-pod.ts';
import type { Waiting } from './pod-waiting.ts';

/** One of its containers. */
export interface KnownContainerRun {
  startedReported: boolean;
  /** When it began, as that report had it. */
  startedAtMs?: number | undefined;
  /** Its last report was made. */
  ended: boolean;
  /** Nobody needs it any more: it did not start, or its removal was asked for. */
  done: boolean;
  /** What it waits for, and since when. */
  waits?:
    | {
        readonly what: Waiting['what'];
        readonly sinceMs: number;
        /** Longer than starts usually do: it may never come. */
        isLong: boolean;
      }
    | undefined;
}

export interface KnownAttempt {
  readonly attemptId: AttemptId;
  /** As last seen; undefined: none has been. */
  pod?: KnownPod | undefined;
  /** The cluster has it no more. */
  gone: boolean;
  /** We want it to end: whatever ends it from now on is us. */
  stopped: boolean;
  /** By index; those not asked for and not seen are not there. */
  readonly runs: Map<number, KnownContainerRun>;
  /** Called when something is reported of it; mostly nobody waits. */
  waiters?: Set<() => void> | undefined;
  /** Called likewise, again and again: whoever waits to read its output. */
  readers?: Set<() => void> | undefined;
  /** What was last reported of the node that its cluster chooses, and when. */
  seat?: { readonly said: string; readonly atMs: number } | undefined;
  /** Cancels the look that is due when its patience is over. */
  cancelLook?: (() => void) | undefined;
  /** It is being asked what keeps its node from beginning. */
  asking: boolean;
  /**
   * Its pod is there to be placed together with its main node's; nobody has asked for it to start,
   * and nobody would know what is said of it.
   */
  held: boolean;
  /** Of a main node: names of its nodes are there. */
  named?: boolean | undefined;
  /** Likewise: those that wait for its address are told. */
  announced?: boolean | undefined;
  /** Its pod is being let go. */
  releasing: boolean;
  /** While it starts: takes out of a message what nobody may read. */
  discreet?: ((message: string) => string) | undefined;
}

export const newlyKnown = (attemptId: AttemptId): KnownAttempt => ({
  attemptId,
  gone: false,
  stopped: false,
  held: false,
  runs: new Map(),
  asking: false,
  releasing: false,
});

export function runOf({ runs }: KnownAttempt, index: number): KnownContainerRun {
  let run = runs.get(index);
  if (run === undefined)
    runs.set(index, (run = { startedReported: false, ended: false, done: false }));
  return run;
}

/** Something was said of the container's start. */
export const isTold = ({ startedReported, ended }: KnownContainerRun): boolean =>
  startedReported || ended;

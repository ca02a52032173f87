// What the Docker engine keeps in mind of an attempt, from its start or its discovery until it is
// removed. No calls.

import type { ContainerId } from '../../base/ids.ts';
import type { ContainerFacts } from './container-facts.ts';
import type { Withdrawal } from './unstarted-container.ts';

export interface Known {
  readonly containerId: ContainerId;
  facts?: ContainerFacts | undefined;
  /** What its user should know of how it runs. */
  notice?: string | undefined;
  startedReported: boolean;
  /** Its last report was made. */
  ended: boolean;
  /** It is being removed. */
  removed: boolean;
  /** Settles when the start under way is over. */
  starting?: Promise<void> | undefined;
  /** Aborted when it must not start any more. */
  readonly unwanted: AbortController;
  /** While its container, which has not started, is taken out of the way. */
  withdrawing?: Promise<Withdrawal> | undefined;
  /** Ids of the containers that were last heard to start, and to be deleted. */
  began?: string | undefined;
  destroyed?: string | undefined;
  stopping?: Promise<void> | undefined;
  /** Called when the first signal was delivered. */
  signalled?: (() => void) | undefined;
  /** From the `die` event, for a container that is deleted before it can be looked at. */
  died?: { readonly exitCode: number; readonly atMs: number } | undefined;
  outOfMemory: boolean;
  /** A signal was sent through Docker. */
  killed: boolean;
  /** The id of its first process while it ran. */
  pid: number;
  looking?: Promise<void> | undefined;
  lookAgain: boolean;
  /** While it starts: takes out of a message what nobody may read. */
  discreet?: ((message: string) => string) | undefined;
}

export const newlyKnown = (containerId: ContainerId): Known => ({
  containerId,
  startedReported: false,
  ended: false,
  removed: false,
  unwanted: new AbortController(),
  outOfMemory: false,
  killed: false,
  pid: 0,
  lookAgain: false,
});

/** Whether the facts at hand are those of a container that is listed in this state. */
export function isUpToDate(known: Known | undefined, listedState: string): boolean {
  switch (known?.facts?.state) {
    case 'running':
      return listedState === 'running' || listedState === 'paused';
    case 'exited':
      return listedState === 'exited' || listedState === 'dead';
    default:
      return false;
  }
}

/** Why a container was not started, where it was stopped before. */
export const notWanted = 'stopped before it started';

// The training files port: what the container of a training job finds under /opt/ml, and what
// becomes of what it leaves there. Interfaces only.

import type { MountPoint, Volume } from '@aws-sdk/client-batch';
import type { AttemptId } from '../base/ids.ts';
import type { TrainingAttempt } from '../core/service-job/training-attempt.ts';

/** What an engine mounts. */
export interface TrainingMounts {
  readonly volumes: readonly Volume[];
  readonly mountPoints: readonly MountPoint[];
}

/** What an attempt left. */
export interface TrainingLeft {
  /** What it wrote of why it failed, cut to what SageMaker shows. */
  readonly reason?: string | undefined;
  /** Why not all of it could be stored; absent: it is where it belongs. */
  readonly failure?: string | undefined;
}

export interface TrainingFiles {
  /**
   * Has at hand what the attempt's container is to find, which may take hours; `signal`: it is not
   * wanted any more. Said again after a crash it goes on with what is there, and touches nothing of
   * an attempt that was prepared to the end. `failure` is said to the job's user. Rejects where the
   * server stops meanwhile.
   */
  prepare(
    attempt: TrainingAttempt,
    signal: AbortSignal,
  ): Promise<TrainingMounts | { readonly failure: string }>;
  /**
   * Stores checkpoints that have changed, and stayed so since this was last asked, while the
   * container runs. Rejects where that cannot be; it may be the next time.
   */
  sync(attempt: TrainingAttempt, signal: AbortSignal): Promise<void>;
  /**
   * Stores what the container left, once it has ended; said again after a crash, it stores it again
   * in the same place. Given up by `signal` it is a failure. Rejects where the server stops
   * meanwhile.
   */
  store(attempt: TrainingAttempt, signal: AbortSignal): Promise<TrainingLeft>;
  /** Nobody needs what is at hand for the attempt any more. Nothing where there is nothing. */
  remove(attemptId: AttemptId): Promise<void>;
  /** Removes what a server before this one left of attempts that have ended. */
  removeOld(isUnderWay: (attemptId: AttemptId) => boolean): Promise<void>;
  /** Gives up what is under way. */
  close(): void;
}

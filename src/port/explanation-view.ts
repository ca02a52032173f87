// What the reader says of a job to those who ask why it is where it is: views, as values that never
// change. Types only.

import type { JobId } from '../base/ids.ts';
import type { Job } from '../core/job/job.ts';
import type { JobStatus } from '../core/job/status.ts';
import type { EnvironmentsReason } from '../core/schedule/explain/explain.ts';
import type { Holder } from '../core/schedule/explain/holders.ts';

/** Why a job waits, in full; true at this moment. */
export interface WaitView {
  /** As `statusReason` shows it. */
  readonly text: string;
  /** What would let it start; empty where only time does. */
  readonly remedies: readonly string[];
  /** Between two attempts: when the next may begin. It stands in no line until then. */
  readonly notBeforeMs?: number | undefined;
  /** Where a RUNNABLE job stands. */
  readonly place?: PlaceView | undefined;
  /**
   * Why each compute environment of the queue has no place for it; empty where the queue has only
   * one.
   */
  readonly environments: readonly EnvironmentsReason[];
  /** Who holds the room that it waits for. */
  readonly holders?: HoldersView | undefined;
}

interface HoldersView {
  readonly of: string;
  readonly first: readonly (Holder & { readonly name?: string | undefined })[];
  readonly others?: Omit<Holder, 'jobId'> | undefined;
}

/** What a job depends on, and what that depends on in its turn, as far as it explains something. */
export interface DependencyView {
  readonly jobId: JobId;
  readonly type: 'JOB' | 'N_TO_N' | 'SEQUENTIAL';
  /** Absent: nobody remembers it. */
  readonly name?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly isMet: boolean;
  /** Why it stands where it stands, or how it ended. */
  readonly reason?: string | undefined;
  /** The last attempt's. */
  readonly exitCode?: number | undefined;
  readonly containerReason?: string | undefined;
  readonly startedAtMs?: number | undefined;
  /** What it waits for itself, or failed by. */
  readonly dependencies: readonly DependencyView[];
  /** More of those that are not shown. */
  readonly leftOff: number;
}

/** Where a RUNNABLE job stands. Children of arrays count one by one. */
export interface PlaceView {
  /** On a fair share queue, where shares take turns. */
  readonly share?: string | undefined;
  /**
   * Jobs of its own queue, or of its share, that are tried before it; without those that cannot
   * start, which are `stuck`.
   */
  readonly ahead: number;
  readonly stuck: number;
  readonly sinceMs: number;
  /**
   * Jobs of other queues that are tried before it and want the same environments; without those
   * that cannot start.
   */
  readonly aheadInOtherQueues: readonly {
    readonly queue: string;
    readonly priority: number;
    readonly jobs: number;
  }[];
}

/** Children of an array by index, as many as a slice holds. */
export interface ChildrenSlice {
  readonly children: readonly { readonly index: number; readonly job: Job }[];
  /** Absent at the end. */
  readonly nextIndex?: number | undefined;
}

// Rows of tables that are no part of the world (log groups, resources of services of their own,
// output that is still at its engine), and the writes to them. A write is conditional on what is
// there and carries no rule: what it should say was decided by whoever asks for it.

import type { ContainerId, Scope } from '../base/ids.ts';
import type { Tags } from '../core/event.ts';
import type { ContainerOnHost } from '../core/job/attempt.ts';
import type { LogStreamRow } from '../core/world/changes.ts';
import type { FiringMark, NewBusEventRow, StoredDelivery } from './delivery.ts';
import type { NewArchivedEvent } from './archive.ts';

/** A log group's row (CloudWatch Logs). */
export interface LogGroupRow {
  readonly scope: Scope;
  readonly name: string;
  readonly createdAtMs: number;
  readonly retentionInDays?: number | undefined;
  readonly tags?: Tags | undefined;
}

/**
 * The resources of one service in one account and region, whose rows change together or not at all.
 */
export interface ResourceSpaceKey {
  /** e.g. `iam`, `ec2`. */
  readonly service: string;
  readonly scope: Scope;
}

/**
 * A resource of a service of its own: what it is (`vpc`), its id within its kind, and what the
 * service keeps of it.
 */
export interface ResourceRow {
  readonly kind: string;
  readonly id: string;
  /** Plain JSON. */
  readonly body: object;
}

/**
 * Writes to tables that are no part of the world. Each is conditional, and its outcome says whether
 * it took place.
 */
export type TableWrite =
  | { readonly table: 'log-group'; readonly write: 'create'; readonly row: LogGroupRow }
  /** Deletes the group's streams too. */
  | {
      readonly table: 'log-group';
      readonly write: 'delete';
      readonly scope: Scope;
      readonly name: string;
    }
  | {
      readonly table: 'log-group';
      readonly write: 'retention';
      readonly scope: Scope;
      readonly name: string;
      readonly retentionInDays: number | undefined;
    }
  /** Where its tags are still those that were read; else `stale`. */
  | {
      readonly table: 'log-group';
      readonly write: 'tags';
      readonly scope: Scope;
      readonly name: string;
      readonly read: Tags;
      readonly tags: Tags;
    }
  | { readonly table: 'log-stream'; readonly write: 'create'; readonly row: LogStreamRow }
  | {
      readonly table: 'log-stream';
      readonly write: 'delete';
      readonly scope: Scope;
      readonly group: string;
      readonly name: string;
    }
  /**
   * Removes jobs that ended before, the longest ended first, with all that is theirs but their
   * logs; `absent`: none is left.
   */
  | {
      readonly table: 'job';
      readonly write: 'expire';
      readonly endedBeforeMs: number;
      readonly maxRows: number;
    }
  /** Forgets removed jobs that ended before; `absent`: none is left. */
  | {
      readonly table: 'remembered-job';
      readonly write: 'forget';
      readonly endedBeforeMs: number;
      readonly maxRows: number;
    }
  /** Records of calls that brought no change, and what was answered to those that are there. */
  | {
      readonly table: 'call-record';
      readonly write: 'add';
      readonly records: readonly NewCallRecord[];
      readonly outcomes: readonly CallOutcome[];
    }
  /** Removes records of before, the oldest first; `absent`: none is left. */
  | {
      readonly table: 'call-record';
      readonly write: 'expire';
      readonly beforeMs: number;
      readonly maxRows: number;
    }
  /**
   * Removes the oldest rows of the journal, up to a number and what is older than a time, but never
   * its last; `absent`: none of them is left.
   */
  | {
      readonly table: 'journal';
      readonly write: 'trim';
      readonly upTo: number;
      readonly beforeMs: number;
      readonly maxRows: number;
    }
  /** What comes in, goes on and has arrived, together; what is to be removed may be gone. */
  | ({ readonly table: 'outbox'; readonly write: 'change' } & OutboxChange)
  /**
   * Removes the oldest events of an archive, what is older than a time or, without one, all and in
   * the end the archive; `absent`: none of it is left.
   */
  | {
      readonly table: 'archive';
      readonly write: 'trim';
      readonly archive: string;
      readonly beforeMs: number | undefined;
      readonly maxRows: number;
    }
  /** An attempt whose output is not stored yet though its end is, and that stays at its engine. */
  | { readonly table: 'kept-output'; readonly write: 'put'; readonly row: KeptOutputRow }
  | { readonly table: 'kept-output'; readonly write: 'delete'; readonly containerId: ContainerId }
  /**
   * Puts and removes rows of a space, if that is still at the version at which they were decided;
   * else `stale`.
   */
  | {
      readonly table: 'resource';
      readonly write: 'change';
      readonly space: ResourceSpaceKey;
      readonly version: number;
      readonly put: readonly ResourceRow[];
      readonly remove: readonly Omit<ResourceRow, 'body'>[];
    };

export interface OutboxChange {
  readonly putEvents?: readonly NewBusEventRow[] | undefined;
  readonly removeEvents?: readonly number[] | undefined;
  /** What archives keep of the events that were held against rules. */
  readonly archived?: readonly NewArchivedEvent[] | undefined;
  readonly addDeliveries?: readonly StoredDelivery[] | undefined;
  readonly removeDeliveries?: readonly number[] | undefined;
  readonly marks?: readonly FiringMark[] | undefined;
}

/** A record that nothing is to be added to. */
export interface NewCallRecord {
  readonly scope: Scope;
  readonly atMs: number;
  readonly call: string;
}

/** What was answered to a call whose record has a number. */
export interface CallOutcome {
  readonly number: number;
  readonly outcome: string;
}

/** Where the output of an ended attempt goes, and where it still is. */
export interface KeptOutputRow extends ContainerOnHost {
  readonly scope: Scope;
  readonly group: string;
  readonly stream: string;
  /** What begins an event of several lines, where that was asked for. */
  readonly eventStart?: string | undefined;
}

/**
 * `exists`: a create found its row; `absent`: the row to change, or its parent, is not there;
 * `stale`: what it was decided on has changed since.
 */
export type TableWriteOutcome = 'done' | 'exists' | 'absent' | 'stale';

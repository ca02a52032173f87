// The store port: durable rows. A commit is all or nothing and durable when it returns; a failed
// one stops the process. The store decides nothing: rows are exactly what core's variants say.

import type { WorldRows } from '../core/world/restore.ts';
import type { CallRecord } from '../base/call-record.ts';
import type { Arn, AttemptId, JobId, Scope } from '../base/ids.ts';
import type { Refusal } from '../base/refusal.ts';
import type { ChangedRows, LogStreamRow } from '../core/world/changes.ts';
import type { JobDefinition } from '../core/job-definition/job-definition.ts';
import type { IndexRange } from '../core/job/index-ranges.ts';
import type { EndedInstance } from '../core/host/host.ts';
import type { ArrayChild, ArrayParent, Job, JobDetailRecord } from '../core/job/job.ts';
import type { EndedStatus, JobStatus } from '../core/job/status.ts';
import type { Transition } from '../core/turn/transition.ts';
import type { ArchiveReader } from './archive.ts';
import type { Envelope } from './command-bus.ts';
import type { BusEventRow, Lane, NewBusEventRow, StoredDelivery } from './delivery.ts';
import type {
  KeptOutputRow,
  LogGroupRow,
  ResourceRow,
  ResourceSpaceKey,
  TableWrite,
  TableWriteOutcome,
} from './table.ts';

/** What was asked for in a turn, and by whom: for the journal. */
export interface Entry {
  readonly envelope: Envelope;
  /** The command's type; `table:write` of a table write, whose outcome the store itself knows. */
  readonly command: string;
  readonly refusal?: Refusal | undefined;
  /** The call's record, where it is to be kept with this change. */
  readonly record?: CallRecord | undefined;
}

/** What one turn did. */
export interface Commit {
  /** When it was decided. */
  readonly atMs: number;
  /** Rows in final values, by their kind: a job that changed three times stands here once. */
  readonly rows: ChangedRows;
  /** Instances that ended before are forgotten. */
  readonly forgetInstancesEndedBeforeMs: number;
  readonly tableWrites: readonly TableWrite[];
  /** Which jobs changed their status, in the order in which it came about. */
  readonly transitions: readonly Transition[];
  /**
   * Whether they are stored in the journal; `ends`: they are the first that are not, which is noted
   * there.
   */
  readonly journal: 'on' | 'ends' | 'off';
  /** Those of them that rules of EventBridge may want. */
  readonly busEvents: readonly NewBusEventRow[];
  /** In the order in which they were decided; their records alone are stored. */
  readonly entries: readonly Entry[];
}

/** Everything that the world is rebuilt from: resources, and jobs that have not ended. */
export interface StoredWorld extends WorldRows {
  readonly keptOutput: readonly KeptOutputRow[];
  /** When the last of all commits was decided; 0 where there was none. */
  readonly newestCommitAtMs: number;
}

/** What narrows a list of jobs; all that is given must hold. */
export interface JobFilters {
  readonly status?: JobStatus | undefined;
  readonly name?: NamePattern | undefined;
  readonly definition?:
    | { readonly arn: string }
    | { readonly name: string; readonly prefix: boolean }
    | undefined;
  readonly createdBeforeMs?: number | undefined;
  readonly createdAfterMs?: number | undefined;
  readonly shareIdentifier?: string | undefined;
}

export interface ListJobsQuery extends JobFilters {
  readonly queueArn: Arn;
  /** The queue's own first job. */
  readonly fromSequence: number;
  /** Newest first; goes on below this sequence number. */
  readonly beforeSequence?: number | undefined;
  readonly limit: number;
  /** How many may be looked at, about. */
  readonly rows: number;
}

/** Part of a list: what so many rows, newest first, held of what was asked for. */
export interface JobSlice {
  readonly jobs: readonly StoredJob[];
  /** The list goes on below this sequence number; absent: nothing is left. */
  readonly scannedTo?: number | undefined;
}

/** A case-insensitive name, or its beginning. */
export interface NamePattern {
  readonly text: string;
  readonly prefix: boolean;
}

/** A job as it is stored: what was submitted, and where it stands. */
export interface StoredJob {
  readonly detail: JobDetailRecord;
  readonly job: Job | ArrayParent;
}

/**
 * How a job ended: what others that depend on it need, and what is remembered of it after its
 * removal.
 */
export interface JobEnd {
  readonly status: EndedStatus;
  readonly arraySize?: number | undefined;
  readonly failedChildren: readonly IndexRange[];
}

/** The rows of services of their own. */
export interface ResourceReader {
  /** Where a service has ever kept anything, ascending. */
  resourceScopes(service: string): readonly Scope[];
  /** How often the space has changed; 0: never. */
  resourceVersion(space: ResourceSpaceKey): number;
  resource(space: ResourceSpaceKey, kind: string, id: string): ResourceRow | undefined;
  /** By id. */
  resources(space: ResourceSpaceKey, kind: string): readonly ResourceRow[];
  /** By id, from one on: where there are too many to read them all at once. */
  resourcesFrom(
    space: ResourceSpaceKey,
    kind: string,
    page: { readonly id: string; readonly limit: number },
  ): readonly ResourceRow[];
}

/** A call's record as it is stored. */
export interface CallRecordRow {
  /** Higher than that of every record that was stored before. */
  readonly number: number;
  readonly scope: Scope;
  /** When the call was over, or its change was committed. */
  readonly atMs: number;
  /** As the record said when it was stored. */
  readonly call: string;
  /** What was answered, where that came later; undefined: not yet, or the server ended first. */
  readonly outcome?: string | undefined;
}

/** Where a list of records goes on: behind this one. */
export interface CallRecordPlace {
  readonly atMs: number;
  readonly number: number;
}

/** The records of calls. */
export interface CallRecordReader {
  callRecord(number: number): CallRecordRow | undefined;
  /** The highest number of all; 0: there is none. */
  lastCallRecord(): number;
  /** Newest first, at most so many; both times are among them. */
  newestCallRecords(query: {
    readonly scope: Scope;
    readonly fromMs?: number | undefined;
    readonly toMs?: number | undefined;
    readonly after?: CallRecordPlace | undefined;
    readonly limit: number;
  }): readonly CallRecordRow[];
  /** Of all accounts and regions, in the order of their numbers, above one of them. */
  callRecordsAbove(number: number, limit: number): readonly CallRecordRow[];
  /** When the first of all was stored; undefined: there is none. */
  firstCallRecordAtMs(): number | undefined;
}

export interface JournalRow {
  /** Higher than that of every row before. */
  readonly number: number;
  /** When it was committed. */
  readonly atMs: number;
  /** Undefined: here changes happened that nobody followed, and that it does not tell. */
  readonly transition: Transition | undefined;
}

/** The journal: what became of jobs, as far as somebody follows it. */
export interface JournalReader {
  /** In the order of their numbers, above one of them. */
  journalAbove(number: number, limit: number): readonly JournalRow[];
  /** Its first and its last row; undefined: it has none. */
  journalEnds():
    | {
        readonly first: Pick<JournalRow, 'number' | 'atMs'>;
        readonly last: Pick<JournalRow, 'number' | 'atMs'>;
      }
    | undefined;
}

/** What is on its way: events to the rules of their buses, and deliveries to where they go. */
export interface OutboxReader {
  /**
   * In the order of their numbers, above one of them: as many as may be, or fewer where they are
   * large.
   */
  busEventsAbove(number: number, limit: number): readonly BusEventRow[];
  /** The highest number of what is there; 0: nothing is. */
  lastDelivery(): number;
  /** Looks at every one: for a start. */
  countDeliveries(): number;
  /** Where something waits to go. */
  waitingLanes(): readonly { readonly scope: Scope; readonly lane: Lane }[];
  /** The same of deliveries. */
  deliveriesAbove(query: {
    readonly scope: Scope;
    readonly lane: Lane;
    readonly number: number;
    readonly limit: number;
  }): readonly StoredDelivery[];
  delivery(number: number): StoredDelivery | undefined;
  /** Undefined: it never was said. */
  firedUpToMs(schedule: string): number | undefined;
}

/** All reads see every commit that has returned. */
export interface StoreReader extends ResourceReader, CallRecordReader, JournalReader {
  readonly outbox: OutboxReader;
  readonly archives: ArchiveReader;
  /** The scope's instances that ended after the time, by id; the store may have forgotten some. */
  endedInstances(scope: Scope, afterMs: number): readonly EndedInstance[];
  job(scope: Scope, id: JobId): StoredJob | undefined;
  /** Those whose end was committed after the time, the latest first, at most so many. */
  endedJobs(
    afterMs: number,
    most: number,
  ): readonly { readonly id: JobId; readonly job: Job | ArrayParent }[];
  /**
   * Whether a job that is kept names the attempt as one of its own, ended or not. Looks at every
   * row: for what is asked once a start.
   */
  knowsAttempt(attemptId: AttemptId): boolean;
  /** Immutable part alone: what an attempt's start needs. */
  jobDetail(id: JobId): JobDetailRecord | undefined;
  child(parent: JobId, index: number): ArrayChild | undefined;
  /** Children with a row, by index: those from `from` on and below `to`. */
  children(parent: JobId, from?: number, to?: number): readonly ArrayChild[];
  /**
   * How a single job or an array ended, kept or removed; undefined where it has not ended or nobody
   * knows it.
   */
  jobEnd(scope: Scope, id: JobId): JobEnd | undefined;
  /**
   * When the end was committed of the job that ended first, and of the one that is remembered
   * longest. `kept` is 0 while rows are left of the children of an array that is removed.
   */
  firstEnds(): { readonly kept: number | undefined; readonly remembered: number | undefined };
  listJobs(query: ListJobsQuery): JobSlice;
  /**
   * The jobs that ask for a consumable resource, newest first; an array stands for all its
   * children.
   */
  jobsByConsumable(query: {
    readonly resourceArn: Arn;
    readonly status?: JobStatus | undefined;
    readonly name?: NamePattern | undefined;
    readonly beforeSequence?: number | undefined;
    readonly limit: number;
    readonly rows: number;
  }): JobSlice;
  /** Any status; ascending by name, then revision. */
  jobDefinition(scope: Scope, arn: Arn): JobDefinition | undefined;
  jobDefinitions(query: {
    scope: Scope;
    name?: string | undefined;
    status?: string | undefined;
    after?: { name: string; revision: number } | undefined;
    limit: number;
  }): readonly JobDefinition[];
  tags(arn: Arn): Readonly<Record<string, string>>;
  logGroups(query: {
    scope: Scope;
    prefix?: string | undefined;
    contains?: string | undefined;
    after?: string | undefined;
    limit: number;
  }): readonly LogGroupRow[];
  /** The groups of all accounts and regions that keep their events for a time. */
  logGroupsWithRetention(): readonly LogGroupRow[];
  logGroup(scope: Scope, name: string): LogGroupRow | undefined;
  logStream(scope: Scope, group: string, name: string): LogStreamRow | undefined;
  /** By name, or newest first; `after` is the last row of the page before. */
  logStreams(query: {
    scope: Scope;
    group: string;
    prefix?: string | undefined;
    order: 'name' | 'newest';
    descending?: boolean | undefined;
    after?: LogStreamRow | undefined;
    limit: number;
  }): readonly LogStreamRow[];
}

export interface Store {
  load(): StoredWorld;
  /**
   * Durable when it returns. Outcomes stand in the order of `tableWrites`. Throws: nothing was
   * written, and the process must stop.
   */
  commit(commit: Commit): readonly TableWriteOutcome[];
  readonly reader: StoreReader;
  close(): void;
}

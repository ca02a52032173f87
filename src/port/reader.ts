// The reader port: the only way that services read. Typed views of the world and the store in one
// moment; a view is a value that never changes. It decides nothing and it never brings anything
// about.

import type { Transition } from '../core/turn/transition.ts';
import type { ContainerProperties } from '@aws-sdk/client-batch';
import type { Arn, AttemptId, JobId, Scope } from '../base/ids.ts';
import type { Tags } from '../core/event.ts';
import type {
  ConsumableResource,
  Quantities,
} from '../core/consumable-resource/consumable-resource.ts';
import type { ComputeEnvironment } from '../core/compute-environment/compute-environment.ts';
import type { ArrayParent, Job, JobDetailRecord, PastArrayParent } from '../core/job/job.ts';
import type { ContainerJobStatus, EndedStatus, JobStatus } from '../core/job/status.ts';
import type { IndexRange } from '../core/job/index-ranges.ts';
import type { JobDefinition } from '../core/job-definition/job-definition.ts';
import type { JobQueue } from '../core/job-queue/job-queue.ts';
import type { QuotaShare } from '../core/quota-share/quota-share.ts';
import type { SchedulingPolicy } from '../core/scheduling-policy/scheduling-policy.ts';
import type { ServiceEnvironment } from '../core/service-environment/service-environment.ts';
import type { ChildrenSlice, DependencyView, WaitView } from './explanation-view.ts';
import type { InstanceReader } from './instance-reader.ts';
import type { ArchiveReader } from './archive.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type {
  CallRecordPlace,
  CallRecordRow,
  JobFilters,
  NamePattern,
  ResourceReader,
  StoreReader,
} from './store.ts';

export type { NamePattern, Tags };

export interface ComputeEnvironmentView {
  readonly environment: ComputeEnvironment;
  readonly tags: Tags;
  /** What `desiredvCpus` shows: it moves with demand, between minvCpus and maxvCpus. */
  readonly desiredvCpus: number;
  /** What differs here from what its name says. */
  readonly note?: string | undefined;
}
export interface JobQueueView {
  readonly queue: JobQueue;
  readonly tags: Tags;
}
export interface ConsumableResourceView {
  readonly resource: ConsumableResource;
  readonly quantities: Quantities;
  readonly tags: Tags;
}
export interface ServiceEnvironmentView {
  readonly environment: ServiceEnvironment;
  readonly tags: Tags;
}
export interface SchedulingPolicyView {
  readonly policy: SchedulingPolicy;
  readonly tags: Tags;
}
export interface QuotaShareView {
  readonly share: QuotaShare;
  readonly tags: Tags;
}
export interface JobDefinitionView {
  readonly definition: JobDefinition;
  readonly tags: Tags;
}

export interface JobView {
  /** `id` asked for: an array child's detail is its parent's. */
  readonly id: JobId;
  readonly detail: JobDetailRecord;
  readonly job: Job | ArrayParent;
  /** Which child it is of its array. */
  readonly arrayIndex?: number | undefined;
  /** Which node it is of a multi-node parallel job; the detail is the job's. */
  readonly nodeIndex?: number | undefined;
  /** Children by status; only an array's parent has it. */
  readonly statusSummary?: Readonly<Record<ContainerJobStatus, number>> | undefined;
  readonly statusSummaryLastUpdatedAtMs?: number | undefined;
  readonly tags: Tags;
  /** Why it waits, in plain words and true at this moment; absent where it does not wait. */
  readonly waitingReason?: string | undefined;
}

/** A job as it once was. */
export interface PastJobView extends Omit<JobView, 'job'> {
  readonly job: Job | PastArrayParent;
}

/** A change of a job's status, or of a child's or a node's. */
export interface PastChange {
  readonly from: JobStatus | undefined;
  readonly atMs: number;
  /** What it was from then on. Its tags are those of now. */
  readonly view: PastJobView;
}

/** What can be said of a change at no cost. */
export interface ChangeFacts {
  /** With `children` an array, of which some children changed together. */
  readonly jobId: JobId;
  readonly children?: IndexRange | undefined;
  readonly to: JobStatus;
  readonly job: { readonly queueArn: Arn };
}

/** A row of the journal, read. */
export interface JournalPage {
  readonly number: number;
  /**
   * One by one, where many children changed together; none where it is of another account or
   * region, or nobody asked for it. Undefined: here changes happened that cannot be told, for
   * nobody followed them, or the job has been removed.
   */
  readonly changes: Iterable<PastChange> | undefined;
}

/** What became of jobs, as far as the journal still tells it. */
export interface HistoryReader {
  /**
   * In the order in which it came about, from behind a row's number. `isWanted` is asked before
   * anything is looked up.
   */
  above(query: {
    readonly scope: Scope;
    readonly number: number;
    readonly limit: number;
    readonly isWanted: (change: ChangeFacts) => boolean;
  }): readonly JournalPage[];
  /**
   * What a change is to those who are told, one by one where many children changed together;
   * undefined: the job has been removed.
   */
  changesOf(change: Transition): Iterable<PastChange> | undefined;
  /** The numbers of the first and the last row; undefined: there is none. */
  ends(): { readonly first: number; readonly last: number } | undefined;
}

/** Instances of a type that a share's service jobs, or all of a queue without shares, use. */
export interface InstanceUse {
  readonly capacityUnit: string;
  readonly quantity: number;
  readonly share?: string | undefined;
}

/** The front of a queue (GetJobQueueSnapshot). */
export interface QueueSnapshotView {
  readonly queue: JobQueue;
  /**
   * The first RUNNABLE jobs in the order in which they are tried, children of arrays one by one;
   * since when each stands there.
   */
  readonly front: readonly { readonly jobId: JobId; readonly sinceMs: number }[];
  /** What the queue's jobs in STARTING and RUNNING hold. */
  readonly usedMilliVcpu: number;
  /** Of a queue of service jobs, whose use is told by it. */
  readonly instancesUsed?: readonly InstanceUse[] | undefined;
  /** What each share of a fair share queue holds that holds anything, most first. */
  readonly shares?:
    | readonly { readonly identifier: string; readonly usedMilliVcpu: number }[]
    | undefined;
  /** On a queue with quota shares. */
  readonly quotas?: QuotasView | undefined;
}

/** Amounts in the units of quota shares' capacity limits. */
export type QuotaUsage = readonly { readonly capacityUnit: string; readonly quantity: number }[];

export interface QuotasView {
  /** What jobs in STARTING and RUNNING hold: vCPUs, and units that some share has a limit of. */
  readonly used: QuotaUsage;
  /** The shares by name. */
  readonly shares: readonly {
    readonly name: string;
    readonly used: QuotaUsage;
    /** Its first RUNNABLE job, and since when that stands there; absent: none waits. */
    readonly front?: { readonly jobId: JobId; readonly sinceMs: number } | undefined;
  }[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent at the end. */
  readonly next?: string | undefined;
}

export interface JobListQuery extends JobFilters {
  readonly scope: Scope;
  readonly of:
    | { readonly queueArn: Arn }
    | { readonly arrayJobId: JobId }
    | { readonly multiNodeJobId: JobId };
  /** As given by the page before; a malformed one makes the reader answer `undefined`. */
  readonly next?: string | undefined;
  readonly limit: number;
}

/** Jobs that have not ended; children of arrays count one by one, their parents do not. */
export type JobCounts = Readonly<Record<Exclude<JobStatus, EndedStatus>, number>>;

export interface Counts {
  readonly jobs: JobCounts;
  readonly computeEnvironments: number;
  readonly jobQueues: number;
  readonly staleReports: number;
  readonly deliveries: DeliveryCounts;
}

export interface DeliveryCounts {
  /** Now, those that are under way too. */
  readonly waiting: number;
  /** Since the start of the process, as are those that follow. */
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly givenUp: number;
}

export interface ConsumableJobsQuery {
  readonly resourceArn: Arn;
  readonly status?: JobStatus | undefined;
  readonly name?: NamePattern | undefined;
  readonly next?: string | undefined;
  readonly limit: number;
}

/** The resources of AWS Batch beside jobs. */
export interface BatchReader {
  /** By name or ARN; undefined when there is none. */
  computeEnvironment(scope: Scope, nameOrArn: string): ComputeEnvironmentView | undefined;
  /** All of the scope, by name. */
  computeEnvironments(scope: Scope): readonly ComputeEnvironmentView[];
  jobQueue(scope: Scope, nameOrArn: string): JobQueueView | undefined;
  jobQueues(scope: Scope): readonly JobQueueView[];
  /** At most `limit` jobs. Undefined: no such queue. */
  queueSnapshot(scope: Scope, nameOrArn: string, limit: number): QueueSnapshotView | undefined;
  /** By ARN only. */
  consumableResource(scope: Scope, nameOrArn: string): ConsumableResourceView | undefined;
  consumableResources(scope: Scope): readonly ConsumableResourceView[];
  serviceEnvironment(scope: Scope, nameOrArn: string): ServiceEnvironmentView | undefined;
  serviceEnvironments(scope: Scope): readonly ServiceEnvironmentView[];
  schedulingPolicy(scope: Scope, arn: string): SchedulingPolicyView | undefined;
  schedulingPolicies(scope: Scope): readonly SchedulingPolicyView[];
  quotaShare(scope: Scope, arn: string): QuotaShareView | undefined;
  /** The queue's, by name; undefined: no such queue. */
  quotaShares(scope: Scope, queueNameOrArn: string): readonly QuotaShareView[] | undefined;
  /** By ARN or `name:revision`, ACTIVE or not. */
  jobDefinition(scope: Scope, nameOrArn: string): JobDefinitionView | undefined;
  /** Ascending by name, then revision. `undefined`: the `next` is malformed. */
  jobDefinitions(query: {
    scope: Scope;
    name?: string | undefined;
    status?: string | undefined;
    next?: string | undefined;
    limit: number;
  }): Page<JobDefinitionView> | undefined;
  /** Undefined: no such resource (jobs are asked by their ARN, children by their parent's). */
  tags(scope: Scope, resourceArn: string): Tags | undefined;
}

export interface JobReader {
  /**
   * Single job, array parent, child by `parent:index`, or node by `job#node`. Undefined: unknown.
   */
  one(scope: Scope, id: string): JobView | undefined;
  /** The job of an attempt that is under way, and its container; undefined: it is not. */
  underWay(attemptId: AttemptId):
    | {
        readonly jobId: JobId;
        readonly scope: Scope;
        readonly container: ContainerProperties;
        /** A training job's. */
        readonly trainingJobArn?: string | undefined;
      }
    | undefined;
  /**
   * Children of an array that have a row, of `limit` indexes from one on: who reads many yields
   * between slices.
   */
  children(scope: Scope, id: string, fromIndex: number, limit: number): ChildrenSlice;
  /**
   * Newest first in a queue, by index in an array or of nodes. `undefined`: the `next` is
   * malformed. However much is looked at, others have their turns meanwhile, so that each job is
   * shown as it was at a moment of its own after the call.
   */
  list(query: JobListQuery): Promise<Page<JobView> | undefined>;
  /** Jobs that ask for the resource, newest first. `undefined`: the `next` is malformed. */
  ofConsumable(query: ConsumableJobsQuery): Promise<Page<JobView> | undefined>;
}

/** Why a job waits, for somebody who asks about this one. */
export interface WaitReader {
  /**
   * Undefined: no such job, or it waits for nothing. Costs what {@link WaitView} shows, however
   * many wait.
   */
  of(scope: Scope, id: string): WaitView | undefined;
  /**
   * What a job waits for or failed by among others, down to the root; of bounded depth and width.
   * Empty: nothing, or no such job.
   */
  dependencies(scope: Scope, id: string): readonly DependencyView[];
}

export interface RecordListQuery {
  readonly scope: Scope;
  /** Both times are among them. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly after?: CallRecordPlace | undefined;
  readonly limit: number;
  readonly matches: (row: CallRecordRow) => boolean;
}

/** The records of calls. */
export interface RecordReader {
  one(number: number): CallRecordRow | undefined;
  /** The highest number of all; 0: there is none. */
  last(): number;
  /**
   * Newest first. Looks at so many at most: a page may have fewer than asked for, or none, and say
   * where the next begins. Others have their turns meanwhile.
   */
  list(query: RecordListQuery): Promise<{
    readonly rows: readonly CallRecordRow[];
    /** Absent at the end. */
    readonly next?: CallRecordPlace | undefined;
  }>;
}

export interface Reader {
  readonly batch: BatchReader;
  readonly jobs: JobReader;
  readonly history: HistoryReader;
  readonly waits: WaitReader;
  /** The rows of IAM, EC2 and other services of their own. */
  readonly resources: ResourceReader;
  /** The rows of CloudWatch Logs. */
  readonly logs: Pick<StoreReader, 'logGroup' | 'logGroups' | 'logStream' | 'logStreams'>;
  readonly records: RecordReader;
  /** What archives of EventBridge keep. */
  readonly archives: ArchiveReader;
  /** As ECS sees compute environments. */
  readonly clusters: ClusterReader;
  /** What EC2 shows. */
  readonly instances: InstanceReader;
  counts(): Counts;
  /** By queue; without those that have none. Costs a look at each job. */
  jobCountsByQueue(): ReadonlyMap<Arn, JobCounts>;
}

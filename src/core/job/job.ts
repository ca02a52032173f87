// A job: a tagged union on `status` with exactly AWS's words; each variant carries only what is
// true there. Values are never changed: a transition makes the next value. What was submitted and
// never changes is the detail record.

import type {
  ConsumableResourceProperties,
  ContainerProperties,
  EcsTaskProperties,
  EksPodProperties,
  JobDependency,
  JobTimeout,
  NodeProperties,
  PlatformCapability,
  RetryStrategy,
} from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import {
  childId,
  containerIdOf,
  nodeId,
  type Arn,
  type ContainerId,
  type JobId,
  type Scope,
} from '../../base/ids.ts';
import type { ConsumableClaim } from '../consumable-resource/consumable-resource.ts';
import type { Dependency } from './dependency.ts';
import type { ChildTableView } from './child-table.ts';
import type { IndexRange } from './index-ranges.ts';
import {
  containerRuns,
  type EndedAttempt,
  type LiveAttempt,
  type NodePlacement,
} from './attempt.ts';
import { isUnderWay } from './container-run.ts';
import { termsOfNode } from './nodes.ts';
import type { ServiceJobRecord } from '../service-job/service-job.ts';
import {
  isEnded,
  type ContainerJobStatus,
  type EndedStatus,
  type WaitingStatus,
} from './status.ts';
import { stopBy, type Stop, type Stops } from './stop.ts';
import type { JobTerms } from './terms.ts';

/**
 * What jobs and arrays carry in every variant. Kept small: a hundred thousand of these wait in
 * memory.
 */
interface Identity {
  readonly id: JobId;
  readonly scope: Scope;
  readonly queueArn: Arn;
  /** Shared by all jobs that came with the same. */
  readonly terms: JobTerms;
  readonly createdAtMs: number;
  /** Order of submission, unique in the whole store; children share their parent's. */
  readonly sequence: number;
  /** Why the job is where it is, once there is something to say. */
  readonly statusReason?: string | undefined;
  readonly stops?: Stops;
}

interface JobIdentity extends Identity {
  /** Attempts that are over. */
  readonly attempts: readonly EndedAttempt[];
}

/** What a job carries from the time when its attempt has started. */
interface StartedIdentity extends JobIdentity {
  /**
   * The first cancel that came since: it stops nothing, and no other attempt follows ("Jobs that
   * have been canceled or terminated aren't retried").
   */
  readonly lateCancel?: Stop | undefined;
}

export interface WaitingJob extends JobIdentity {
  readonly status: WaitingStatus;
  /** Until it is RUNNABLE. */
  readonly waitsFor?: readonly Dependency[] | undefined;
  /** Between two attempts: it is RUNNABLE, and not to be placed before. */
  readonly notBeforeMs?: number | undefined;
}
export interface StartingJob extends StartedIdentity {
  /** SCHEDULED is a service job of which nothing has been fetched yet. */
  readonly status: 'STARTING' | 'SCHEDULED';
  readonly attempt: LiveAttempt & { readonly state: 'starting' };
  /**
   * Where the other nodes of a multi-node parallel job go when the main one runs. Their room is
   * taken.
   */
  readonly otherNodes?: readonly NodePlacement[] | undefined;
}
interface RunningJob extends StartedIdentity {
  readonly status: 'RUNNING';
  readonly attempt: LiveAttempt & { readonly state: 'running' };
  /**
   * How the main node of a multi-node parallel job ended, while others are being stopped; then the
   * job ends so, or is retried.
   */
  readonly mainNodeEnd?: MainNodeEnd | undefined;
}
/** How a main node ended. */
export interface MainNodeEnd {
  readonly status: EndedStatus;
  readonly statusReason: string;
  readonly atMs: number;
  /** The job's next attempt follows, unless somebody stops it. */
  readonly retriable: boolean;
  /** There was no room for it where it was to run: it waits a little before it is placed again. */
  readonly unplaced?: true | undefined;
}
export interface EndedJob extends StartedIdentity {
  readonly status: EndedStatus;
  /** The last attempt's; absent where none ever ran. */
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs: number;
}

export type Job = WaitingJob | StartingJob | RunningJob | EndedJob;
export type LiveJob = StartingJob | RunningJob;

/**
 * What the children of an array that have no row of their own are: still waiting, or ended together
 * with their parent.
 */
type RestOfChildren =
  | { readonly status: WaitingStatus }
  | {
      readonly status: 'FAILED';
      readonly statusReason: string;
      readonly stoppedAtMs: number;
      readonly stops?: Stops;
    };

interface ArrayIdentity extends Identity {
  readonly arraySize: number;
  readonly rest: RestOfChildren;
  /** When the first child started. */
  readonly startedAtMs?: number | undefined;
}

/** An array's parent: a fold over its children. Never RUNNABLE, STARTING or RUNNING. */
export interface LiveArrayParent extends ArrayIdentity {
  readonly status: 'SUBMITTED' | 'PENDING';
  /** Holds for each child; those that have no row are RUNNABLE or PENDING by it. */
  readonly waitsFor?: readonly Dependency[] | undefined;
  /** Where every child stands: the one thing in a value that changes in place, by the fold. */
  readonly children: ChildTableView;
}
export interface EndedArrayParent extends ArrayIdentity {
  readonly status: EndedStatus;
  readonly stoppedAtMs: number;
  readonly statusSummary: Readonly<Record<ContainerJobStatus, number>>;
  readonly statusSummaryLastUpdatedAtMs: number;
  /** For those that depend on single children of it. */
  readonly failedChildren: readonly IndexRange[];
}
export type ArrayParent = LiveArrayParent | EndedArrayParent;

/** An array's parent as it once was: how many of its children stood where is all that is known. */
export interface PastArrayParent
  extends ArrayIdentity, Pick<EndedArrayParent, 'statusSummary' | 'statusSummaryLastUpdatedAtMs'> {
  readonly status: LiveArrayParent['status'] | EndedStatus;
}

/** What the world holds: jobs that have not ended. */
export type WorldJob = Exclude<Job, EndedJob> | LiveArrayParent;

/** Whether somebody cancelled it, whatever came of that. */
export const isCancelled = (job: Job | ArrayParent | PastArrayParent): boolean =>
  stopBy(job.stops, 'cancel') !== undefined ||
  ('lateCancel' in job && job.lateCancel !== undefined);

export const isArrayParent = <J extends Job | ArrayParent | PastArrayParent>(
  job: J,
): job is Extract<J, { readonly arraySize: number }> => 'arraySize' in job;
/** What is remembered of it: the table of an array's children changes in place. */
export function pastOf(job: Job | ArrayParent): Job | PastArrayParent {
  if (!isArrayParent(job) || !('children' in job)) return job;
  const { children, ...rest } = job;
  const { lastChangedAtMs: statusSummaryLastUpdatedAtMs } = children;
  return { ...rest, statusSummary: children.summary(), statusSummaryLastUpdatedAtMs };
}

export const isLive = (job: Job | ArrayParent | PastArrayParent): job is LiveJob =>
  job.status === 'STARTING' || job.status === 'RUNNING' || job.status === 'SCHEDULED';
/**
 * Whether the main node of a multi-node parallel job has ended while the job is still RUNNING,
 * because others are being stopped.
 */
export const mainNodeHasEnded = (job: LiveJob): boolean =>
  job.status === 'RUNNING' && job.mainNodeEnd !== undefined;
/** Whether its attempt is to end: somebody wants that, or an essential container has ended. */
export const isToStop = (job: LiveJob): boolean =>
  job.stops !== undefined || job.attempt.outcome !== undefined;
/** Containers of its attempt that run, or were asked to. */
export const containersUnderWay = ({ attempt }: LiveJob): readonly ContainerId[] =>
  containerRuns(attempt).flatMap((run, index) =>
    isUnderWay(run) ? [containerIdOf(attempt.attemptId, index)] : [],
  );
/** Whether the world still holds it. */
export const isInWorld = (job: Job | ArrayParent): job is WorldJob => !isEnded(job.status);

/**
 * A child that started or got a fate of its own, or a node that was launched; the others are read
 * off their parent.
 */
export interface ArrayChild {
  readonly parentId: JobId;
  readonly index: number;
  readonly job: Job;
}

/**
 * What DescribeJobs echoes and an attempt needs: fixed at submission, shared by all children of an
 * array.
 */
export interface JobDetailRecord {
  readonly id: JobId;
  readonly arn: Arn;
  readonly scope: Scope;
  readonly sequence: number;
  readonly name: string;
  readonly queueArn: Arn;
  readonly definitionArn: Arn;
  readonly definitionName: string;
  readonly createdAtMs: number;
  readonly arraySize?: number | undefined;
  readonly shareIdentifier?: string | undefined;
  readonly schedulingPriority?: number | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly dependsOn?: readonly JobDependency[] | undefined;
  readonly retryStrategy?: RetryStrategy | undefined;
  readonly timeout?: JobTimeout | undefined;
  readonly propagateTags?: boolean | undefined;
  readonly platformCapabilities?: readonly PlatformCapability[] | undefined;
  readonly consumableResourceProperties?: ConsumableResourceProperties | undefined;
  /** The same by ARN: by these a resource's jobs are found. */
  readonly consumables?: readonly ConsumableClaim[] | undefined;
  /**
   * Definition and overrides merged, parameters substituted; for a multi-node parallel job its main
   * node's. Absent where it is a task.
   */
  readonly container?: ContainerProperties | undefined;
  /** The same of a task with several containers. */
  readonly task?: EcsTaskProperties | undefined;
  /** The same of a pod on Amazon EKS. */
  readonly pod?: EksPodProperties | undefined;
  /** What makes it a service job: then it has no definition. */
  readonly service?: ServiceJobRecord | undefined;
  /** Definition and overrides merged, for all nodes of a multi-node parallel job. */
  readonly nodeProperties?: NodeProperties | undefined;
}

/**
 * Ahead of every job that was not tried yet, and among its like in order of submission (user guide,
 * chapter Best Practices).
 */
const aheadOfAll = 2 ** 44;

/** Where a job stands in its queue; lower goes first. */
export const rankOf = (job: WaitingJob | LiveArrayParent): number =>
  isArrayParent(job) || job.attempts.length === 0 ? job.sequence : job.sequence - aheadOfAll;

/** A child that has no row: its parent's facts under its own id. */
export function waitingChild(
  parent: ArrayParent | PastArrayParent,
  index: number,
  status: WaitingJob['status'],
): WaitingJob {
  return {
    id: childId(parent.id, index),
    scope: parent.scope,
    queueArn: parent.queueArn,
    terms: parent.terms,
    createdAtMs: parent.createdAtMs,
    sequence: parent.sequence,
    attempts: [],
    status,
  };
}

/**
 * A node that is not under way: its job's facts under its own id, and what is known of its earlier
 * attempts.
 */
export function waitingNode(
  job: Job,
  node: number,
  status: WaitingJob['status'],
  attempts: readonly EndedAttempt[],
): WaitingJob {
  return {
    id: nodeId(job.id, node),
    scope: job.scope,
    queueArn: job.queueArn,
    terms: termsOfNode(must(job.terms.nodes, 'a multi-node parallel job has nodes'), node),
    createdAtMs: job.createdAtMs,
    sequence: job.sequence,
    attempts,
    status,
  };
}

// A job queue: where jobs wait, and which environments may run them. Holds no job; waiting jobs are
// facts of the world.

import type { JobStateTimeLimitAction } from '@aws-sdk/client-batch';
import type { Arn, JobId, Scope } from '../../base/ids.ts';

/**
 * The job at the head of a queue cannot start, for a reason that AWS has a token for
 * (doc/reasons.md, why a job waits).
 */
interface BlockedHead {
  readonly jobId: JobId;
  /** e.g. `MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT`. */
  readonly reason: string;
  /** Since when this job is the head and has exactly this reason. */
  readonly sinceMs: number;
}

export interface JobQueue {
  readonly arn: Arn;
  readonly scope: Scope;
  readonly name: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly status: 'CREATING' | 'UPDATING' | 'DELETING' | 'VALID' | 'INVALID';
  readonly statusReason?: string | undefined;
  /** Higher goes first. */
  readonly priority: number;
  /** Ascending by order, one to three; of a queue of service jobs none. */
  readonly computeEnvironmentOrder: readonly {
    readonly order: number;
    readonly computeEnvironment: Arn;
  }[];
  /** Of a queue of service jobs, which has no compute environments: exactly one. */
  readonly serviceEnvironmentOrder?:
    | readonly { readonly order: number; readonly serviceEnvironment: Arn }[]
    | undefined;
  readonly jobQueueType:
    | 'ECS'
    | 'ECS_FARGATE'
    | 'ECS_MANAGED_INSTANCES'
    | 'EKS'
    | 'SAGEMAKER_TRAINING';
  /** A fair share queue, for life; absent: FIFO, for life. */
  readonly schedulingPolicyArn?: Arn | undefined;
  readonly jobStateTimeLimitActions?: readonly JobStateTimeLimitAction[] | undefined;
  /** Kept for queues with time limits, so that their clocks go on through a restart. */
  readonly blockedHead?: BlockedHead | undefined;
  readonly createdAtMs: number;
  /**
   * Jobs submitted before this sequence number were those of another queue, which had the same name
   * and is gone.
   */
  readonly firstSequence: number;
}

export const hasTimeLimits = ({ jobStateTimeLimitActions }: JobQueue): boolean =>
  (jobStateTimeLimitActions ?? []).length > 0;

/** When the queue's time limit ends the job at its head; undefined: none does. */
export function timeLimitAtMs({
  jobStateTimeLimitActions,
  blockedHead,
}: JobQueue): number | undefined {
  const action =
    blockedHead && jobStateTimeLimitActions?.find(({ reason }) => reason === blockedHead.reason);
  return action?.maxTimeSeconds === undefined
    ? undefined
    : blockedHead!.sinceMs + action.maxTimeSeconds * 1000;
}

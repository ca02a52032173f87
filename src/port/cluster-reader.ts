// What ECS shows of compute environments: their clusters, the container instances in them and the
// tasks that run there. Views of one moment; part of the reader port.

import type { AttemptId, HostId, JobId, Scope } from '../base/ids.ts';
import type { ComputeEnvironment } from '../core/compute-environment/compute-environment.ts';
import type { Host, Machine } from '../core/host/host.ts';
import type { InstanceType } from '../core/instance-type/instance-type.ts';
import type { Attempt } from '../core/job/attempt.ts';
import type { Job, JobDetailRecord } from '../core/job/job.ts';
import type { Needs } from '../core/job/needs.ts';

/**
 * A host as an instance in an environment's cluster. This machine stands in the cluster of every
 * environment that it serves.
 */
export interface ContainerInstanceView {
  readonly host: Host;
  readonly environment: ComputeEnvironment;
  /** It is gone, and shown for a while. */
  readonly hasEnded: boolean;
  /** What an instance is a slice of. */
  readonly slice?: { readonly type: InstanceType; readonly of: Machine | undefined } | undefined;
  /**
   * What the environment's jobs have left on it; below zero where one that is larger than this
   * machine runs alone.
   */
  readonly remaining: Needs;
  readonly runningTasks: number;
  readonly pendingTasks: number;
}

/** An attempt as an ECS task: under way, or ended of late. */
export interface TaskView {
  readonly attemptId: AttemptId;
  readonly jobId: JobId;
  /** As it stands now, which of an ended attempt may be at another one. */
  readonly job: Job;
  readonly attempt: Attempt;
  readonly environment: ComputeEnvironment;
}

/** What stands in a list of tasks. */
export interface ListedTask {
  readonly attemptId: AttemptId;
  readonly jobId: JobId;
  readonly hostId: HostId;
  /** It is to run; false: it has stopped, or is to. */
  readonly isWanted: boolean;
}

/** What its job says of a task. */
export interface TaskFacts {
  readonly detail: JobDetailRecord;
  /** Those that the job hands on to its tasks. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface ClusterReader {
  /** The environments of the scope, by name, each with its cluster: those on EKS have none. */
  environments(scope: Scope): readonly ComputeEnvironment[];
  containerInstances(environment: ComputeEnvironment): readonly ContainerInstanceView[];
  /** One that is there, or that ended after the time, if one is given. */
  containerInstance(
    environment: ComputeEnvironment,
    hostId: HostId,
    endedAfterMs?: number,
  ): ContainerInstanceView | undefined;
  /** Those under way, and those that ended after the time. Costs what runs and what has ended. */
  tasks(environment: ComputeEnvironment, endedAfterMs: number): readonly ListedTask[];
  task(
    environment: ComputeEnvironment,
    attemptId: AttemptId,
    endedAfterMs: number,
  ): TaskView | undefined;
  /** Undefined where the job has been removed. */
  taskFacts(jobId: JobId): TaskFacts | undefined;
}

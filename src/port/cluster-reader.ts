// What ECS shows of compute environments: their clusters, the container instances in them and the tasks that run there. Views of
// one moment; part of the reader port.

import type { AttemptId, HostId, JobId, Scope } from '../base/ids.ts';
import type { ComputeEnvironment } from '../core/compute-environment/compute-environment.ts';
import type { Host, Machine } from '../core/host.ts';
import type { InstanceType } from '../core/instance-type/instance-type.ts';
import type { LiveJob } from '../core/job/job.ts';
import type { Needs } from '../core/job/needs.ts';

/** A host as an instance in an environment's cluster. This machine stands in the cluster of every environment that it serves. */
export interface ContainerInstanceView {
  readonly host: Host;
  readonly environment: ComputeEnvironment;
  /** Of an instance. */
  readonly slice?: { readonly type: InstanceType; readonly of: Machine | undefined } | undefined;
  /** What the environment's jobs have left on it; below zero where one that is larger than this machine runs alone. */
  readonly remaining: Needs;
  readonly runningTasks: number;
  readonly pendingTasks: number;
}

/** An attempt under way as an ECS task. */
export interface TaskView {
  readonly attemptId: AttemptId;
  readonly jobId: JobId;
  readonly job: LiveJob;
  readonly environment: ComputeEnvironment;
}

export interface ClusterReader {
  /** The environments of the scope, by name; each has one cluster. */
  environments(scope: Scope): readonly ComputeEnvironment[];
  containerInstances(environment: ComputeEnvironment): readonly ContainerInstanceView[];
  containerInstance(environment: ComputeEnvironment, hostId: HostId): ContainerInstanceView | undefined;
  /** Costs what runs. */
  tasks(environment: ComputeEnvironment): readonly TaskView[];
  task(environment: ComputeEnvironment, attemptId: AttemptId): TaskView | undefined;
}

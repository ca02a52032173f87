// What a batch of commands changed, in final values: the world notes it while it folds, a
// transaction stores it, and then it is cleared. A job that changed three times in a batch is
// written once.

import type { Arn, HostId, JobId, Scope } from '../../base/ids.ts';
import type { ConsumableResource } from '../consumable-resource/consumable-resource.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import type { Tags } from '../event.ts';
import type { EndedInstance, EnvironmentHost } from '../host/host.ts';
import type { ArrayChild, ArrayParent, Job, JobDetailRecord } from '../job/job.ts';
import type { JobDefinition } from '../job-definition/job-definition.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { ShareUsage } from '../schedule/order/share.ts';
import type { SchedulingPolicy } from '../scheduling-policy/scheduling-policy.ts';

/** A log stream's row. Its bytes live in the log sink's file. */
export interface LogStreamRow {
  readonly scope: Scope;
  readonly group: string;
  readonly name: string;
  readonly createdAtMs: number;
}

/** A share's usage as it is by now; one that was forgotten has no row any more. */
export interface ShareChange extends ShareUsage {
  readonly forgotten?: true | undefined;
}

export class Changes {
  submitted: JobDetailRecord[] = [];
  readonly jobs = new Map<JobId, Job | ArrayParent>();
  readonly children = new Map<JobId, ArrayChild>();
  readonly computeEnvironments = new Map<Arn, ComputeEnvironment>();
  readonly jobQueues = new Map<Arn, JobQueue>();
  readonly jobDefinitions = new Map<Arn, JobDefinition>();
  readonly hosts = new Map<HostId, EnvironmentHost>();
  readonly hostsLeft = new Set<HostId>();
  instancesEnded: EndedInstance[] = [];
  readonly consumableResources = new Map<Arn, ConsumableResource>();
  readonly schedulingPolicies = new Map<Arn, SchedulingPolicy>();
  /** By queue and share. */
  readonly shareUsage = new Map<string, ShareChange>();
  readonly deleted = new Set<Arn>();
  readonly tags = new Map<Arn, Tags>();
  logStreams: LogStreamRow[] = [];

  share(usage: ShareUsage, forgotten?: true): void {
    this.shareUsage.set(`${usage.queueArn} ${usage.shareIdentifier}`, { ...usage, forgotten });
  }

  delete(arn: Arn): void {
    this.computeEnvironments.delete(arn);
    this.jobQueues.delete(arn);
    this.consumableResources.delete(arn);
    this.schedulingPolicies.delete(arn);
    for (const [key, { queueArn }] of this.shareUsage)
      if (queueArn === arn) this.shareUsage.delete(key);
    this.tags.delete(arn);
    this.deleted.add(arn);
  }

  get isEmpty(): boolean {
    return (
      this.submitted.length === 0 &&
      this.jobs.size === 0 &&
      this.children.size === 0 &&
      this.computeEnvironments.size === 0 &&
      this.jobQueues.size === 0 &&
      this.jobDefinitions.size === 0 &&
      this.hosts.size === 0 &&
      this.hostsLeft.size === 0 &&
      this.consumableResources.size === 0 &&
      this.schedulingPolicies.size === 0 &&
      this.shareUsage.size === 0 &&
      this.deleted.size === 0 &&
      this.tags.size === 0 &&
      this.logStreams.length === 0
    );
  }

  clear(): void {
    this.submitted = [];
    this.logStreams = [];
    this.instancesEnded = [];
    for (const part of [
      this.jobs,
      this.children,
      this.computeEnvironments,
      this.jobQueues,
      this.jobDefinitions,
      this.consumableResources,
      this.schedulingPolicies,
      this.shareUsage,
      this.hosts,
      this.hostsLeft,
      this.deleted,
      this.tags,
    ])
      part.clear();
  }
}

// What a turn changed, in final values: the world notes it while it folds, and the turn takes it to
// be stored in one transaction. A job that changed three times in a turn is written once. A kind of
// row is one map here and one entry among the writers of a store.

import type { Arn, HostId, JobId, Scope } from '../../base/ids.ts';
import type { ConsumableResource } from '../consumable-resource/consumable-resource.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import type { Tags } from '../event.ts';
import type { EndedInstance, EnvironmentHost } from '../host/host.ts';
import type { ArrayChild, ArrayParent, Job, JobDetailRecord } from '../job/job.ts';
import type { JobDefinition } from '../job-definition/job-definition.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { QuotaShare } from '../quota-share/quota-share.ts';
import type { OvertakenRow } from '../schedule/order/overtaking.ts';
import type { ShareUsage } from '../schedule/order/share.ts';
import type { ServiceEnvironment } from '../service-environment/service-environment.ts';
import type { SchedulingPolicy } from '../scheduling-policy/scheduling-policy.ts';

/** A log stream's row. Its bytes live in the log sink's file. */
export interface LogStreamRow {
  readonly scope: Scope;
  readonly group: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** It is stored only where its group is there; else the group comes into being with it. */
  readonly ofGivenGroup?: true | undefined;
}

/** A share's usage as it is by now; one that was forgotten has no row any more. */
export interface ShareChange extends ShareUsage {
  readonly forgotten?: true | undefined;
}

/** A row that is gone is undefined. */
export class Changes {
  readonly computeEnvironments = new Map<Arn, ComputeEnvironment | undefined>();
  /** With a queue its shares go. */
  readonly jobQueues = new Map<Arn, JobQueue | undefined>();
  readonly consumableResources = new Map<Arn, ConsumableResource | undefined>();
  readonly serviceEnvironments = new Map<Arn, ServiceEnvironment | undefined>();
  readonly schedulingPolicies = new Map<Arn, SchedulingPolicy | undefined>();
  readonly quotaShares = new Map<Arn, QuotaShare | undefined>();
  /** By queue and share. */
  readonly shareUsage = new Map<string, ShareChange>();
  /** By class of jobs. */
  readonly overtaken = new Map<string, OvertakenRow | undefined>();
  readonly jobDefinitions = new Map<Arn, JobDefinition>();
  readonly hosts = new Map<HostId, EnvironmentHost | undefined>();
  readonly instancesEnded = new Map<HostId, EndedInstance>();
  /** Immutable parts of new jobs, arrays included. */
  readonly submitted = new Map<JobId, JobDetailRecord>();
  /** The same of jobs that were submitted before, where it has changed all the same. */
  readonly updated = new Map<JobId, JobDetailRecord>();
  readonly jobs = new Map<JobId, Job | ArrayParent>();
  readonly children = new Map<JobId, ArrayChild>();
  /** By the resource that has them. */
  readonly tags = new Map<Arn, Tags | undefined>();
  /** By account and region, group and name. */
  readonly logStreams = new Map<string, LogStreamRow>();

  get isEmpty(): boolean {
    return Object.values(this).every((rows: Map<unknown, unknown>) => rows.size === 0);
  }

  share(usage: ShareUsage, forgotten?: true): void {
    this.shareUsage.set(`${usage.queueArn} ${usage.shareIdentifier}`, { ...usage, forgotten });
  }

  /** Their queue goes, and their rows with it. */
  forgetShares(queueArn: Arn): void {
    for (const [key, usage] of this.shareUsage)
      if (usage.queueArn === queueArn) this.shareUsage.delete(key);
  }

  logStream(row: LogStreamRow): void {
    this.logStreams.set(`${row.scope} ${row.group} ${row.name}`, row);
  }
}

/** The same as a store reads it. */
export type ChangedRows = {
  readonly [
    Kind in keyof Changes as Changes[Kind] extends ReadonlyMap<string, unknown> ? Kind : never
  ]: Changes[Kind] extends Map<infer Key, infer Row> ? ReadonlyMap<Key, Row> : never;
};

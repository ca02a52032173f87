// The world: what is live, as everybody but its fold may ask after it. Resources, hosts and every
// job that has not ended, with the indexes that decisions, placement and readers need; and what the
// scheduler remembers. Nothing is changed through it.

import type { Arn, AttemptId, HostId, JobId, Scope } from '../../base/ids.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import type { ConsumableResourcesView } from './consumable-resources.ts';
import type { Host } from '../host/host.ts';
import type { HostsView } from './hosts.ts';
import type { LiveArrayParent, LiveJob, WorldJob } from '../job/job.ts';
import type { Needs } from '../job/needs.ts';
import type { JobDefinitionsView } from './job-definitions.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { SchedulerView } from '../schedule/scheduler.ts';
import type { SchedulingPolicy } from '../scheduling-policy/scheduling-policy.ts';
import type { QuotaShare } from '../quota-share/quota-share.ts';
import type { Settings } from '../settings.ts';
import type { AllocationsView } from './allocations.ts';
import type { ChangedRows } from './changes.ts';
import type { EndedTasksView } from './ended-tasks.ts';
import type { JobsView } from './jobs.ts';
import type { NodeJobsView } from './node-jobs.ts';
import type { QuotaSharesView } from './quota-shares.ts';
import type { OwnTagsView } from './own-tags.ts';
import type { ServiceEnvironmentsView } from './service-environments.ts';
import type { WaitsView } from './waits.ts';

export interface World {
  readonly settings: Settings;
  readonly computeEnvironments: ReadonlyMap<Arn, ComputeEnvironment>;
  readonly jobQueues: ReadonlyMap<Arn, JobQueue>;
  readonly schedulingPolicies: ReadonlyMap<Arn, SchedulingPolicy>;
  readonly quotaShares: QuotaSharesView;
  readonly jobDefinitions: JobDefinitionsView;
  readonly consumableResources: ConsumableResourcesView;
  /** What tags of ours say of queues and definitions. */
  readonly ownTags: OwnTagsView;
  readonly serviceEnvironments: ServiceEnvironmentsView;
  readonly hosts: HostsView;
  /** Jobs that have not ended: single ones, array parents, and children that started. */
  readonly jobs: JobsView;
  /** The job of every attempt that is under way. */
  readonly attempts: ReadonlyMap<AttemptId, JobId>;
  /** The other nodes of multi-node parallel jobs. */
  readonly nodes: NodeJobsView;
  readonly allocations: AllocationsView;
  /** Which jobs wait for which others. */
  readonly waits: WaitsView;
  readonly endedTasks: EndedTasksView;
  /** Queues of which the head's reason is watched. */
  readonly watchedQueues: ReadonlySet<Arn>;
  /** The next submission's sequence number. */
  readonly nextSequence: number;
  /** What the turn has changed so far: jobs that ended in it are in no store yet. */
  readonly changes: ChangedRows;
  readonly scheduler: SchedulerView;

  computeEnvironment(scope: Scope, nameOrArn: string): ComputeEnvironment | undefined;
  jobQueue(scope: Scope, nameOrArn: string): JobQueue | undefined;
  schedulingPolicy(scope: Scope, arn: string): SchedulingPolicy | undefined;
  quotaShare(scope: Scope, arn: string): QuotaShare | undefined;

  /**
   * A job that has not ended, of this scope. A child that has not started is found through its
   * parent.
   */
  job(scope: Scope, id: JobId): WorldJob | undefined;
  /** The parent of a child that has not ended. */
  arrayParent(id: JobId): LiveArrayParent;
  /** A child as a value, whether or not it has a row: what the parent says of it, or its own. */
  child(parent: LiveArrayParent, index: number): Exclude<WorldJob, LiveArrayParent> | undefined;
  queueJobs(queueArn: Arn): Iterable<WorldJob>;
  /** Whether so many jobs of the scope have not ended. */
  hasJobs(scope: Scope, count: number): boolean;
  /** How many a backlog entry stands for that could be placed. */
  runnableIn(this: void, id: JobId): number;
  stillRunnable(this: void, id: JobId): boolean;

  environmentUse(arn: Arn): Needs;
  hasRunningIn(environmentArn: Arn): boolean;
  hostUse(id: HostId): Needs;
  /** The job of which this is the current attempt, if it is under way. */
  jobOfAttempt(attemptId: AttemptId): LiveJob | undefined;
  /** Those placed on the host itself: an instance's are not its machine's. */
  attemptsOn(hostId: HostId): ReadonlySet<AttemptId>;
  /** How many of these wait for a node, where the host is a cluster that chooses it. */
  waitingOn(id: HostId): number;
  /**
   * The hosts on which an environment's jobs are placed: its own, and this machine for Fargate's.
   */
  hostsFor(environment: ComputeEnvironment): Iterable<Host>;
}

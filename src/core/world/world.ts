// The world: the live working set, as a fold of events (DESIGN 1). It holds resources, hosts and
// every job that has not ended, with the indexes that placement needs. It decides nothing, reads no
// clock and knows no store; only `apply` changes it (its parts that are about resources are in
// fold.ts, those about jobs in fold-jobs.ts).

import { assert, must, never } from '../../base/assert.ts';
import {
  childId,
  splitJobId,
  type Arn,
  type AttemptId,
  type HostId,
  type JobId,
  type Scope,
} from '../../base/ids.ts';
import { Allocations } from './allocations.ts';
import * as arns from '../arn.ts';
import { Changes } from './changes.ts';
import { Deadlines, type Deadline } from './deadlines.ts';
import { EndedTasks } from './ended-tasks.ts';
import { Dependents, type Occasion } from './dependents.ts';
import { ConsumableResources } from '../consumable-resource/consumable-resources.ts';
import {
  hasInstances,
  type ComputeEnvironment,
} from '../compute-environment/compute-environment.ts';
import type { Event } from '../event.ts';
import { applyJobEvent } from './fold-jobs.ts';
import {
  removeHost,
  storeEnvironment,
  storeHost,
  storeSchedulingPolicy,
  watchQueue,
} from './fold.ts';
import type { Host } from '../host/host.ts';
import { Hosts } from '../host/hosts.ts';
import type { ArrayParent, Job, LiveArrayParent, WaitingJob, WorldJob } from '../job/job.ts';
import { isArrayParent, isInWorld, waitingChild } from '../job/job.ts';
import { isEnded, jobStatuses, type JobStatus } from '../job/status.ts';
import { StatusCounts } from '../job/status-counts.ts';
import type { Needs } from '../job/needs.ts';
import { assertTransition, parentTransitions } from '../job/transition.ts';
import { JobDefinitions } from '../job-definition/definitions.ts';
import { timeLimitAtMs, type JobQueue } from '../job-queue/job-queue.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import type { SchedulingPolicy } from '../scheduling-policy/scheduling-policy.ts';
import { NodeJobs } from './node-jobs.ts';
import { maxMilliVcpuOf } from './vcpus.ts';
import { defaultSettings, type Settings } from '../settings.ts';
import type { Transition } from '../turn/transition.ts';

const statusChangeHasTime = 'a change of status has a time';

export class World {
  readonly computeEnvironments = new Map<Arn, ComputeEnvironment>();
  readonly jobQueues = new Map<Arn, JobQueue>();
  readonly jobDefinitions = new JobDefinitions();
  readonly schedulingPolicies = new Map<Arn, SchedulingPolicy>();
  readonly hosts = new Hosts();
  /** Jobs that have not ended: single ones, array parents, and children that started. */
  readonly jobs = new Map<JobId, WorldJob>();
  /** The job of every attempt that is under way. */
  readonly attempts = new Map<AttemptId, JobId>();
  readonly endedTasks = new EndedTasks();
  readonly allocations = new Allocations();
  /** Of multi-node parallel jobs. */
  readonly nodes = new NodeJobs();
  /** What it makes of all this, and what it remembers. */
  readonly scheduler: Scheduler;
  /** Who waits for whom. */
  readonly dependents = new Dependents();
  /** What dependents have to be looked at for, before the next command is decided. */
  readonly occasions: Occasion[] = [];
  /** Changes of status since the turn began; whoever ran the turn takes them. */
  readonly transitions: Transition[] = [];
  /** What falls due. */
  readonly deadlines = new Deadlines((deadline) => isStillDue(this, deadline));
  /** What a transaction must store; control takes it after each batch. */
  readonly changes = new Changes();
  readonly consumableResources = new ConsumableResources(this.changes);
  /** Queues of which the head's reason is watched. */
  readonly watchedQueues = new Set<Arn>();
  /** The next submission's sequence number. */
  nextSequence = 1;

  /** Of all jobs that have not ended. */
  readonly statusCounts = new StatusCounts();

  readonly #queueJobCounts = new Map<Arn, number>();

  readonly settings: Settings;

  constructor(settings: Settings = defaultSettings) {
    this.settings = settings;
    this.scheduler = new Scheduler({
      limits: settings.limits,
      queueOf: (queueArn) => this.#queueOf(queueArn),
      priorityOf: (queueArn) => this.jobQueues.get(queueArn)?.priority ?? 0,
      policyOf: (queueArn) => this.#policyOf(queueArn),
      maxMilliVcpuOf: (queueArn) => maxMilliVcpuOf(this, this.#queueOf(queueArn)),
      waitingJob: (id) => this.jobs.get(id) ?? this.jobs.get(splitJobId(id).parent),
      stillRunnable: this.stillRunnable,
      noteUsage: (usage, forgotten) => this.changes.share(usage, forgotten),
    });
  }

  // ---- questions ----

  #queueOf(queueArn: Arn): JobQueue {
    return must(this.jobQueues.get(queueArn), 'a queue outlives its line');
  }

  #policyOf(queueArn: Arn): SchedulingPolicy | undefined {
    const { schedulingPolicyArn } = this.#queueOf(queueArn);
    return schedulingPolicyArn && this.schedulingPolicies.get(schedulingPolicyArn);
  }

  computeEnvironment(scope: Scope, nameOrArn: string): ComputeEnvironment | undefined {
    const key = nameOrArn.startsWith('arn:')
      ? (nameOrArn as Arn)
      : arns.computeEnvironmentArn(scope, nameOrArn);
    const found = this.computeEnvironments.get(key);
    return found?.scope === scope ? found : undefined;
  }

  jobQueue(scope: Scope, nameOrArn: string): JobQueue | undefined {
    const key = nameOrArn.startsWith('arn:')
      ? (nameOrArn as Arn)
      : arns.jobQueueArn(scope, nameOrArn);
    const found = this.jobQueues.get(key);
    return found?.scope === scope ? found : undefined;
  }

  schedulingPolicy(scope: Scope, arn: string): SchedulingPolicy | undefined {
    const found = this.schedulingPolicies.get(arn as Arn);
    return found?.scope === scope ? found : undefined;
  }

  /**
   * A job that has not ended, of this scope. A child that has not started is found through its
   * parent.
   */
  job(scope: Scope, id: JobId): WorldJob | undefined {
    const found = this.jobs.get(id);
    return found?.scope === scope ? found : undefined;
  }

  arrayParent(id: JobId): LiveArrayParent {
    const parent = this.jobs.get(id);
    assert(
      parent !== undefined && isArrayParent(parent),
      'a child of an array has its live parent in the world',
    );
    return parent;
  }

  *queueJobs(queueArn: Arn): Generator<WorldJob> {
    for (const job of this.jobs.values()) if (job.queueArn === queueArn) yield job;
  }

  /**
   * How many jobs of the queue have not ended: single ones, array parents, and children that
   * started.
   */
  queueJobCount(queueArn: Arn): number {
    return this.#queueJobCounts.get(queueArn) ?? 0;
  }

  /**
   * Whether so many jobs of the scope have not ended: single ones, array parents, and children that
   * started.
   */
  hasJobs(scope: Scope, count: number): boolean {
    // Nearly always the answer for all scopes together settles it.
    if (this.jobs.size < count) return false;
    let found = 0;
    for (const queue of this.jobQueues.values())
      if (queue.scope === scope) found += this.queueJobCount(queue.arn);
    return found >= count;
  }

  environmentUse(arn: Arn): Needs {
    return this.allocations.inEnvironment(arn);
  }

  hostUse(id: HostId): Needs {
    return this.allocations.onHost(id);
  }

  /** Those placed on the host itself: an instance's are not its machine's. */
  attemptsOn(hostId: HostId): ReadonlySet<AttemptId> {
    return this.allocations.attemptsOn(hostId);
  }

  /**
   * The hosts on which an environment's jobs are placed: its own, and this machine for Fargate's.
   */
  *hostsFor(environment: ComputeEnvironment): Generator<Host> {
    const usesMachine =
      environment.type === 'MANAGED'
        ? !hasInstances(environment)
        : this.settings.machineServesUnmanaged;
    if (usesMachine) yield* this.hosts.machines();
    yield* this.hosts.of(environment.arn);
  }

  hasRunningIn(environmentArn: Arn): boolean {
    return this.environmentUse(environmentArn).milliVcpu > 0;
  }

  /** How many a backlog entry stands for that could be placed. */
  readonly runnableIn = (id: JobId): number => {
    const job = this.jobs.get(id);
    if (job === undefined) return 0;
    return isArrayParent(job) ? job.children.count('RUNNABLE') : Number(job.status === 'RUNNABLE');
  };
  readonly stillRunnable = (id: JobId): boolean => this.runnableIn(id) > 0;

  /** A child as a value, whether or not it has a row: what the parent says of it, or its own. */
  child(parent: LiveArrayParent, index: number): Exclude<WorldJob, LiveArrayParent> | undefined {
    const own = this.jobs.get(childId(parent.id, index));
    if (own !== undefined && !isArrayParent(own)) return own;
    const status = parent.children.status(index);
    return isEnded(status)
      ? undefined
      : waitingChild(parent, index, status as WaitingJob['status']);
  }

  // ---- the fold ----

  apply(event: Event): void {
    switch (event.type) {
      case 'compute-environment-stored':
        storeEnvironment(this, event.environment, event.tags);
        return;
      case 'compute-environment-deleted':
        this.computeEnvironments.delete(event.arn);
        this.changes.computeEnvironments.set(event.arn, undefined);
        this.changes.tags.set(event.arn, undefined);
        return;
      case 'job-queue-stored': {
        const known = this.jobQueues.get(event.queue.arn);
        this.jobQueues.set(event.queue.arn, event.queue);
        this.scheduler.queueStored(event.queue, known);
        this.changes.jobQueues.set(event.queue.arn, event.queue);
        if (event.tags) this.changes.tags.set(event.queue.arn, event.tags);
        watchQueue(this, event.queue);
        return;
      }
      case 'job-queue-blocked':
        this.jobQueues.set(event.queue.arn, event.queue);
        this.changes.jobQueues.set(event.queue.arn, event.queue);
        watchQueue(this, event.queue);
        return;
      case 'job-queue-deleted':
        this.jobQueues.delete(event.arn);
        this.scheduler.queueDeleted(event.arn);
        this.watchedQueues.delete(event.arn);
        this.changes.jobQueues.set(event.arn, undefined);
        this.changes.forgetShares(event.arn);
        this.changes.tags.set(event.arn, undefined);
        return;
      case 'consumable-resource-stored':
        this.consumableResources.store(event.resource);
        if (event.tags) this.changes.tags.set(event.resource.arn, event.tags);
        this.scheduler.offerChanged();
        return;
      case 'consumable-resource-deleted':
        this.consumableResources.delete(event.arn);
        return;
      case 'scheduling-policy-stored':
        storeSchedulingPolicy(this, event.policy, event.tags);
        return;
      case 'scheduling-policy-deleted':
        this.schedulingPolicies.delete(event.arn);
        this.changes.schedulingPolicies.set(event.arn, undefined);
        this.changes.tags.set(event.arn, undefined);
        return;
      case 'job-definition-stored':
        this.jobDefinitions.store(event.definition);
        this.changes.jobDefinitions.set(event.definition.arn, event.definition);
        if (event.tags) this.changes.tags.set(event.definition.arn, event.tags);
        return;
      case 'tags-changed':
        this.changes.tags.set(event.arn, event.tags);
        return;
      case 'host-stored':
        storeHost(this, event.host);
        return;
      case 'host-left':
        removeHost(this, event.hostId, event.atMs);
        return;
      case 'attempt-amended':
      case 'job-submitted':
      case 'job-pending':
      case 'children-runnable':
      case 'job-runnable':
      case 'attempt-placed':
      case 'attempt-running':
      case 'nodes-launched':
      case 'main-node-ended':
      case 'attempt-ended':
      case 'job-retried':
      case 'resources-released':
      case 'stop-requested':
      case 'job-ended':
      case 'waiting-children-failed':
        applyJobEvent(this, event);
        return;
      default:
        never(event);
    }
  }

  // ---- for the fold alone ----

  /** `atMs` is when its status changed, where it did; a node comes from RUNNABLE, its job's. */
  put(job: Job | ArrayParent, atMs?: number, from = this.jobs.get(job.id)?.status): void {
    const before = this.jobs.get(job.id);
    if (from !== job.status) this.#noteTransition(job, from, must(atMs, statusChangeHasTime));
    if (isInWorld(job)) this.remember(job);
    else this.#forget(job);
    this.noteChange(job);
    const { parent, index, node } = splitJobId(job.id);
    if (node !== undefined && !isArrayParent(job)) this.nodes.note(job);
    if (before?.status === 'RUNNABLE' && job.status !== 'RUNNABLE')
      this.scheduler.ceasedRunnable(before, must(atMs, statusChangeHasTime), isEnded(job.status));
    if (index === undefined) return;
    const array = this.arrayParent(parent);
    if (array.children.status(index) === job.status) return;
    const changedAtMs = must(atMs, statusChangeHasTime);
    array.children.set(index, job.status, changedAtMs);
    this.scheduler.childrenMoved(array, changedAtMs);
  }

  #noteTransition(job: Job | ArrayParent, from: JobStatus | undefined, atMs: number): void {
    if (from !== undefined)
      assertTransition(from, job.status, isArrayParent(job) ? parentTransitions : undefined);
    const reason = 'statusReason' in job ? job.statusReason : undefined;
    this.transitions.push({ jobId: job.id, from, to: job.status, atMs, reason });
  }

  /** Children of the array that have no rows change together: told of as ranges. */
  moveChildren(
    { id, children }: LiveArrayParent,
    indexes: Iterable<number>,
    to: JobStatus,
    atMs: number,
    reason?: string,
  ): void {
    let range: { from: JobStatus; first: number; last: number } | undefined;
    const tell = (): void => {
      if (range === undefined) return;
      const { from, first, last } = range;
      this.transitions.push({ jobId: id, from, to, atMs, reason, children: [first, last] });
    };
    for (const index of indexes) {
      const from = children.status(index);
      assertTransition(from, to);
      children.set(index, to, atMs);
      if (range?.from === from && range.last === index - 1) range.last = index;
      else {
        tell();
        range = { from, first: index, last: index };
      }
    }
    tell();
  }

  noteChange(job: Job | ArrayParent): void {
    const { parent, index, node } = splitJobId(job.id);
    const number = index ?? node;
    if (number === undefined || isArrayParent(job)) this.changes.jobs.set(job.id, job);
    else this.changes.children.set(job.id, { parentId: parent, index: number, job });
  }

  remember(job: WorldJob): void {
    const before = this.jobs.get(job.id);
    if (isArrayParent(job)) job.children.countIn(this.statusCounts);
    else if (before?.status !== job.status && splitJobId(job.id).index === undefined) {
      if (before !== undefined) this.statusCounts.add(jobStatuses.indexOf(before.status), -1);
      this.statusCounts.add(jobStatuses.indexOf(job.status), 1);
    }
    if (before === undefined) {
      this.#queueJobCounts.set(job.queueArn, this.queueJobCount(job.queueArn) + 1);
      this.scheduler.joined(job);
    }
    this.jobs.set(job.id, job);
  }

  #forget(job: Job | ArrayParent): void {
    const before = this.jobs.get(job.id);
    if (before === undefined) return;
    if (isArrayParent(before)) before.children.countIn(undefined);
    else if (splitJobId(job.id).index === undefined)
      this.statusCounts.add(jobStatuses.indexOf(before.status), -1);
    this.jobs.delete(job.id);
    const left = this.queueJobCount(job.queueArn) - 1;
    this.#queueJobCounts.set(job.queueArn, left);
    if (left === 0 && this.jobQueues.get(job.queueArn)?.status === 'DELETING')
      this.occasions.push({ type: 'queue-emptied', queueArn: job.queueArn });
    this.scheduler.left(before);
  }
}

/** Whether what it was set for still stands. */
function isStillDue(world: World, deadline: Deadline): boolean {
  switch (deadline.type) {
    case 'attempt-timeout': {
      // While its attempt is under way and nobody stopped it.
      const jobId = world.attempts.get(deadline.attemptId);
      return jobId !== undefined && world.jobs.get(jobId)?.stops === undefined;
    }
    case 'job-state-time-limit': {
      const queue = world.jobQueues.get(deadline.queueArn);
      return queue !== undefined && timeLimitAtMs(queue) === deadline.dueAtMs;
    }
    case 'instance-drain': {
      const host = world.hosts.get(deadline.hostId);
      return (
        host?.kind === 'instance' &&
        host.state === 'DRAINING' &&
        host.drainUntilMs === deadline.dueAtMs
      );
    }
    default:
      return never(deadline);
  }
}

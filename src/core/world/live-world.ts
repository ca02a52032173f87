// The world with its writable side. It holds the facts and answers questions about them; only the
// fold of events (fold/) writes them, and tells the scheduler what became of jobs and resources.
// Whoever runs turns has it; everybody else gets the `World`. It decides nothing, reads no clock
// and knows no store.

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
import * as arns from '../arn.ts';
import {
  hasInstances,
  isOnCluster,
  type ComputeEnvironment,
} from '../compute-environment/compute-environment.ts';
import { ConsumableResources } from './consumable-resources.ts';
import type { Event } from '../event.ts';
import type { Host } from '../host/host.ts';
import { Hosts } from './hosts.ts';
import { attemptContainers, containerRuns } from '../job/attempt.ts';
import { isWaitedFor } from '../job/container-run.ts';
import {
  isArrayParent,
  isLive,
  isToStop,
  rankOf,
  waitingChild,
  type LiveArrayParent,
  type LiveJob,
  type WaitingJob,
  type WorldJob,
} from '../job/job.ts';
import type { Needs } from '../job/needs.ts';
import { isEnded } from '../job/status.ts';
import { JobDefinitions } from './job-definitions.ts';
import { timeLimitAtMs, type JobQueue } from '../job-queue/job-queue.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import type { SchedulingPolicy } from '../scheduling-policy/scheduling-policy.ts';
import type { QuotaShare } from '../quota-share/quota-share.ts';
import { defaultSettings, type Settings } from '../settings.ts';
import type { Happened } from '../turn/happening.ts';
import type { Occasion } from '../turn/occasion.ts';
import type { Transition } from '../turn/transition.ts';
import { Allocations } from './allocations.ts';
import { Changes, type ChangedRows } from './changes.ts';
import { Deadlines, type Deadline } from './deadlines.ts';
import { EndedTasks } from './ended-tasks.ts';
import { fold } from './fold/fold.ts';
import { Jobs } from './jobs.ts';
import { QuotaShares } from './quota-shares.ts';
import { NodeJobs } from './node-jobs.ts';
import { OwnTagsIndex } from './own-tags.ts';
import { ServiceEnvironments } from './service-environments.ts';
import { maxMilliVcpuOf } from './vcpus.ts';
import { Waits } from './waits.ts';
import type { World } from './world.ts';

export class LiveWorld implements World {
  readonly settings: Settings;
  readonly computeEnvironments = new Map<Arn, ComputeEnvironment>();
  readonly jobQueues = new Map<Arn, JobQueue>();
  readonly schedulingPolicies = new Map<Arn, SchedulingPolicy>();
  readonly quotaShares = new QuotaShares();
  readonly jobDefinitions = new JobDefinitions();
  readonly consumableResources = new ConsumableResources();
  readonly ownTags = new OwnTagsIndex();
  readonly serviceEnvironments = new ServiceEnvironments();
  readonly hosts = new Hosts();
  readonly jobs = new Jobs();
  readonly attempts = new Map<AttemptId, JobId>();
  readonly nodes = new NodeJobs();
  readonly allocations = new Allocations();
  readonly endedTasks = new EndedTasks();
  readonly watchedQueues = new Set<Arn>();
  nextSequence = 1;
  readonly waits = new Waits();
  /** What falls due. */
  readonly deadlines = new Deadlines((deadline) => isStillDue(this, deadline));
  readonly scheduler: Scheduler;

  // ---- of the turn: whoever runs it takes them

  /** What the next decision of the same transaction has to see to. */
  readonly occasions: Occasion[] = [];
  /** Changes of status. */
  readonly transitions: Transition[] = [];
  /** What others are told of beside. */
  readonly happenings: Happened[] = [];
  /** What a transaction must store. */
  changes = new Changes();

  constructor(settings: Settings = defaultSettings) {
    this.settings = settings;
    this.scheduler = new Scheduler({
      limits: settings.limits,
      queueOf: (queueArn) => this.#queueOf(queueArn),
      priorityOf: (queueArn) => this.jobQueues.get(queueArn)?.priority ?? 0,
      policyOf: (queueArn) => this.#policyOf(queueArn),
      maxMilliVcpuOf: (queueArn) => maxMilliVcpuOf(this, this.#queueOf(queueArn)),
      quotaSharesOf: (queueArn) => this.quotaShares.of(queueArn).values(),
      waitingJob: (id) => this.#waitingJob(id),
      waitingRank: (id) => {
        const job = this.#waitingJob(id);
        return job === undefined || isLive(job) ? 0 : rankOf(job);
      },
      classRank: (key) => this.scheduler.backlog.rankOf(key),
      runnableIn: this.runnableIn,
      stillRunnable: this.stillRunnable,
      mostAtOnceIn: (queueArn) => this.ownTags.of(queueArn)?.maxParallel,
      noteUsage: (usage, forgotten) => this.changes.share(usage, forgotten),
      noteOvertaken: (key, row) => void this.changes.overtaken.set(key, row),
    });
  }

  /** Hands over what has changed, and begins anew. */
  takeChanges(): ChangedRows {
    const taken = this.changes;
    this.changes = new Changes();
    return taken;
  }

  /** The world follows what happened. */
  apply(event: Event): void {
    fold(this, event);
  }

  // ---- questions: the World says what they mean

  #queueOf(queueArn: Arn): JobQueue {
    return must(this.jobQueues.get(queueArn), 'a queue outlives its line');
  }

  /** A child that has no row is known by its array. */
  #waitingJob(id: JobId): WorldJob | undefined {
    return this.jobs.get(id) ?? this.jobs.get(splitJobId(id).parent);
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

  quotaShare(scope: Scope, arn: string): QuotaShare | undefined {
    const found = this.quotaShares.get(arn as Arn);
    return found?.scope === scope ? found : undefined;
  }

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

  child(parent: LiveArrayParent, index: number): Exclude<WorldJob, LiveArrayParent> | undefined {
    const own = this.jobs.get(childId(parent.id, index));
    if (own !== undefined && !isArrayParent(own)) return own;
    const status = parent.children.status(index);
    return isEnded(status)
      ? undefined
      : waitingChild(parent, index, status as WaitingJob['status']);
  }

  *queueJobs(queueArn: Arn): Generator<WorldJob> {
    for (const job of this.jobs.values()) if (job.queueArn === queueArn) yield job;
  }

  hasJobs(scope: Scope, count: number): boolean {
    // Nearly always the answer for all scopes together settles it.
    if (this.jobs.size < count) return false;
    let found = 0;
    for (const queue of this.jobQueues.values())
      if (queue.scope === scope) found += this.jobs.inQueue(queue.arn);
    return found >= count;
  }

  readonly runnableIn = (id: JobId): number => {
    const job = this.jobs.get(id);
    if (job === undefined) return 0;
    return isArrayParent(job)
      ? job.children.placeable
      : Number(job.status === 'RUNNABLE' && job.notBeforeMs === undefined);
  };
  readonly stillRunnable = (id: JobId): boolean => this.runnableIn(id) > 0;

  environmentUse(arn: Arn): Needs {
    return this.allocations.inEnvironment(arn);
  }

  hasRunningIn(environmentArn: Arn): boolean {
    return this.environmentUse(environmentArn).milliVcpu > 0;
  }

  hostUse(id: HostId): Needs {
    return this.allocations.onHost(id);
  }

  jobOfAttempt(attemptId: AttemptId): LiveJob | undefined {
    const jobId = this.attempts.get(attemptId);
    const job = jobId === undefined ? undefined : this.jobs.get(jobId);
    return job !== undefined && isLive(job) ? job : undefined;
  }

  waitingOn(id: HostId): number {
    return this.allocations.waitingOn(id);
  }

  attemptsOn(hostId: HostId): ReadonlySet<AttemptId> {
    return this.allocations.attemptsOn(hostId);
  }

  *hostsFor(environment: ComputeEnvironment): Generator<Host> {
    const usesMachine =
      environment.type === 'MANAGED'
        ? !hasInstances(environment) && !isOnCluster(environment)
        : this.settings.machineServesUnmanaged;
    if (usesMachine) yield* this.hosts.machines();
    yield* this.hosts.of(environment.arn);
  }
}

/** Whether what it was set for still stands. */
function isStillDue(world: World, deadline: Deadline): boolean {
  switch (deadline.type) {
    case 'attempt-timeout': {
      // While its attempt is under way and goes on.
      const job = world.jobOfAttempt(deadline.attemptId);
      return job !== undefined && !isToStop(job);
    }
    case 'container-start': {
      const job = world.jobOfAttempt(deadline.attemptId);
      return (
        job !== undefined &&
        !isToStop(job) &&
        isWaitedFor(attemptContainers(job.terms), containerRuns(job.attempt), deadline.container)
      );
    }
    case 'retry-due': {
      const job = world.jobs.get(deadline.jobId);
      return job?.status === 'RUNNABLE' && job.notBeforeMs === deadline.dueAtMs;
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

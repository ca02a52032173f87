// What was committed, as the simulation itself folds it from the transactions that reached the store: the facts by which the
// checkers judge, made without the world's own arithmetic. Holds every job that ever was; decides nothing.

import { childId, splitJobId, type Arn, type AttemptId, type HostId, type JobId } from '../src/base/ids.ts';
import type { ComputeEnvironment } from '../src/core/compute-environment/compute-environment.ts';
import type { ConsumableResource } from '../src/core/consumable-resource/consumable-resource.ts';
import type { Instance } from '../src/core/host.ts';
import { isArrayParent, isLive, type ArrayParent, type Job, type JobDetailRecord, type LiveJob } from '../src/core/job/job.ts';
import type { Needs } from '../src/core/job/needs.ts';
import { isEnded, type JobStatus } from '../src/core/job/status.ts';
import type { JobDefinition } from '../src/core/job-definition/job-definition.ts';
import type { JobQueue } from '../src/core/job-queue/job-queue.ts';
import type { SchedulingPolicy } from '../src/core/scheduling-policy/scheduling-policy.ts';
import type { Commit } from '../src/port/store.ts';

/** One row that a transaction wrote. */
export interface Change {
  readonly id: JobId;
  /** Undefined: it had no row. */
  readonly before: Job | ArrayParent | undefined;
  readonly after: Job | ArrayParent;
}

/** A transaction that took place. */
export interface Committed {
  readonly commit: Commit;
  readonly atMs: number;
  readonly changes: readonly Change[];
}

/** Something that could be placed: a single job, or one child of an array. */
export interface Runnable {
  readonly id: JobId;
  readonly queueArn: Arn;
  readonly sequence: number;
  readonly needs: Needs;
  /** It was tried before. */
  readonly retried: boolean;
  readonly job: Job | ArrayParent;
}

/** The job, if the change gave it an attempt. */
export function placedIn({ before, after }: Change): LiveJob[] {
  if (isArrayParent(after) || !isLive(after)) return [];
  const was = before !== undefined && !isArrayParent(before) && isLive(before) ? before.attempt.attemptId : undefined;
  return was === after.attempt.attemptId ? [] : [after];
}

export class Ledger {
  /** Every row of a job, an array's parent, or a child that has one. */
  readonly jobs = new Map<JobId, Job | ArrayParent>();
  readonly details = new Map<JobId, JobDetailRecord>();
  /** Those that have not ended. */
  readonly open = new Map<JobId, Job | ArrayParent>();
  /** By the attempt that is under way. */
  readonly live = new Map<AttemptId, LiveJob>();
  readonly queues = new Map<Arn, JobQueue>();
  readonly environments = new Map<Arn, ComputeEnvironment>();
  /** Those that have not ended, in the order in which they were launched. */
  readonly instances = new Map<HostId, Instance>();
  readonly definitions = new Map<Arn, JobDefinition>();
  readonly policies = new Map<Arn, SchedulingPolicy>();
  readonly consumables = new Map<Arn, ConsumableResource>();
  /** As of the last transaction, once somebody has asked. */
  #runnable: readonly Runnable[] | undefined;

  fold(commit: Commit): Change[] {
    this.#runnable = undefined;
    for (const arn of commit.deleted) {
      this.queues.delete(arn);
      this.environments.delete(arn);
      this.policies.delete(arn);
      this.consumables.delete(arn);
    }
    for (const host of commit.hosts) if (host.kind === 'instance') this.instances.set(host.id, host);
    for (const id of commit.hostsLeft) this.instances.delete(id);
    for (const queue of commit.jobQueues) this.queues.set(queue.arn, queue);
    for (const environment of commit.computeEnvironments) this.environments.set(environment.arn, environment);
    for (const definition of commit.jobDefinitions) this.definitions.set(definition.arn, definition);
    for (const resource of commit.consumableResources) this.consumables.set(resource.arn, resource);
    for (const policy of commit.schedulingPolicies) this.policies.set(policy.arn, policy);
    for (const detail of commit.submitted) this.details.set(detail.id, detail);
    return [...commit.jobs, ...commit.children.map((child) => child.job)].map((job) => this.#put(job));
  }

  #put(after: Job | ArrayParent): Change {
    const { id } = after;
    const before = this.jobs.get(id);
    this.jobs.set(id, after);
    if (isEnded(after.status)) this.open.delete(id);
    else this.open.set(id, after);
    if (before !== undefined && isLive(before)) this.live.delete(before.attempt.attemptId);
    if (isLive(after)) this.live.set(after.attempt.attemptId, after);
    return { id, before, after };
  }

  /** Where a job or a child stands; of a child that has no row, by what its parent says and what it waits for. */
  statusOf(id: JobId): JobStatus | undefined {
    const own = this.jobs.get(id);
    if (own !== undefined) return own.status;
    const { parent: parentId, index } = splitJobId(id);
    const parent = this.jobs.get(parentId);
    if (index === undefined || parent === undefined || !isArrayParent(parent) || index >= parent.arraySize) return undefined;
    return this.#statusOfRest(parent, index);
  }

  #statusOfRest(parent: ArrayParent, index: number): JobStatus {
    const { status } = parent.rest;
    return status === 'PENDING' && this.#waitsForNothing(parent, index) ? 'RUNNABLE' : status;
  }

  /** Judged by what was asked for at submission. */
  #waitsForNothing(parent: ArrayParent, index: number): boolean {
    return (this.details.get(parent.id)?.dependsOn ?? []).every(({ jobId: on, type }) => {
      if (type === 'SEQUENTIAL') return index === 0 || this.statusOf(childId(parent.id, index - 1)) === 'SUCCEEDED';
      return this.statusOf((type === 'N_TO_N' ? childId(on as JobId, index) : on) as JobId) === 'SUCCEEDED';
    });
  }

  /** Everything that could be placed, as far as it alone is concerned. */
  runnable(): readonly Runnable[] {
    return (this.#runnable ??= [...this.#findRunnable()]);
  }

  *#findRunnable(): Generator<Runnable> {
    for (const job of this.open.values()) {
      const { id, queueArn, sequence, terms } = job;
      if (!isArrayParent(job)) {
        if (job.status === 'RUNNABLE') yield { id, queueArn, sequence, needs: terms.needs, retried: job.attempts.length > 0, job };
        continue;
      }
      if (job.rest.status !== 'RUNNABLE' && job.rest.status !== 'PENDING') continue;
      for (let index = 0; index < job.arraySize; index++) {
        const child = childId(id, index);
        if (!this.jobs.has(child) && this.#statusOfRest(job, index) === 'RUNNABLE') yield { id: child, queueArn, sequence, needs: terms.needs, retried: false, job };
      }
    }
  }
}

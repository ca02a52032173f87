// What was committed, as the simulation itself folds it from the transactions that reached the
// store: the facts by which the checkers judge, made without the world's own arithmetic. Holds
// every job that ever was; decides nothing.

import {
  childId,
  nodeId,
  splitJobId,
  type Arn,
  type AttemptId,
  type HostId,
  type JobId,
} from '../src/base/ids.ts';
import type { ComputeEnvironment } from '../src/core/compute-environment/compute-environment.ts';
import type { ConsumableResource } from '../src/core/consumable-resource/consumable-resource.ts';
import type { Tags } from '../src/core/event.ts';
import type { Instance } from '../src/core/host/host.ts';
import type { EndedAttempt, Placement } from '../src/core/job/attempt.ts';
import {
  isArrayParent,
  isLive,
  type ArrayParent,
  type Job,
  type JobDetailRecord,
  type LiveJob,
} from '../src/core/job/job.ts';
import type { Needs } from '../src/core/job/needs.ts';
import { isEnded, type JobStatus } from '../src/core/job/status.ts';
import type { Stop } from '../src/core/job/stop.ts';
import type { JobTerms } from '../src/core/job/terms.ts';
import type { JobDefinition } from '../src/core/job-definition/job-definition.ts';
import type { JobQueue } from '../src/core/job-queue/job-queue.ts';
import type { QuotaShare } from '../src/core/quota-share/quota-share.ts';
import type { ServiceEnvironment } from '../src/core/service-environment/service-environment.ts';
import type { SchedulingPolicy } from '../src/core/scheduling-policy/scheduling-policy.ts';
import type { Commit } from '../src/port/store.ts';
import { removed, written } from './rows.ts';

/** What stands before the reason in the status reason of a job that a time limit has cancelled. */
export const timeLimitText = 'Canceled by JobStateTimeLimit action due to reason: ';

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
  /** Jobs to which it gave an attempt. */
  readonly placed: readonly LiveJob[];
}

/**
 * Something that could be placed: a single job, a child that has a row, or, for all of an array
 * that have none, the first of them.
 */
export interface Runnable {
  readonly id: JobId;
  readonly queueArn: Arn;
  readonly sequence: number;
  /** The sum of all nodes'. */
  readonly needs: Needs;
  /** As `kindOf` says. */
  readonly kind: string;
  /** It was tried before. */
  readonly retried: boolean;
  readonly job: Job | ArrayParent;
}

/**
 * The row, if it has an attempt under way: a multi-node job whose main node has ended waits for
 * others to stop, and has none.
 */
export const underWay = (job: Job | ArrayParent | undefined): LiveJob | undefined =>
  job !== undefined && isLive(job) && !('mainNodeEnd' in job && job.mainNodeEnd !== undefined)
    ? job
    : undefined;

/** It waits for the time of its next attempt. */
const isPutOff = (job: Job | ArrayParent | undefined): boolean =>
  job !== undefined && 'notBeforeMs' in job && job.notBeforeMs !== undefined;

export const isNode = (id: JobId): boolean => id.includes('#');

export const stopsOf = (job: Job | ArrayParent | undefined): readonly Stop[] => job?.stops ?? [];

/** A cancel that came after its start, and stopped nothing. */
export const lateCancelOf = (job: Job | ArrayParent | undefined): Stop | undefined =>
  job !== undefined && 'lateCancel' in job ? job.lateCancel : undefined;

/**
 * As the change left them, or found them where a next attempt, which begins without, came with it.
 */
export const stopsIn = ({ before, after }: Pick<Change, 'before' | 'after'>): readonly Stop[] =>
  stopsOf(after.stops === undefined ? before : after);

/**
 * The job, if the change gave it an attempt; those of a transaction are at hand as its `placed`.
 * Nodes have their places by their job's: their launch places nothing.
 */
export function placedIn({ id, before, after }: Change): LiveJob[] {
  const job = underWay(after);
  return job === undefined ||
    isNode(id) ||
    underWay(before)?.attempt.attemptId === job.attempt.attemptId
    ? []
    : [job];
}

/**
 * A node that the change launched, as its row says, whatever became of it in the same transaction.
 */
export function launchedIn({ id, before, after }: Change): Job[] {
  if (!isNode(id) || isArrayParent(after)) return [];
  return before === undefined ||
    isArrayParent(before) ||
    latestAttempt(before) < latestAttempt(after)
    ? [after]
    : [];
}

/**
 * Attempts that the change says are over and were not before. They are told by their numbers: as a
 * new one comes, the oldest that cost nothing may be forgotten.
 */
export function endedIn({ before, after }: Pick<Change, 'before' | 'after'>): EndedAttempt[] {
  if (isArrayParent(after) || (before !== undefined && isArrayParent(before))) return [];
  const last = before?.attempts.at(-1)?.number ?? 0;
  return after.attempts.filter(({ number }) => number > last);
}

/** The number of the attempt that is under way, or of the last that is over; 0 before the first. */
export const latestAttempt = (job: Job): number =>
  underWay(job)?.attempt.number ?? job.attempts.at(-1)?.number ?? 0;

/** What an attempt has of its host, environment and consumable resources. */
export interface Holding {
  /** The multi-node job's, for a node. */
  readonly jobId: JobId;
  readonly placement: Placement;
  readonly terms: JobTerms;
  /** It is a node of a multi-node job, the main one or another. */
  readonly ofNodes: boolean;
}

/** Many laws ask the same of a row. */
const holdings = new WeakMap<LiveJob, readonly Holding[]>();

/**
 * All that a row holds: its attempt under way and, while its main node starts, the places of the
 * others.
 */
export function holdingsOf(job: Job | ArrayParent | undefined): readonly Holding[] {
  const live = underWay(job);
  if (live === undefined) return none;
  let found = holdings.get(live);
  if (found === undefined) holdings.set(live, (found = findHoldings(live)));
  return found;
}

const none: readonly Holding[] = [];

function findHoldings(live: LiveJob): Holding[] {
  const { id, terms, attempt } = live;
  const kept = live.status === 'STARTING' ? (live.otherNodes ?? []) : [];
  const { parent, node } = splitJobId(id);
  return [
    {
      jobId: node === undefined ? id : parent,
      placement: attempt,
      terms,
      ofNodes: terms.nodes !== undefined || node !== undefined,
    },
    ...kept.map((placement) => ({
      jobId: id,
      placement,
      terms: termsOf(terms, placement.node),
      ofNodes: true,
    })),
  ];
}

/** What a node of a multi-node job is held to. */
const termsOf = ({ nodes }: JobTerms, node: number): JobTerms =>
  nodes?.groups.find(({ from, to }) => from <= node && node <= to)?.terms as JobTerms;

/** What is held to which terms when the job is placed: by itself, or by each of its nodes. */
export const partsOf = (terms: JobTerms): readonly JobTerms[] =>
  terms.nodes === undefined
    ? [terms]
    : Array.from({ length: terms.nodes.numNodes }, (_, node) => termsOf(terms, node));

const needsOf = (terms: JobTerms): Needs =>
  partsOf(terms).reduce(
    (sum, { needs }) => ({
      milliVcpu: sum.milliVcpu + needs.milliVcpu,
      memoryMib: sum.memoryMib + needs.memoryMib,
      gpus: sum.gpus + needs.gpus,
    }),
    { milliVcpu: 0, memoryMib: 0, gpus: 0 },
  );

/**
 * Jobs that came with the same share their terms: what these ask for is written once for each
 * queue.
 */
const kinds = new WeakMap<JobTerms, Map<Arn, string>>();

/** Jobs of the same queue that ask for the same wait as one kind. */
export function kindOf({ queueArn, terms }: Pick<Job, 'queueArn' | 'terms'>): string {
  let ofTerms = kinds.get(terms);
  if (ofTerms === undefined) kinds.set(terms, (ofTerms = new Map()));
  let kind = ofTerms.get(queueArn);
  if (kind === undefined)
    ofTerms.set(
      queueArn,
      (kind = JSON.stringify([queueArn, partsOf(terms).map(({ needs }) => needs), terms.share])),
    );
  return kind;
}

export class Ledger {
  /** Every row of a job, an array's parent, or a child or node that has one. */
  readonly jobs = new Map<JobId, Job | ArrayParent>();
  readonly details = new Map<JobId, JobDetailRecord>();
  /** Those that have not ended. */
  readonly open = new Map<JobId, Job | ArrayParent>();
  /** By the attempt that is under way: jobs, children and nodes. */
  readonly live = new Map<AttemptId, LiveJob>();
  readonly queues = new Map<Arn, JobQueue>();
  readonly queueTags = new Map<Arn, Tags>();
  /** Jobs of which the delay between two attempts was over in the last transaction. */
  readonly #fellDue = new Set<JobId>();
  /**
   * What ended in the last transaction by a time limit of its queue, or of what it depended on:
   * limits are met when that has placed what it placed, for only then is it known who blocks.
   */
  readonly #endedLate = new Set<JobId>();
  readonly environments = new Map<Arn, ComputeEnvironment>();
  readonly serviceEnvironments = new Map<Arn, ServiceEnvironment>();
  /** Those that have not ended, in the order in which they were launched. */
  readonly instances = new Map<HostId, Instance>();
  readonly definitions = new Map<Arn, JobDefinition>();
  readonly policies = new Map<Arn, SchedulingPolicy>();
  readonly consumables = new Map<Arn, ConsumableResource>();
  readonly quotaShares = new Map<Arn, QuotaShare>();
  /** As of the last transaction, once somebody has asked. */
  #runnable: readonly Runnable[] | undefined;
  /** What is RUNNABLE by a row of its own. */
  readonly #runnableRows = new Map<JobId, Runnable>();
  /**
   * Arrays that have not ended, and the first child of each that had no row when somebody last
   * looked: rows only come.
   */
  readonly #firstWithoutRow = new Map<ArrayParent['id'], number>();

  fold(commit: Commit): Change[] {
    this.#runnable = undefined;
    this.#fellDue.clear();
    const { rows } = commit;
    for (const arn of removed(rows.jobQueues)) this.queues.delete(arn);
    for (const [arn, tags] of rows.tags)
      if (tags === undefined) this.queueTags.delete(arn);
      else if (arn.includes(':job-queue/')) this.queueTags.set(arn, tags);
    for (const arn of removed(rows.computeEnvironments)) this.environments.delete(arn);
    for (const arn of removed(rows.serviceEnvironments)) this.serviceEnvironments.delete(arn);
    for (const environment of written(rows.serviceEnvironments))
      this.serviceEnvironments.set(environment.arn, environment);
    for (const arn of removed(rows.schedulingPolicies)) this.policies.delete(arn);
    for (const arn of removed(rows.consumableResources)) this.consumables.delete(arn);
    for (const host of written(rows.hosts))
      if (host.kind === 'instance') this.instances.set(host.id, host);
    for (const id of removed(rows.hosts)) this.instances.delete(id);
    for (const queue of written(rows.jobQueues)) this.queues.set(queue.arn, queue);
    for (const environment of written(rows.computeEnvironments))
      this.environments.set(environment.arn, environment);
    for (const definition of written(rows.jobDefinitions))
      this.definitions.set(definition.arn, definition);
    for (const resource of written(rows.consumableResources))
      this.consumables.set(resource.arn, resource);
    for (const policy of written(rows.schedulingPolicies)) this.policies.set(policy.arn, policy);
    for (const arn of removed(rows.quotaShares)) this.quotaShares.delete(arn);
    for (const share of written(rows.quotaShares)) this.quotaShares.set(share.arn, share);
    for (const detail of [...written(rows.submitted), ...written(rows.updated)])
      this.details.set(detail.id, detail);
    const children = written(rows.children).map((child) => child.job);
    const changes = [...rows.jobs.values(), ...children].map((job) => this.#put(job));
    this.#noteEndedLate(changes);
    return changes;
  }

  #noteEndedLate(changes: readonly Change[]): void {
    this.#endedLate.clear();
    const ended = new Set<JobId>();
    for (const { id, before, after } of changes) {
      if (!isEnded(after.status) || (before !== undefined && isEnded(before.status))) continue;
      ended.add(id);
      if (after.statusReason?.startsWith(timeLimitText)) this.#addEndedLate(id);
    }
    // What fails with it goes with it, and so on.
    for (let size = 0; this.#endedLate.size > size;) {
      size = this.#endedLate.size;
      for (const id of ended) if (this.#waitedForEndedLate(id)) this.#addEndedLate(id);
    }
  }

  /** The array of a child that was the last ended with it. */
  #addEndedLate(id: JobId): void {
    this.#endedLate.add(id);
    const { parent } = splitJobId(id);
    if (isEnded(this.jobs.get(parent)?.status ?? 'RUNNABLE')) this.#endedLate.add(parent);
  }

  #waitedForEndedLate(id: JobId): boolean {
    const { parent, index } = splitJobId(id);
    return this.#targetsOf(parent, index).some(
      (target) => this.#endedLate.has(target) || this.#endedLate.has(splitJobId(target).parent),
    );
  }

  #put(after: Job | ArrayParent): Change {
    const { id } = after;
    const before = this.jobs.get(id);
    if (isPutOff(before) && !isPutOff(after)) this.#fellDue.add(id);
    this.jobs.set(id, after);
    if (isEnded(after.status)) this.open.delete(id);
    else this.open.set(id, after);
    this.#noteRunnable(after);
    const [was, is] = [underWay(before), underWay(after)];
    if (was !== undefined) this.live.delete(was.attempt.attemptId);
    if (is !== undefined) this.live.set(is.attempt.attemptId, is);
    return { id, before, after };
  }

  #noteRunnable(job: Job | ArrayParent): void {
    const { id, status } = job;
    if (isArrayParent(job)) {
      if (isEnded(status)) this.#firstWithoutRow.delete(id);
      else if (!this.#firstWithoutRow.has(id)) this.#firstWithoutRow.set(id, 0);
    } else if (status === 'RUNNABLE' && !isPutOff(job)) {
      const { queueArn, sequence, terms, attempts } = job;
      this.#runnableRows.set(id, {
        id,
        queueArn,
        sequence,
        needs: terms.nodes === undefined ? terms.needs : needsOf(terms),
        kind: kindOf(job),
        retried: attempts.length > 0,
        job,
      });
    } else this.#runnableRows.delete(id);
  }

  /**
   * Where a job or a child stands; of a child that has no row, by what its parent says and what it
   * waits for.
   */
  statusOf(id: JobId): JobStatus | undefined {
    const { parent: parentId, index, node } = splitJobId(id);
    if (node !== undefined) return this.#statusOfNode(id, this.jobs.get(parentId), node);
    const own = this.jobs.get(id);
    if (own !== undefined) return own.status;
    const parent = this.jobs.get(parentId);
    if (
      index === undefined ||
      parent === undefined ||
      !isArrayParent(parent) ||
      index >= parent.arraySize
    )
      return undefined;
    return this.#statusOfRest(parent, index);
  }

  /**
   * The main node is its job, but ends before it. Another is what its job is until it is launched,
   * and not FAILED before that.
   */
  #statusOfNode(
    id: JobId,
    job: Job | ArrayParent | undefined,
    node: number,
  ): JobStatus | undefined {
    if (job === undefined || isArrayParent(job) || node >= (job.terms.nodes?.numNodes ?? 0))
      return undefined;
    if (node === job.terms.nodes?.mainNode)
      return ('mainNodeEnd' in job && job.mainNodeEnd?.status) || job.status;
    if (job.status === 'SUBMITTED' || job.status === 'PENDING' || job.status === 'RUNNABLE')
      return job.status;
    const row = this.jobs.get(id) as Job | undefined;
    if (row !== undefined && latestAttempt(row) === latestAttempt(job)) return row.status;
    return isEnded(job.status) ? 'FAILED' : 'RUNNABLE';
  }

  #statusOfRest(parent: ArrayParent, index: number): JobStatus {
    const { status } = parent.rest;
    return status === 'PENDING' && this.#waitsForNothing(parent, index) ? 'RUNNABLE' : status;
  }

  #waitsForNothing(parent: ArrayParent, index: number): boolean {
    return this.#targetsOf(parent.id, index).every((target) => this.letsGo(target, parent));
  }

  /** What a job, or a child of an array, was to wait for, as was asked for at submission. */
  #targetsOf(id: ArrayParent['id'], index: number | undefined): JobId[] {
    return (this.details.get(id)?.dependsOn ?? []).flatMap(({ jobId: on, type }) => {
      // Of an array as a whole nothing waits for its own children.
      if (type === 'SEQUENTIAL') return index ? [childId(id, index - 1)] : [];
      return [
        (type === 'N_TO_N' && index !== undefined ? childId(on as JobId, index) : on) as JobId,
      ];
    });
  }

  /** Whether the target is where a job that depends on it goes on. */
  letsGo(target: JobId, { terms }: Pick<Job, 'terms'>): boolean {
    const status = this.statusOf(target);
    return status === 'SUCCEEDED' || (status === 'FAILED' && terms.after === 'any');
  }

  /**
   * Only so many of those it belongs to may hold room at once, so that it may wait for others of
   * them; or its delay was over, or what it waited for ended by a time limit, only when the last
   * transaction had placed what it placed.
   */
  mayBePassed({ id, queueArn, job }: Pick<Runnable, 'id' | 'queueArn' | 'job'>): boolean {
    return (
      this.#fellDue.has(id) ||
      (this.#endedLate.size > 0 && this.#waitedForEndedLate(id)) ||
      job.terms.parallel !== undefined ||
      this.queueTags.get(queueArn)?.['longshore:max-parallel'] !== undefined
    );
  }

  /** Hosts that attempts, and the places that are kept for nodes, are on. */
  hostsInUse(): Set<HostId> {
    const hosts = new Set<HostId>();
    for (const job of this.live.values()) {
      hosts.add(job.attempt.hostId);
      if (job.status === 'STARTING')
        for (const { hostId } of job.otherNodes ?? []) hosts.add(hostId);
    }
    return hosts;
  }

  /** Nodes of the job, beside its main one, that are under way. */
  liveNodes({ id, terms }: Job): LiveJob[] {
    return Array.from({ length: terms.nodes?.numNodes ?? 0 }, (_, node) =>
      underWay(this.jobs.get(nodeId(id, node))),
    ).filter((node) => node !== undefined);
  }

  /** Everything that could be placed, as far as it alone is concerned. */
  runnable(): readonly Runnable[] {
    return (this.#runnable ??= [...this.#runnableRows.values(), ...this.#runnableWithoutRow()]);
  }

  *#runnableWithoutRow(): Generator<Runnable> {
    for (const [parentId, known] of this.#firstWithoutRow) {
      const parent = this.jobs.get(parentId) as ArrayParent;
      const { queueArn, sequence, terms, arraySize, rest } = parent;
      if (rest.status !== 'RUNNABLE' && rest.status !== 'PENDING') continue;
      let first = known;
      while (first < arraySize && this.jobs.has(childId(parentId, first))) first++;
      this.#firstWithoutRow.set(parentId, first);
      for (let index = first; index < arraySize; index++) {
        const id = childId(parentId, index);
        if (this.jobs.has(id) || this.#statusOfRest(parent, index) !== 'RUNNABLE') continue;
        yield {
          id,
          queueArn,
          sequence,
          needs: terms.needs,
          kind: kindOf(parent),
          retried: false,
          job: parent,
        };
        break;
      }
    }
  }
}

// The reader: views of the world and the store in one moment. A job that has not ended is told by
// the world, one that has by the store; an array's child without a row is told by its parent.
// Changes nothing.

import { assert } from '../../base/assert.ts';
import { nodeId, splitJobId, type Arn, type JobId, type Scope } from '../../base/ids.ts';
import { jobDefinitionArn } from '../../core/arn.ts';
import {
  quantitiesOf,
  type ConsumableResource,
} from '../../core/consumable-resource/consumable-resource.ts';
import type { ComputeEnvironment } from '../../core/compute-environment/compute-environment.ts';
import { shownVcpus } from '../../core/world/vcpus.ts';
import {
  isArrayParent,
  isLive,
  waitingChild,
  type ArrayChild,
  type ArrayParent,
  type Job,
  type JobDetailRecord,
  type LiveArrayParent,
  type WaitingJob,
  type WorldJob,
} from '../../core/job/job.ts';
import { needsOfAll } from '../../core/job/nodes.ts';
import { isEnded } from '../../core/job/status.ts';
import { definitionReference } from '../../core/job-definition/definition-reference.ts';
import type { JobDefinition } from '../../core/job-definition/job-definition.ts';
import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import { unsatisfied } from '../../core/world/readiness.ts';
import type { SchedulingPolicy } from '../../core/scheduling-policy/scheduling-policy.ts';
import { architectureNote } from '../../core/schedule/scale/scaling-environments.ts';
import { dispatchOrder } from '../../core/schedule/order/dispatch-order.ts';
import { aheadOf, explain, type WaitingReason } from '../../core/schedule/explain/explain.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import type { ClusterReader } from '../../port/cluster-reader.ts';
import type { ChildrenSlice, DependencyView, WaitView } from '../../port/explanation-view.ts';
import type { InstanceReader } from '../../port/instance-reader.ts';
import type {
  ComputeEnvironmentView,
  Counts,
  JobCounts,
  JobDefinitionView,
  JobListQuery,
  JobQueueView,
  JobView,
  Page,
  QueueSnapshotView,
  Reader,
  ConsumableResourceView,
  SchedulingPolicyView,
  Tags,
} from '../../port/reader.ts';
import type { StoredJob, StoreReader } from '../../port/store.ts';
import { DependencyChain } from './dependency-chain.ts';
import { WorldClusterReader } from './cluster-reader.ts';
import { WorldInstanceReader } from './instance-reader.ts';
import { JobLists } from './job-lists.ts';
import { mainNode, otherNode } from './node-reader.ts';
import { atOnce, Slices } from './slices.ts';
import { decodeDefinitionToken, encodeToken } from './token.ts';
import { runnableOf, waitOf } from './wait-reader.ts';

export class ControlReader implements Reader {
  readonly logs: StoreReader;
  readonly resources: StoreReader;
  readonly clusters: ClusterReader;
  readonly instances: InstanceReader;
  readonly #world: World;
  readonly #store: StoreReader;
  readonly #staleReports: () => number;

  readonly #lists: JobLists;
  readonly #slices: Slices;

  constructor(
    world: World,
    store: StoreReader,
    clock: Pick<Clock, 'soon'>,
    staleReports: () => number,
  ) {
    this.#world = world;
    this.#store = store;
    this.logs = store;
    this.resources = store;
    this.clusters = new WorldClusterReader(world, store);
    this.instances = new WorldInstanceReader(world, store);
    this.#staleReports = staleReports;
    this.#slices = new Slices(clock);
    this.#lists = new JobLists(world, store, {
      current: (stored) => this.#current(stored),
      view: (detail, job, arrayIndex) => this.#view(detail, job, arrayIndex),
      child: (parent, index, row) => this.#child(parent, index, row),
      node: (stored, node) => this.#nodeView(stored, node),
    });
  }

  // ---- resources ----

  computeEnvironment(scope: Scope, nameOrArn: string): ComputeEnvironmentView | undefined {
    const environment = this.#world.computeEnvironment(scope, nameOrArn);
    return environment && this.#environmentView(environment);
  }

  computeEnvironments(scope: Scope): readonly ComputeEnvironmentView[] {
    return inScope(this.#world.computeEnvironments.values(), scope).map((environment) =>
      this.#environmentView(environment),
    );
  }

  #environmentView(environment: ComputeEnvironment): ComputeEnvironmentView {
    return {
      environment,
      tags: this.#store.tags(environment.arn),
      note: architectureNote(this.#world, environment),
      desiredvCpus: shownVcpus(this.#world, environment),
    };
  }

  jobQueue(scope: Scope, nameOrArn: string): JobQueueView | undefined {
    const queue = this.#world.jobQueue(scope, nameOrArn);
    return queue && this.#queueView(queue);
  }

  jobQueues(scope: Scope): readonly JobQueueView[] {
    return inScope(this.#world.jobQueues.values(), scope).map((queue) => this.#queueView(queue));
  }

  #queueView = (queue: JobQueue): JobQueueView => ({ queue, tags: this.#store.tags(queue.arn) });

  consumableResource(scope: Scope, nameOrArn: string): ConsumableResourceView | undefined {
    const resource = this.#world.consumableResources.find(scope, nameOrArn);
    return resource && this.#consumableView(resource);
  }

  consumableResources(scope: Scope): readonly ConsumableResourceView[] {
    return inScope(this.#world.consumableResources.values(), scope).map((resource) =>
      this.#consumableView(resource),
    );
  }

  #consumableView = (resource: ConsumableResource): ConsumableResourceView => ({
    resource,
    quantities: quantitiesOf(resource, this.#world.consumableResources.held(resource.arn)),
    tags: this.#store.tags(resource.arn),
  });

  jobsByConsumable(
    query: Parameters<Reader['jobsByConsumable']>[0],
  ): Promise<Page<JobView> | undefined> {
    return this.#slices.run(this.#lists.jobsByConsumable(query));
  }

  schedulingPolicy(scope: Scope, policyArn: string): SchedulingPolicyView | undefined {
    const policy = this.#world.schedulingPolicy(scope, policyArn);
    return policy && this.#policyView(policy);
  }

  schedulingPolicies(scope: Scope): readonly SchedulingPolicyView[] {
    return inScope(this.#world.schedulingPolicies.values(), scope).map((policy) =>
      this.#policyView(policy),
    );
  }

  #policyView = (policy: SchedulingPolicy): SchedulingPolicyView => ({
    policy,
    tags: this.#store.tags(policy.arn),
  });

  jobDefinition(scope: Scope, nameOrArn: string): JobDefinitionView | undefined {
    const active = this.#world.jobDefinitions.find(scope, nameOrArn);
    const definition = active ?? this.#inactiveDefinition(scope, nameOrArn);
    return definition && this.#definitionView(definition);
  }

  #inactiveDefinition(scope: Scope, nameOrArn: string): JobDefinition | undefined {
    const { name, revision } = definitionReference(scope, nameOrArn) ?? {};
    return name === undefined || revision === undefined
      ? undefined
      : this.#store.jobDefinition(scope, jobDefinitionArn(scope, name, revision));
  }

  jobDefinitions(
    query: Parameters<Reader['jobDefinitions']>[0],
  ): Page<JobDefinitionView> | undefined {
    const after = query.next === undefined ? undefined : decodeDefinitionToken(query.next);
    if (query.next !== undefined && after === undefined) return undefined;
    const found = this.#store.jobDefinitions({
      scope: query.scope,
      name: query.name,
      status: query.status,
      after,
      limit: query.limit + 1,
    });
    const items = found.slice(0, query.limit);
    const last = items.at(-1);
    const next =
      found.length > query.limit && last !== undefined
        ? encodeToken([last.name, last.revision])
        : undefined;
    return { items: items.map((definition) => this.#definitionView(definition)), next };
  }

  #definitionView = (definition: JobDefinition): JobDefinitionView => ({
    definition,
    tags: this.#store.tags(definition.arn),
  });

  // ---- jobs ----

  job(scope: Scope, id: string): JobView | undefined {
    const { parent, index, node } = splitJobId(id);
    const stored = this.#store.job(scope, parent);
    if (stored === undefined) return undefined;
    const current = this.#current(stored);
    if (node !== undefined) return this.#nodeView(current, node);
    if (index === undefined) return this.#view(stored.detail, current.job);
    if (!isArrayParent(current.job) || index >= current.job.arraySize) return undefined;
    const child = this.#child(current.job, index, this.#store.child(parent, index));
    return this.#view(stored.detail, child, index);
  }

  /**
   * The world's word goes before the store's: the two differ only in what an array's parent counts.
   */
  #current(stored: StoredJob): StoredJob {
    const live = this.#world.jobs.get(stored.detail.id);
    return live === undefined ? stored : { detail: stored.detail, job: live };
  }

  #child(parent: ArrayParent, index: number, row: ArrayChild | undefined): Job {
    if ('children' in parent) {
      const waitingOrLive = this.#world.child(parent, index);
      if (waitingOrLive !== undefined) return waitingOrLive;
    }
    return row?.job ?? restOf(parent, index);
  }

  #nodeView({ detail, job }: StoredJob, node: number): JobView | undefined {
    const { nodes } = job.terms;
    if (isArrayParent(job) || nodes === undefined || node >= nodes.numNodes) return undefined;
    const id = nodeId(job.id, node);
    const shown =
      node === nodes.mainNode
        ? mainNode(job, node)
        : (this.#world.nodes.live(job.id).get(id) ??
          otherNode(job, node, this.#store.child(job.id, node)?.job));
    const waitingReason =
      shown.status === 'RUNNABLE' && job.status === 'STARTING'
        ? 'waiting for the main node to run'
        : this.#waitingReason(job);
    return {
      id,
      detail,
      job: shown,
      nodeIndex: node,
      tags: this.#store.tags(detail.arn),
      waitingReason,
    };
  }

  #view(detail: JobDetailRecord, job: Job | ArrayParent, arrayIndex?: number): JobView {
    const summary = isArrayParent(job) ? summaryOf(job) : {};
    return {
      id: job.id,
      detail,
      job,
      arrayIndex,
      ...summary,
      tags: this.#store.tags(detail.arn),
      waitingReason: this.#waitingReason(job),
    };
  }

  #waitingReason(job: Job | ArrayParent): string | undefined {
    if (job.status === 'PENDING') return this.#dependencyReason(job);
    return job.status === 'RUNNABLE' && !isArrayParent(job)
      ? this.#placeReason(job)?.text
      : undefined;
  }

  #placeReason(job: WaitingJob | LiveArrayParent): WaitingReason | undefined {
    const queue = this.#world.jobQueues.get(job.queueArn);
    return queue && explain(this.#world, queue, job, () => aheadOf(this.#world, job));
  }

  wait(scope: Scope, id: string): WaitView | undefined {
    const view = this.job(scope, id);
    const text = view && this.#waitingText(view);
    if (view === undefined || text === undefined) return undefined;
    const runnable = runnableOf(view.job);
    return runnable === undefined
      ? { text, remedies: [], environments: [] }
      : waitOf(
          { world: this.#world, detail: (jobId) => this.#store.jobDetail(jobId) },
          scope,
          runnable,
        );
  }

  /** Why a job waits, or an array's first child that does; undefined where nothing waits. */
  #waitingText({ job }: JobView): string | undefined {
    const runnable = runnableOf(job);
    if (runnable !== undefined) return this.#placeReason(runnable)?.text ?? '';
    if (isArrayParent(job))
      return 'children' in job && job.children.waiting > 0
        ? (this.#dependencyReason(job) ?? '')
        : undefined;
    return isLive(job) || isEnded(job.status) ? undefined : (this.#dependencyReason(job) ?? '');
  }

  dependencies(scope: Scope, id: string): readonly DependencyView[] {
    const chain = new DependencyChain({
      job: (jobId) => this.job(scope, jobId),
      end: (jobId) => this.#store.jobEnd(scope, jobId),
      reason: (view) => this.#waitingText(view),
    });
    const view = this.job(scope, id);
    return view === undefined ? [] : chain.of(view);
  }

  children(scope: Scope, id: string, fromIndex: number, limit: number): ChildrenSlice {
    const view = this.job(scope, id);
    if (view === undefined || !isArrayParent(view.job)) return { children: [] };
    const nextIndex = fromIndex + limit;
    return {
      children: this.#store.children(view.job.id, fromIndex, nextIndex),
      nextIndex: nextIndex < view.job.arraySize ? nextIndex : undefined,
    };
  }

  queueSnapshot(scope: Scope, nameOrArn: string, limit: number): QueueSnapshotView | undefined {
    const world = this.#world;
    const queue = world.jobQueue(scope, nameOrArn);
    if (queue === undefined) return undefined;
    const line = world.scheduler.lines.of(queue.arn);
    const front: { jobId: JobId; sinceMs: number }[] = [];
    for (const jobId of dispatchOrder(world, queue.arn)) {
      if (front.length === limit) break;
      const job = this.#runnable(jobId);
      front.push({ jobId, sinceMs: line.listOf(job).sinceMs(job) });
    }
    const { shares } = line;
    if (shares !== undefined) {
      const holding = [...shares.values()]
        .filter(({ milliVcpu }) => milliVcpu > 0)
        .sort((a, b) => b.milliVcpu - a.milliVcpu || (a.identifier < b.identifier ? -1 : 1));
      return {
        queue,
        front,
        usedMilliVcpu: shares.milliVcpu,
        shares: holding.map(({ identifier, milliVcpu }) => ({
          identifier,
          usedMilliVcpu: milliVcpu,
        })),
      };
    }
    let usedMilliVcpu = 0;
    for (const id of world.attempts.values()) {
      const job = world.jobs.get(id);
      if (job?.queueArn !== queue.arn) continue;
      // The places of nodes that are not launched are kept.
      usedMilliVcpu += (
        job.status === 'STARTING' && job.otherNodes !== undefined
          ? needsOfAll(job.terms)
          : job.terms.needs
      ).milliVcpu;
    }
    return { queue, front, usedMilliVcpu };
  }

  #runnable(id: JobId): WaitingJob {
    const { parent, index } = splitJobId(id);
    const job =
      index === undefined
        ? this.#world.jobs.get(id)
        : this.#world.child(this.#world.arrayParent(parent), index);
    assert(
      job !== undefined && !isArrayParent(job) && job.status === 'RUNNABLE',
      'a queue lists its RUNNABLE jobs',
    );
    return job;
  }

  /** What a PENDING job waits for, in plain words; of an array, what all its children wait for. */
  #dependencyReason(job: Job | ArrayParent): string | undefined {
    const { parent: parentId, index } = splitJobId(job.id);
    const parent = index === undefined ? undefined : this.#world.jobs.get(parentId);
    const child =
      parent !== undefined && index !== undefined && isArrayParent(parent)
        ? { parent, index }
        : undefined;
    const waitsFor = child?.parent.waitsFor ?? ('waitsFor' in job ? job.waitsFor : undefined);
    const missing = waitsFor && unsatisfied(this.#world, waitsFor, child);
    return missing && missing.length > 0 ? `waiting for ${missing.join(', ')}` : undefined;
  }

  jobs(query: JobListQuery): Promise<Page<JobView> | undefined> {
    return this.#slices.run(this.#lists.jobs(query));
  }

  /** The same in one moment, however long it takes: for the simulation. */
  jobsAtOnce(query: JobListQuery): Page<JobView> | undefined {
    return atOnce(this.#lists.jobs(query));
  }

  // ---- tags and counts ----

  tags(scope: Scope, resourceArn: string): Tags | undefined {
    const of = resourceArn as Arn;
    const known =
      this.#world.computeEnvironment(scope, of) !== undefined ||
      this.#world.jobQueue(scope, of) !== undefined ||
      this.#world.schedulingPolicy(scope, of) !== undefined ||
      this.#world.consumableResources.find(scope, of) !== undefined ||
      this.#store.jobDefinition(scope, of) !== undefined ||
      this.#jobOfArn(scope, of) !== undefined;
    return known && resourceArn.startsWith('arn:') ? this.#store.tags(of) : undefined;
  }

  #jobOfArn(scope: Scope, of: Arn): StoredJob | undefined {
    const id = /:job\/([^:/]+)$/.exec(of)?.[1];
    const stored = id === undefined ? undefined : this.#store.job(scope, id as JobId);
    return stored?.detail.arn === of ? stored : undefined;
  }

  counts(): Counts {
    const { counts } = this.#world.jobs;
    const jobs = {
      SUBMITTED: counts.of('SUBMITTED'),
      PENDING: counts.of('PENDING'),
      RUNNABLE: counts.of('RUNNABLE'),
      STARTING: counts.of('STARTING'),
      RUNNING: counts.of('RUNNING'),
    };
    const { size: computeEnvironments } = this.#world.computeEnvironments;
    return {
      jobs,
      computeEnvironments,
      jobQueues: this.#world.jobQueues.size,
      staleReports: this.#staleReports(),
    };
  }

  jobCountsByQueue(): ReadonlyMap<Arn, JobCounts> {
    const queues = new Map<Arn, MutableCounts>();
    for (const job of this.#world.jobs.values()) {
      let jobs = queues.get(job.queueArn);
      if (jobs === undefined) queues.set(job.queueArn, (jobs = noJobs()));
      count(job, jobs);
    }
    return queues;
  }
}

type MutableCounts = { -readonly [Status in keyof JobCounts]: number };
const noJobs = (): MutableCounts => ({
  SUBMITTED: 0,
  PENDING: 0,
  RUNNABLE: 0,
  STARTING: 0,
  RUNNING: 0,
});

function count(job: WorldJob, jobs: MutableCounts): void {
  if (!isArrayParent(job)) jobs[job.status]++;
  // Children that started stand in the world themselves.
  else
    for (const status of ['SUBMITTED', 'PENDING', 'RUNNABLE'] as const)
      jobs[status] += job.children.count(status);
}

function inScope<T extends { scope: Scope; name: string }>(all: Iterable<T>, scope: Scope): T[] {
  return [...all].filter((one) => one.scope === scope).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function summaryOf(
  parent: ArrayParent,
): Pick<JobView, 'statusSummary' | 'statusSummaryLastUpdatedAtMs'> {
  if ('children' in parent)
    return {
      statusSummary: parent.children.summary(),
      statusSummaryLastUpdatedAtMs: parent.children.lastChangedAtMs,
    };
  return {
    statusSummary: parent.statusSummary,
    statusSummaryLastUpdatedAtMs: parent.statusSummaryLastUpdatedAtMs,
  };
}

/** A child that has no row of its own. */
function restOf(parent: ArrayParent, index: number): Job {
  const { rest } = parent;
  if (!isEnded(rest.status)) return waitingChild(parent, index, rest.status);
  const { statusReason, stoppedAtMs, stops } = rest as typeof rest & { status: 'FAILED' };
  return {
    ...waitingChild(parent, index, 'RUNNABLE'),
    status: 'FAILED',
    statusReason,
    stoppedAtMs,
    stops,
  };
}

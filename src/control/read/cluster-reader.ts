// Reads clusters, container instances and tasks off the world, and those that have ended off the
// store. Changes nothing.

import { must } from '../../base/assert.ts';
import { splitJobId, type AttemptId, type HostId, type JobId, type Scope } from '../../base/ids.ts';
import {
  isEks,
  type ComputeEnvironment,
} from '../../core/compute-environment/compute-environment.ts';
import { beneath } from '../../core/host/beneath.ts';
import type { Host } from '../../core/host/host.ts';
import { typeOf } from '../../core/host/instance.ts';
import {
  isArrayParent,
  isLive,
  type ArrayParent,
  type Job,
  type JobDetailRecord,
} from '../../core/job/job.ts';
import { noNeeds, subtractNeeds } from '../../core/job/needs.ts';
import { limit } from '../../core/limit.ts';
import { EndedTasks } from '../../core/world/ended-tasks.ts';
import type { World } from '../../core/world/world.ts';
import type {
  ClusterReader,
  ContainerInstanceView,
  ListedTask,
  TaskFacts,
  TaskView,
} from '../../port/cluster-reader.ts';
import type { StoreReader } from '../../port/store.ts';

type Past = Pick<
  StoreReader,
  'job' | 'jobDetail' | 'child' | 'children' | 'endedJobs' | 'endedInstances' | 'tags'
>;

export class WorldClusterReader implements ClusterReader {
  readonly #world: World;
  readonly #store: Past;
  /** What ended before the start, looked up when somebody asks for it. */
  #past: EndedTasks | undefined;

  constructor(world: World, store: Past) {
    this.#world = world;
    this.#store = store;
  }

  environments(scope: Scope): readonly ComputeEnvironment[] {
    return [...this.#world.computeEnvironments.values()]
      .filter((environment) => environment.scope === scope && !isEks(environment))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  containerInstances(environment: ComputeEnvironment): readonly ContainerInstanceView[] {
    return [...this.#hosts(environment)].map((host) => this.#view(environment, host));
  }

  containerInstance(
    environment: ComputeEnvironment,
    hostId: HostId,
    endedAfterMs?: number,
  ): ContainerInstanceView | undefined {
    for (const host of this.#hosts(environment))
      if (host.id === hostId) return this.#view(environment, host);
    if (endedAfterMs === undefined) return undefined;
    const ended = this.#store
      .endedInstances(environment.scope, endedAfterMs)
      .find(
        ({ instance }) =>
          instance.id === hostId && instance.computeEnvironmentArn === environment.arn,
      );
    return (
      ended && {
        host: ended.instance,
        environment,
        hasEnded: true,
        slice: { type: typeOf(this.#world.settings, ended.instance), of: undefined },
        remaining: noNeeds,
        runningTasks: 0,
        pendingTasks: 0,
      }
    );
  }

  /** A cluster that chooses the nodes is no container instance. */
  *#hosts(environment: ComputeEnvironment): Generator<Host> {
    for (const host of this.#world.hostsFor(environment))
      if (beneath(this.#world.hosts, host).type !== 'cluster') yield host;
  }

  #view(environment: ComputeEnvironment, host: Host): ContainerInstanceView {
    const there = [...this.#world.attemptsOn(host.id)].flatMap(
      (attemptId) => this.#live(environment, attemptId) ?? [],
    );
    return {
      host,
      environment,
      hasEnded: false,
      slice:
        host.kind === 'instance'
          ? {
              type: typeOf(this.#world.settings, host),
              of: beneath(this.#world.hosts, host).machine,
            }
          : undefined,
      remaining: subtractNeeds(host.capacity, this.#world.hostUse(host.id)),
      runningTasks: there.filter(({ job }) => job.status === 'RUNNING').length,
      pendingTasks: there.filter(({ job }) => job.status === 'STARTING').length,
    };
  }

  tasks(environment: ComputeEnvironment, endedAfterMs: number): readonly ListedTask[] {
    const live = [...this.#world.attempts.keys()].flatMap((attemptId): ListedTask[] => {
      const view = this.#live(environment, attemptId);
      return view === undefined
        ? []
        : [
            {
              attemptId,
              jobId: view.jobId,
              hostId: view.attempt.hostId,
              isWanted: view.job.stops === undefined,
            },
          ];
    });
    const tasks = [this.#world.endedTasks, this.#pastTasks(endedAfterMs)];
    const ended = tasks
      .flatMap((each) => [...each.entries()])
      .flatMap(([attemptId, { jobId, computeEnvironmentArn, hostId, stoppedAtMs }]): ListedTask[] =>
        computeEnvironmentArn === environment.arn && stoppedAtMs > endedAfterMs
          ? [{ attemptId, jobId, hostId, isWanted: false }]
          : [],
      );
    return [...live, ...ended];
  }

  task(
    environment: ComputeEnvironment,
    attemptId: AttemptId,
    endedAfterMs: number,
  ): TaskView | undefined {
    return this.#live(environment, attemptId) ?? this.#ended(environment, attemptId, endedAfterMs);
  }

  #live(environment: ComputeEnvironment, attemptId: AttemptId): TaskView | undefined {
    const jobId = this.#world.attempts.get(attemptId);
    if (jobId === undefined) return undefined;
    const job = must(this.#world.jobs.get(jobId), 'an attempt under way belongs to a job');
    return isLive(job) && job.attempt.computeEnvironmentArn === environment.arn
      ? { attemptId, jobId, job, attempt: job.attempt, environment }
      : undefined;
  }

  #ended(
    environment: ComputeEnvironment,
    attemptId: AttemptId,
    endedAfterMs: number,
  ): TaskView | undefined {
    const known =
      this.#world.endedTasks.get(attemptId) ?? this.#pastTasks(endedAfterMs).get(attemptId);
    if (known?.computeEnvironmentArn !== environment.arn || known.stoppedAtMs <= endedAfterMs)
      return undefined;
    const job = this.#job(environment.scope, known.jobId);
    const attempt = job?.attempts.find((one) => one.attemptId === attemptId);
    return job && attempt && { attemptId, jobId: known.jobId, job, attempt, environment };
  }

  /** Undefined where it has been removed since. */
  #job(scope: Scope, id: JobId): Job | undefined {
    const { parent, index, node } = splitJobId(id);
    const child = index ?? node;
    const found: Job | ArrayParent | undefined =
      this.#world.jobs.get(id) ??
      (child === undefined
        ? this.#store.job(scope, id)?.job
        : this.#store.child(parent, child)?.job);
    return found === undefined || isArrayParent(found) ? undefined : found;
  }

  /**
   * What had ended before the start and is shown still; what has ended since, the world noted
   * itself.
   */
  #pastTasks(endedAfterMs: number): EndedTasks {
    if (this.#past !== undefined) return this.#past;
    const { endedTasks } = this.#world;
    this.#past = new EndedTasks();
    for (const { id, job } of this.#store.endedJobs(endedAfterMs, limit.endedTasksRead)) {
      const jobs: readonly Job[] = isArrayParent(job) ? [] : [job];
      const children =
        isArrayParent(job) || job.terms.nodes !== undefined
          ? this.#store.children(id).map((child) => child.job)
          : [];
      for (const one of [...jobs, ...children])
        for (const attempt of one.attempts)
          if (endedTasks.get(attempt.attemptId) === undefined) this.#past.note(one.id, attempt);
    }
    return this.#past;
  }

  taskFacts(jobId: JobId): TaskFacts | undefined {
    const detail = this.#store.jobDetail(jobId);
    return detail && { detail, tags: this.#tags(detail) };
  }

  /** The definition's tags under the job's own, which win. */
  #tags({ propagateTags, definitionArn, arn }: JobDetailRecord): TaskFacts['tags'] {
    return propagateTags === true
      ? { ...this.#store.tags(definitionArn), ...this.#store.tags(arn) }
      : {};
  }
}

// Reads clusters, container instances and tasks off the world. Changes nothing.

import { must } from '../base/assert.ts';
import type { AttemptId, HostId, Scope } from '../base/ids.ts';
import type { ComputeEnvironment } from '../core/compute-environment/compute-environment.ts';
import type { Host, Machine } from '../core/host.ts';
import { typeOf } from '../core/instance.ts';
import { isLive } from '../core/job/job.ts';
import { subtractNeeds } from '../core/job/needs.ts';
import type { World } from '../core/world.ts';
import type { ClusterReader, ContainerInstanceView, TaskView } from '../port/cluster-reader.ts';

export class WorldClusterReader implements ClusterReader {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  environments(scope: Scope): readonly ComputeEnvironment[] {
    return [...this.#world.computeEnvironments.values()].filter((environment) => environment.scope === scope).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  containerInstances(environment: ComputeEnvironment): readonly ContainerInstanceView[] {
    return [...this.#world.hostsFor(environment)].map((host) => this.#view(environment, host));
  }

  containerInstance(environment: ComputeEnvironment, hostId: HostId): ContainerInstanceView | undefined {
    for (const host of this.#world.hostsFor(environment)) if (host.id === hostId) return this.#view(environment, host);
    return undefined;
  }

  #view(environment: ComputeEnvironment, host: Host): ContainerInstanceView {
    const there = [...this.#world.attemptsOn(host.id)].flatMap((attemptId) => this.task(environment, attemptId) ?? []);
    return {
      host,
      environment,
      slice: host.kind === 'instance' ? { type: typeOf(this.#world, host), of: this.#machine(host.machineId) } : undefined,
      remaining: subtractNeeds(host.capacity, this.#world.hostUse(host.id)),
      runningTasks: there.filter(({ job }) => job.status === 'RUNNING').length,
      pendingTasks: there.filter(({ job }) => job.status === 'STARTING').length,
    };
  }

  #machine(id: HostId): Machine | undefined {
    const host = this.#world.hosts.get(id);
    return host?.kind === 'machine' ? host : undefined;
  }

  tasks(environment: ComputeEnvironment): readonly TaskView[] {
    return [...this.#world.attempts.keys()].flatMap((attemptId) => this.task(environment, attemptId) ?? []);
  }

  task(environment: ComputeEnvironment, attemptId: AttemptId): TaskView | undefined {
    const jobId = this.#world.attempts.get(attemptId);
    if (jobId === undefined) return undefined;
    const job = must(this.#world.jobs.get(jobId), 'an attempt under way belongs to a job');
    return isLive(job) && job.attempt.computeEnvironmentArn === environment.arn ? { attemptId, jobId, job, environment } : undefined;
  }
}

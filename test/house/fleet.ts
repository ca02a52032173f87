// A world with instances and hosts for tests of multi-node scheduling: passes, scaling cycles and
// ends of jobs by the commands that the server decides. Only tests and benchmarks import it.

import type { ComputeResource } from '@aws-sdk/client-batch';
import { must } from '../../src/base/assert.ts';
import {
  arn,
  attemptId,
  containerIdOf,
  hostId,
  jobId,
  nodeId,
  type HostId,
} from '../../src/base/ids.ts';
import type { RegisteredHost } from '../../src/core/host/host.ts';
import { checkWorld } from '../../src/core/world/invariant.ts';
import { isArrayParent, isLive } from '../../src/core/job/job.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { LiveWorld } from '../../src/core/world/live-world.ts';
import { carryOut, scope, submit, worldOf, type Case, type ExampleJob } from './world.ts';
import { explain, type WaitingReason } from '../../src/core/schedule/explain/explain.ts';
import { Pass } from '../../src/core/schedule/fit/place.ts';
import { scalingCycle } from '../../src/core/schedule/scale/scaling-cycle.ts';
import type { Command } from '../../src/core/command/command.ts';

export interface FleetCase extends Omit<Case, 'jobs' | 'environments'> {
  /** By name; those with `hosts` are UNMANAGED and have registered hosts of such sizes. */
  readonly environments: Readonly<
    Record<string, (Partial<ComputeResource> & { hosts?: undefined }) | { hosts: readonly Needs[] }>
  >;
}

export class Fleet {
  readonly world: LiveWorld;
  nowMs = 1;
  #ids = 0;

  constructor({ environments, ...given }: FleetCase) {
    const names = Object.entries(environments);
    this.world = worldOf({
      ...given,
      jobs: [],
      environments: Object.fromEntries(
        names.map(([name, { hosts }]) => [hosts === undefined ? name : `~${name}`, 1]),
      ),
    });
    for (const [name, one] of names) {
      if (one.hosts !== undefined) {
        for (const capacity of one.hosts) this.#register(name, capacity);
        continue;
      }
      const computeResources: ComputeResource = {
        type: 'EC2',
        allocationStrategy: 'BEST_FIT_PROGRESSIVE',
        minvCpus: 0,
        maxvCpus: 16,
        instanceTypes: ['m5.large'],
        subnets: [],
        ...one,
      };
      this.world.apply({
        type: 'compute-environment-stored',
        environment: {
          ...must(this.world.computeEnvironments.get(arn(name)), 'it was made'),
          computeResources,
        },
      });
    }
  }

  #newId(): string {
    return String(++this.#ids).padStart(32, '0');
  }

  #register(environment: string, capacity: Needs): void {
    const id = hostId(this.#newId());
    const host = {
      kind: 'registered',
      id,
      title: `host ${this.#ids}`,
      scope,
      computeEnvironmentArn: arn(environment),
      capacity,
      status: 'ACTIVE',
      oldContainers: [],
      endpoint: { url: `tcp://host-${this.#ids}:2375` },
      facts: {},
      registeredAtMs: 0,
    } as unknown as RegisteredHost;
    this.world.apply({ type: 'host-stored', host });
  }

  do(command: Command): void {
    carryOut(this.world, command, this.nowMs);
  }

  submit(job: ExampleJob): string {
    return submit(this.world, job, this.nowMs);
  }

  /** A whole pass; the jobs that it placed. */
  pass(check = true): string[] {
    const placed: string[] = [];
    const pass = new Pass(this.world, this.world.scheduler, this.nowMs);
    for (let next = pass.next(); next !== undefined; next = pass.next()) {
      this.do({
        type: 'place-job',
        ...next,
        attemptId: attemptId(this.#newId()),
        otherNodes: next.otherNodes?.map((node) => ({
          ...node,
          attemptId: attemptId(this.#newId()),
        })),
      });
      placed.push(next.jobId);
    }
    pass.end();
    if (check) checkWorld(this.world);
    return placed;
  }

  /**
   * A scaling cycle, and what it asks for; launched instances start. `2 m5.large -1 ~1`: launched,
   * ended, drained.
   */
  cycle(): string {
    const { world } = this;
    const { plan, state } = scalingCycle(world, this.nowMs);
    world.scheduler.scaled(state);
    const [machine] = world.hosts.machines();
    const told: string[] = [];
    for (const { arn: computeEnvironmentArn, launches, drains, ends } of plan.environments) {
      for (const { type, count } of launches) {
        const hostIds = Array.from({ length: count }, () => hostId(this.#newId()));
        this.do({
          type: 'launch-instances',
          computeEnvironmentArn,
          machineId: must(machine, 'there is a machine').id,
          instanceType: type.name,
          hostIds,
        });
        told.push(`${count} ${type.name}`);
      }
      for (const id of drains) this.do({ type: 'drain-instance', hostId: id });
      for (const id of ends) this.do({ type: 'end-instance', scope, hostId: id, cause: 'scaling' });
      if (drains.length > 0) told.push(`~${drains.length}`);
      if (ends.length > 0) told.push(`-${ends.length}`);
    }
    return told.join(' ');
  }

  /** So many of the instances that start run now. */
  run(most = Number.POSITIVE_INFINITY): void {
    const starting = [...this.world.hosts.values()].filter(
      (host) => host.kind === 'instance' && host.state === 'PENDING',
    );
    for (const { id } of starting.slice(0, most))
      this.do({ type: 'report-instance', hostId: id, report: 'running' });
  }

  instances(): { readonly id: HostId; readonly type: string; readonly jobs: number }[] {
    return [...this.world.hosts.values()].flatMap((host) =>
      host.kind === 'instance'
        ? [{ id: host.id, type: host.instanceType, jobs: this.world.attemptsOn(host.id).size }]
        : [],
    );
  }

  isPlaced(id: string): boolean {
    const job = this.world.jobs.get(jobId(id));
    return job === undefined || (!isArrayParent(job) && isLive(job));
  }

  /** The job has run, all its nodes with it. */
  end(id: string): void {
    const started = this.#report(id, { type: 'started', atMs: this.nowMs });
    const job = this.world.jobs.get(jobId(id));
    const numNodes = job?.terms.nodes?.numNodes ?? 0;
    if (!started) throw new Error(`${id} was not placed`);
    const exited = {
      type: 'exited',
      atMs: this.nowMs,
      exit: { exitCode: 0, outOfMemory: false },
    } as const;
    this.#report(id, exited);
    for (let node = 0; node < numNodes; node++) this.#report(nodeId(jobId(id), node), exited);
    if (this.world.jobs.has(jobId(id))) throw new Error(`${id} has not ended`);
  }

  #report(id: string, report: Extract<Command, { type: 'report-container' }>['report']): boolean {
    const job = this.world.jobs.get(jobId(id));
    if (job === undefined || !('attempt' in job)) return false;
    this.do({
      type: 'report-container',
      containerId: containerIdOf(job.attempt.attemptId, 0),
      report,
    });
    return true;
  }

  reason(id: string): WaitingReason {
    const job = must(this.world.jobs.get(jobId(id)), 'the job waits');
    return explain(
      this.world,
      must(this.world.jobQueues.get(job.queueArn), 'it has a queue'),
      job,
      () => 0,
    );
  }
}

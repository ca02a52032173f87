// Law: what is taken of every host and environment is the sum of the attempts under way, no host
// gives more than it has (but to a job that has it alone), and nothing is placed beyond an
// environment's maxvCpus. Places of nodes that are yet to be launched count. Counted from rows
// alone.

import type { HostId, JobId } from '../../src/base/ids.ts';
import { boundsJobs } from '../../src/core/compute-environment/compute-environment.ts';
import type { LiveJob } from '../../src/core/job/job.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { World } from '../../src/core/world/world.ts';
import { holdingsOf, type Holding, type Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';
import { written } from '../rows.ts';

interface Sum {
  milliVcpu: number;
  memoryMib: number;
  gpus: number;
  /** How many attempts each job has there. */
  readonly jobs: Map<JobId, number>;
}

const isSameHeld = (a: readonly Holding[], b: readonly Holding[]): boolean =>
  a.length === b.length &&
  a.every(({ placement }, at) => placement.attemptId === b[at]?.placement.attemptId);

export function capacityRecounts(): Checker {
  const sums = new Map<string, Sum>();
  const touched = new Set<string>();
  /** By instance. */
  const machineOf = new Map<HostId, HostId>();
  /** The capacity of instances and registered hosts. */
  const ownCapacity = new Map<HostId, Needs>();

  function count(key: string, needs: Needs, jobId: JobId, sign: 1 | -1): void {
    const sum = sums.get(key) ?? {
      milliVcpu: 0,
      memoryMib: 0,
      gpus: 0,
      jobs: new Map<JobId, number>(),
    };
    const attempts = (sum.jobs.get(jobId) ?? 0) + sign;
    if (attempts === 0) sum.jobs.delete(jobId);
    else sum.jobs.set(jobId, attempts);
    sum.milliVcpu += sign * needs.milliVcpu;
    sum.memoryMib += sign * needs.memoryMib;
    sum.gpus += sign * needs.gpus;
    sums.set(key, sum);
    touched.add(key);
  }

  /**
   * A node of a multi-node job has an instance or a registered host to itself; of what is around it
   * takes what it needs.
   */
  function countHolding(
    { jobId, placement: { hostId, computeEnvironmentArn }, terms: { needs }, ofNodes }: Holding,
    sign: 1 | -1,
  ): void {
    count(hostId, (ofNodes ? ownCapacity.get(hostId) : undefined) ?? needs, jobId, sign);
    const machine = machineOf.get(hostId);
    if (machine !== undefined) count(machine, needs, jobId, sign);
    count(computeEnvironmentArn, needs, jobId, sign);
  }

  function checkPlacement(job: LiveJob, ledger: Ledger): void {
    // What bounds a service job is the affair of another law.
    if (job.terms.service !== undefined) return;
    const { computeEnvironmentArn: arn } = job.attempt;
    const environment = ledger.environments.get(arn);
    const used = sums.get(arn)?.milliVcpu ?? 0;
    if (environment === undefined)
      throw new BrokenLaw(`job ${job.id} was placed in ${arn}, which is not there`);
    if (environment.state !== 'ENABLED')
      throw new BrokenLaw(
        `job ${job.id} was placed in ${environment.name}, which is ${environment.state}`,
      );
    if (
      boundsJobs(environment) &&
      environment.type === 'MANAGED' &&
      used > 1000 * (environment.computeResources?.maxvCpus ?? 0)
    )
      throw new BrokenLaw(
        `job ${job.id} was placed in ${environment.name}, which then used ${used} of ${environment.computeResources?.maxvCpus} vCPUs`,
      );
  }

  /** A node may have less later, and its jobs run on. */
  function checkNode({ attempt: { hostId, connection } }: LiveJob, ledger: Ledger): void {
    const node = connection === undefined ? undefined : ledger.instances.get(hostId);
    if (node !== undefined && isMore(sums.get(hostId) as Sum, ownCapacity.get(hostId) as Needs))
      throw new BrokenLaw(`${node.title} was given more than it has`);
  }

  function checkTouched(world: World): void {
    if (touched.size === 0) return;
    for (const host of world.hosts.values()) {
      const { id, kind, capacity } = host;
      if (!touched.has(id)) continue;
      const used = sums.get(id) as Sum;
      const isNode = kind === 'instance' && host.connection !== undefined;
      if (!isNode && (kind === 'instance' || used.jobs.size > 1) && isMore(used, capacity))
        throw new BrokenLaw(`host ${id} holds more than it has`);
      if (used.gpus > capacity.gpus) throw new BrokenLaw(`host ${id} gave GPUs that it has not`);
      if (!same(used, world.hostUse(id)))
        throw new BrokenLaw(`host ${id} is said to be used otherwise than its jobs do`);
    }
    for (const { arn } of world.computeEnvironments.values()) {
      if (touched.has(arn) && !same(sums.get(arn) as Sum, world.environmentUse(arn)))
        throw new BrokenLaw(`environment ${arn} is said to be used otherwise than its jobs do`);
    }
    touched.clear();
  }

  return {
    law: 'capacity recounts',
    check({ commits, server, ledger }) {
      for (const { commit, changes, placed } of commits) {
        for (const host of written(commit.rows.hosts)) ownCapacity.set(host.id, host.capacity);
        for (const host of written(commit.rows.hosts))
          if (host.kind === 'instance' && host.machineId !== undefined)
            machineOf.set(host.id, host.machineId);
        for (const { before, after } of changes) {
          const [was, is] = [holdingsOf(before), holdingsOf(after)];
          if (isSameHeld(was, is)) continue;
          for (const holding of was) countHolding(holding, -1);
          for (const holding of is) countHolding(holding, 1);
        }
        for (const job of placed) {
          checkPlacement(job, ledger);
          checkNode(job, ledger);
        }
      }
      if (server !== undefined) checkTouched(server.world);
    },
    /** What was committed as the server before went down counts too. */
    checkStart({ server }) {
      if (server !== undefined) checkTouched(server.world);
    },
  };
}

const isMore = (used: Needs, capacity: Needs): boolean =>
  used.milliVcpu > capacity.milliVcpu || used.memoryMib > capacity.memoryMib;

const same = (a: Needs, b: Needs): boolean =>
  a.milliVcpu === b.milliVcpu && a.memoryMib === b.memoryMib && a.gpus === b.gpus;

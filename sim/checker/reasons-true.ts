// Law: the reason that a waiting job shows is true: figures are those of a recount, what is named
// is what is missing, and MISCONFIGURATION stands only where no environment and no host of its
// queue could ever hold the job.

import {
  isOnCluster,
  type ComputeEnvironment,
} from '../../src/core/compute-environment/compute-environment.ts';
import { isArrayParent } from '../../src/core/job/job.ts';
import type { Needs } from '../../src/core/job/needs.ts';
import type { JobTerms } from '../../src/core/job/terms.ts';
import { instancesInUse } from './service-jobs-keep-to-capacity.ts';
import { partsOf, type Ledger, type Runnable } from '../ledger.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';
import { isScarce } from './instances-bounded.ts';

/** Jobs that are looked at each time. */
const sample = 25;

export const reasonsTrue: Checker = {
  law: 'reasons are true',
  checkNowAndThen(observed) {
    const { server, ledger } = observed;
    if (server === undefined) return;
    let looked = 0;
    for (const waiting of ledger.runnable()) {
      if (looked++ >= sample) break;
      const reason = server.reader.jobs.one(waiting.job.scope, waiting.id)?.waitingReason;
      if (reason === undefined || reason === '')
        throw new BrokenLaw(`job ${waiting.id} waits and shows no reason`);
      checkReason(observed, waiting, reason);
    }
    for (const job of [...ledger.open.values()].slice(0, sample)) {
      if (job.status === 'PENDING' && !isArrayParent(job))
        checkPending(ledger, job.id, server.reader.jobs.one(job.scope, job.id)?.waitingReason);
    }
  },
};

function checkReason({ ledger, server }: Observed, waiting: Runnable, reason: string): void {
  const impossible = isImpossible(ledger, machinesOf(server), waiting);
  if (waiting.job.terms.service !== undefined)
    return checkServiceReason(ledger, waiting, reason, impossible);
  if (
    reason.startsWith('CAPACITY:') &&
    !isScarce(server) &&
    !server?.world.hosts.machines().next().done
  )
    throw new BrokenLaw(
      `job ${waiting.id} shows '${reason}', and instances can be had without end`,
    );
  if (reason.startsWith('MISCONFIGURATION:') && !impossible)
    throw new BrokenLaw(`job ${waiting.id} shows '${reason}', and could fit`);
  const [, name, used, max] =
    /^waiting for compute environment ([^:]+): ([\d.]+) of (\d+) vCPUs in use/.exec(reason) ?? [];
  if (name !== undefined) {
    const environment = [...ledger.environments.values()].find((one) => one.name === name);
    const inUse = [...ledger.live.values()].reduce(
      (sum, { attempt, terms }) =>
        sum + (attempt.computeEnvironmentArn === environment?.arn ? terms.needs.milliVcpu : 0),
      0,
    );
    if (Number(used) * 1000 !== inUse || Number(max) !== environment?.computeResources?.maxvCpus)
      throw new BrokenLaw(
        `job ${waiting.id} shows '${reason}', and in use are ${inUse / 1000} of ${environment?.computeResources?.maxvCpus}`,
      );
  }
  const [, resting] = /^waiting for compute environment ([^:]+): it is /.exec(reason) ?? [];
  if (resting !== undefined) {
    const environment = order(ledger, waiting).find((one) => one?.name === resting);
    if (environment === undefined || isAvailable(environment) || !impossible)
      throw new BrokenLaw(`job ${waiting.id} shows '${reason}', and could start elsewhere`);
    if (waiting.needs.milliVcpu > 1000 * (environment.computeResources?.maxvCpus ?? Infinity))
      throw new BrokenLaw(`job ${waiting.id} shows '${reason}', which could not hold it`);
    return;
  }
  const noneAvailable = !order(ledger, waiting).some(isAvailable);
  if (/none of this queue is both ENABLED and VALID/.test(reason) !== noneAvailable)
    throw new BrokenLaw(
      `job ${waiting.id} shows '${reason}', and ${noneAvailable ? 'no' : 'an'} environment of its queue is there for it`,
    );
}

/** It names the one environment of its queue, and what that has in use. */
function checkServiceReason(
  ledger: Ledger,
  waiting: Runnable,
  reason: string,
  impossible: boolean,
): void {
  if (reason.startsWith('MISCONFIGURATION:') && !impossible)
    throw new BrokenLaw(`service job ${waiting.id} shows '${reason}', and could fit`);
  const [, resting] = /^waiting for service environment ([^:]+): it is DISABLED/.exec(reason) ?? [];
  const environment = serviceEnvironmentOf(ledger, waiting);
  if (resting !== undefined && (environment?.name !== resting || environment.state !== 'DISABLED'))
    throw new BrokenLaw(`service job ${waiting.id} shows '${reason}', and that is ENABLED`);
  const [, name, used, max, type] =
    /^waiting for service environment ([^:]+): (\d+) of (\d+) instances(?: (\S+))? in use/.exec(
      reason,
    ) ?? [];
  if (name === undefined) return;
  const unit = type ?? 'NUM_INSTANCES';
  const inUse = instancesInUse(ledger, environment?.arn, unit);
  const limit = environment?.capacityLimits.find(({ capacityUnit }) => capacityUnit === unit);
  if (environment?.name !== name || Number(used) !== inUse || Number(max) !== limit?.maxCapacity)
    throw new BrokenLaw(
      `service job ${waiting.id} shows '${reason}', and in use are ${inUse} of ${limit?.maxCapacity}`,
    );
}

const serviceEnvironmentOf = (ledger: Ledger, { queueArn }: Runnable) => {
  const [entry] = ledger.queues.get(queueArn)?.serviceEnvironmentOrder ?? [];
  return entry && ledger.serviceEnvironments.get(entry.serviceEnvironment);
};

/** An environment that is there for it has no limit that counts its instance, or too low a one. */
function isImpossibleService(ledger: Ledger, hosts: readonly Needs[], waiting: Runnable): boolean {
  const { service, needs } = waiting.job.terms;
  const environment = serviceEnvironmentOf(ledger, waiting);
  const limit = environment?.capacityLimits.find(
    ({ capacityUnit }) =>
      capacityUnit === 'NUM_INSTANCES' || capacityUnit === service?.instanceType,
  );
  return (
    environment?.state !== 'ENABLED' ||
    (limit?.maxCapacity ?? 0) < (service?.instances ?? 0) ||
    needs.gpus > Math.max(0, ...hosts.map((host) => host.gpus))
  );
}

export const isAvailable = (environment: ComputeEnvironment | undefined): boolean =>
  environment?.state === 'ENABLED' &&
  (environment.status === 'VALID' || environment.status === 'UPDATING');
const order = (ledger: Ledger, { queueArn }: Runnable) =>
  (ledger.queues.get(queueArn)?.computeEnvironmentOrder ?? []).map(({ computeEnvironment }) =>
    ledger.environments.get(computeEnvironment),
  );

/** The machine that everything runs on, and hosts of the user's own. Instances come and go. */
export const machinesOf = (server: Observed['server']): Needs[] =>
  [...(server?.world.hosts.values() ?? [])].flatMap((host) =>
    host.kind === 'instance' ? [] : [host.capacity],
  );

/** No environment that is there for it is large enough, or no host has so many GPUs. */
export function isImpossible(ledger: Ledger, hosts: readonly Needs[], waiting: Runnable): boolean {
  if (waiting.job.terms.service !== undefined) return isImpossibleService(ledger, hosts, waiting);
  const available = order(ledger, waiting)
    .filter((environment) => environment !== undefined)
    .filter(isAvailable);
  const { nodes } = waiting.job.terms;
  if (nodes !== undefined)
    return !available.some((environment) => couldRunNodes(environment, waiting.job.terms));
  const largest = Math.max(
    0,
    ...available.map((environment) =>
      Math.min(
        1000 * (environment.computeResources?.maxvCpus ?? 0),
        isOnCluster(environment) ? largestNode(ledger, environment) : Infinity,
      ),
    ),
  );
  // Nodes of the workload have no GPUs.
  const gpus = available.every(isOnCluster) ? [] : hosts.map((host) => host.gpus);
  return waiting.needs.milliVcpu > largest || waiting.needs.gpus > Math.max(0, ...gpus);
}

/** In vCPUs; a cluster may get larger ones. */
const largestNode = (ledger: Ledger, { arn }: ComputeEnvironment): number =>
  Math.max(
    0,
    ...[...ledger.instances.values()].map((node) =>
      node.computeEnvironmentArn === arn ? node.capacity.milliVcpu : 0,
    ),
  );

/**
 * An UNMANAGED environment may get more hosts. Each of the workload's lists of types has one with
 * two vCPUs and one with four, either with memory enough.
 */
function couldRunNodes({ type, computeResources }: ComputeEnvironment, terms: JobTerms): boolean {
  if (type === 'UNMANAGED') return true;
  const { numNodes = 0, instanceType } = terms.nodes ?? {};
  const { instanceTypes = [], maxvCpus = 0 } = computeResources ?? {};
  const largest = Math.max(...partsOf(terms).map(({ needs }) => needs.milliVcpu)) / 1000;
  const isOffered =
    instanceType === undefined ||
    instanceTypes.some((name) => name === instanceType || name === instanceType.split('.')[0]);
  const asked = instanceType === undefined ? [2, 4] : instanceType.endsWith('.xlarge') ? [4] : [2];
  const vcpus = asked.find((size) => size >= largest) ?? Infinity;
  return computeResources?.type === 'EC2' && isOffered && vcpus * numNodes <= maxvCpus;
}

/** What it is said to wait for has not come, and nothing else is missing. */
function checkPending(ledger: Ledger, id: Runnable['id'], reason: string | undefined): void {
  const waitsFor = (ledger.details.get(id)?.dependsOn ?? []).map(
    (dependency) => dependency.jobId as Runnable['id'],
  );
  const job = ledger.jobs.get(id);
  const missing = new Set(
    waitsFor.filter((target) => job !== undefined && !ledger.letsGo(target, job)),
  );
  const named = new Set((/^waiting for (.*)$/.exec(reason ?? '')?.[1] ?? '').split(', '));
  if (missing.size !== named.size || [...missing].some((target) => !named.has(target)))
    throw new BrokenLaw(`job ${id} shows '${reason}', and waits for ${[...missing].join(', ')}`);
}

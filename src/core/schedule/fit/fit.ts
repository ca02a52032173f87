// Whether a claim fits, and where: the one arithmetic of placement. The same answer explains why
// not. Pure questions to the world; nothing is taken here.

import {
  boundsJobs,
  hasGivenHosts,
  hasInstances,
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { isCutOff } from '../../compute-environment/network.ts';
import { mostOfEach } from '../../job/needs.ts';
import { consumablesOfAll, needsOfAll } from '../../job/nodes.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { availableEnvironments, isAvailable } from './available-environments.ts';
import type { Blocked, Fit, OtherArchitecture } from './blocked.ts';
import { consumableShort } from './consumables.ts';
import { fitService, isServiceClaim } from './fit-service.ts';
import { fitNodes, hasNodes } from './fit-nodes.ts';
import { noHolds, type Holds } from '../order/hold.ts';
import { beyondMaximum } from './environment-room.ts';
import { otherArchitecture } from './host-room.ts';
import type { Claim } from '../order/job-class.ts';
import type { AtMost } from '../order/parallel.ts';
import { isNodeType, nodeTypeOf } from './node-type.ts';
import { otherArchitectureOf } from '../scale/managed-environments.ts';
import { fitHost } from './fit-host.ts';
import { fitInstance } from './fit-instance.ts';

/**
 * Environments are tried in the queue's order, hosts in the order in which they joined. What
 * `holds` keep, for jobs that stand before this one, counts as taken.
 */
export function fit(world: World, queue: JobQueue, claim: Claim, holds: Holds = noHolds): Fit {
  if (isServiceClaim(claim)) return fitService(world, queue, claim, holds);
  const needs = needsOfAll(claim);
  const atMost = atMostAtOnce(world, queue, claim);
  let nearest: Blocked = { type: 'no-environment-available' };
  let largest = 0;
  let available = 0;
  for (const environment of availableEnvironments(world, queue)) {
    available++;
    const max = maxMilliVcpu(environment);
    largest = Math.max(largest, max);
    if (needs.milliVcpu > max) continue;
    const on = fitIn(world, queue, environment, claim, holds);
    // These bound the queue as a whole, wherever there is room; and no instance is launched for
    // what they hold up.
    if (atMost !== undefined && (on.fits || !isFinal(on.because)))
      return { fits: false, because: atMost };
    const beside =
      on.fits || on.because.type === 'no-instance' || on.because.type === 'nodes-wait-for-instances'
        ? (world.scheduler.lines.of(queue.arn).holdsBack(claim, holds) ??
          consumableShort(world, consumablesOfAll(claim)))
        : undefined;
    if (beside !== undefined) return { fits: false, because: beside };
    if (on.fits) return on;
    nearest = nearer(nearest, on.because);
  }
  if (nearest.type === 'no-environment-available' || isFinal(nearest)) {
    const resting = restingEnvironment(world, queue, claim);
    // Nothing is final while an environment that could hold it only rests.
    if (resting !== undefined) nearest = { type: 'no-environment-available', resting };
    else if (nearest.type === 'no-environment-available' && available > 0)
      nearest = { type: 'larger-than-every-environment', largestMilliVcpu: largest };
  }
  return { fits: false, because: nearest };
}

/** So many of its kind are under way that no more may start. */
const atMostAtOnce = (world: World, queue: JobQueue, claim: Claim): AtMost | undefined =>
  world.scheduler.parallel.full(queue.arn, claim, world.scheduler.backlog.isBehind(claim));

/**
 * In one environment that is available and whose maximum is not too low, whatever else the queue is
 * bound by.
 */
export const fitIn = (
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  claim: Claim,
  holds: Holds,
): Fit =>
  hasNodes(claim)
    ? fitNodes(world, queue, environment, claim, holds)
    : fitEnvironment(world, queue, environment, claim, holds);

/** Until somebody changes an environment. */
export const isFinal = (because: Blocked): boolean =>
  because.type === 'larger-than-every-host' ||
  because.type === 'other-architecture' ||
  (because.type === 'service-blocked' && because.isFinal) ||
  (because.type === 'no-nodes' && because.why.type !== 'image');

/** What is final for one environment says nothing where another may yet take it. */
function nearer(known: Blocked, next: Blocked): Blocked {
  if (
    known.type === 'larger-than-every-host' &&
    next.type === 'larger-than-every-host' &&
    known.what === next.what
  ) {
    return {
      ...known,
      environments: [...known.environments, ...next.environments],
      largest: mostOfEach([known.largest, next.largest]),
    };
  }
  return isFinal(next) && known.type !== 'no-environment-available' ? known : next;
}

function restingEnvironment(
  world: World,
  queue: JobQueue,
  claim: Claim,
): ComputeEnvironment | undefined {
  const { milliVcpu } = needsOfAll(claim);
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (
      environment === undefined ||
      isAvailable(environment) ||
      milliVcpu > maxMilliVcpu(environment) ||
      runsNone(world, environment, claim)
    )
      continue;
    if (
      claim.nodes === undefined ||
      hasGivenHosts(environment) ||
      isNodeType(nodeTypeOf(world, environment, claim.nodes))
    )
      return environment;
  }
  return undefined;
}

function otherIn(
  world: World,
  environment: ComputeEnvironment,
  { architecture: wanted }: Claim,
): OtherArchitecture | undefined {
  const found = otherArchitectureOf(world, environment, wanted);
  return wanted === undefined || found === undefined
    ? undefined
    : { type: 'other-architecture', environment, wanted, found };
}

/** Whether all hosts of the environment, of which there are some, are of another architecture. */
function runsNone(world: World, environment: ComputeEnvironment, claim: Claim): boolean {
  if (claim.architecture === undefined) return false;
  if (hasInstances(environment)) return otherIn(world, environment, claim) !== undefined;
  const hosts = [...world.hostsFor(environment)];
  return (
    hosts.length > 0 && hosts.every((host) => otherArchitecture(world, host, claim) !== undefined)
  );
}

function fitEnvironment(
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  claim: Claim,
  holds: Holds,
): Fit {
  const { needs } = claim;
  const other = hasInstances(environment) ? otherIn(world, environment, claim) : undefined;
  if (other !== undefined) return { fits: false, because: other };
  // maxvCpus bounds its instances, of which one may lie across it; whatever they hold may be used.
  if (!boundsJobs(environment)) return fitInstance(world, queue, environment, needs, holds);
  if (!hasInstances(environment) && isCutOff(environment))
    return { fits: false, because: { type: 'cut-off', environment } };
  const beyond = beyondMaximum(world, environment, needs, holds);
  if (beyond !== undefined) return { fits: false, because: beyond };
  return hasInstances(environment)
    ? fitInstance(world, queue, environment, needs, holds)
    : fitHost(world, environment, claim, holds);
}

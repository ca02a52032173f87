// The managed environments of the world as scaling and placement ask after them: what each may
// launch, and what it has.

import type { HostId } from '../../../base/ids.ts';
import { must } from '../../../base/assert.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { reservedMemoryMib, type Launch } from '../../compute-environment/launch.ts';
import {
  buysSpot,
  hasGivenHosts,
  isManagedInstances,
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { launchedResources, scaleInDelayMs } from '../../compute-environment/managed-instances.ts';
import { isCutOff } from '../../compute-environment/network.ts';
import { runsAs, type Instance } from '../../host/host.ts';
import { typeOf } from '../../host/instance.ts';
import { choicesOf, type Choice } from '../../instance-type/choices.ts';
import { architectureName, capacityOf } from '../../instance-type/instance-type.ts';
import { subtractNeeds, type Needs } from '../../job/needs.ts';
import type { World } from '../../world/world.ts';
import type { ScalingEnvironment, ScalingInstance } from './scaling-environment.ts';

/** `kept`: instances that are kept for nodes of multi-node parallel jobs. */
export function scalingEnvironment(
  world: World,
  environment: ComputeEnvironment,
  kept: ReadonlySet<HostId> = new Set(),
): ScalingEnvironment {
  const given = must(environment.computeResources, 'a managed environment has compute resources');
  const resources = launchedResources(given);
  const spot = buysSpot(environment);
  return {
    arn: environment.arn,
    state: environment.state,
    spot,
    strategy: resources.allocationStrategy ?? 'BEST_FIT',
    bidPercentage: resources.bidPercentage ?? 100,
    minvCpus: resources.minvCpus ?? 0,
    maxvCpus: resources.maxvCpus ?? 0,
    desiredvCpus: resources.desiredvCpus,
    choices: choicesFor(world, environment),
    isCutOff: isCutOff(environment),
    reservedMemoryMib: reservedMemoryMib(environment.launch),
    ...(isManagedInstances(environment)
      ? {
          jobsMilliVcpuLeft: Math.max(
            0,
            maxMilliVcpu(environment) - world.environmentUse(environment.arn).milliVcpu,
          ),
          scaleDownDelayMs: scaleInDelayMs(given),
        }
      : { scaleDownDelayMs: (resources.scalingPolicy?.minScaleDownDelayMinutes ?? 0) * 60_000 }),
    instances: [...world.hosts.instancesOf(environment.arn)].map((instance) =>
      scalingInstance(world, instance, kept),
    ),
  };
}

function scalingInstance(
  world: World,
  instance: Instance,
  kept: ReadonlySet<HostId>,
): ScalingInstance {
  return {
    id: instance.id,
    type: typeOf(world.settings, instance),
    state: stateOf(instance),
    free: subtractNeeds(instance.capacity, world.hostUse(instance.id)),
    jobs: world.attemptsOn(instance.id).size,
    isKept: kept.has(instance.id) || undefined,
    lastJobEndedAtMs: instance.lastJobEndedAtMs,
  };
}

/**
 * One that fails the AMI specification stays as it is: another of its image would fail likewise.
 */
function stateOf({ state }: Instance): ScalingInstance['state'] {
  if (state === 'PENDING') return 'launching';
  return state === 'RUNNING' ? 'running' : 'draining';
}

const noNames: readonly string[] = [];
const choicesKnown = new WeakMap<readonly string[], readonly Choice[]>();

/** What its instance types stand for; worked out once for each list. */
export function choicesFor(
  world: World,
  { computeResources }: ComputeEnvironment,
): readonly Choice[] {
  const names = (computeResources && launchedResources(computeResources).instanceTypes) ?? noNames;
  let choices = choicesKnown.get(names);
  if (choices === undefined) {
    const found = choicesOf(names, world.settings.instanceTypes);
    // A type of the user's own may have gone from the catalogue since.
    choicesKnown.set(names, (choices = isRefusal(found) ? [] : found));
  }
  return choices;
}

const capacitiesKnown = new WeakMap<
  readonly Choice[],
  { readonly launch: Launch | undefined; readonly capacities: readonly Needs[] }
>();

/** What its instances can have, of each type that it may launch. */
export function capacitiesOf(world: World, environment: ComputeEnvironment): readonly Needs[] {
  const choices = choicesFor(world, environment);
  const { launch } = environment;
  let known = capacitiesKnown.get(choices);
  if (known === undefined || known.launch !== launch) {
    const reserved = reservedMemoryMib(launch);
    known = {
      launch,
      capacities: choices.flatMap(({ types }) => types.map((type) => capacityOf(type, reserved))),
    };
    capacitiesKnown.set(choices, known);
  }
  return known.capacities;
}

/**
 * What a job of an architecture would find instead of it on the environment's instances: by their
 * types, or by the machine that they are slices of; undefined: they will do.
 */
export function otherArchitectureOf(
  world: World,
  environment: ComputeEnvironment,
  wanted: string | undefined,
): string | undefined {
  if (wanted === undefined) return undefined;
  const named = namedArchitecture(world, environment);
  return [named, architectureUnder(world)].find((found) => found !== undefined && found !== wanted);
}

/** By the first of its instance types, for they all have one. */
function namedArchitecture(
  world: World,
  environment: ComputeEnvironment,
): 'x86_64' | 'arm64' | undefined {
  const type = choicesFor(world, environment)[0]?.types[0];
  return type && architectureName(type);
}

/**
 * Where its instance types are of another architecture than the machine that they are slices of:
 * what jobs there really are.
 */
export function architectureNote(
  world: World,
  environment: ComputeEnvironment,
): string | undefined {
  const named = namedArchitecture(world, environment);
  const runs = architectureUnder(world);
  if (named === undefined || runs === undefined || named === runs) return undefined;
  return `Instance types of compute environment ${environment.name} are ${named}, and this machine is ${runs}: jobs run there as ${runs} and need images for it.`;
}

/** Where its jobs have their place on this machine or slices of it, and there is none. */
export const noMachineNote = (
  { settings }: World,
  environment: ComputeEnvironment,
): string | undefined =>
  settings.hasMachine || hasGivenHosts(environment)
    ? undefined
    : `This server has no engine of its own: jobs of compute environment ${environment.name} wait until it is started with one.`;

/** What the machine runs that launched instances are slices of, where that is known. */
function architectureUnder(world: World): string | undefined {
  const [machine] = world.hosts.machines();
  return machine && runsAs(machine);
}

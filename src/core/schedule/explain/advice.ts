// What would help a job that waits, as commands to paste and names from the catalogue. Looks things
// up for people who ask; it changes nothing, and no placement rests on it.

import {
  boundsJobs,
  buysSpot,
  fixedBecause,
  isManagedInstances,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { reservedMemoryMib } from '../../compute-environment/launch.ts';
import type { InstanceType } from '../../instance-type/instance-type.ts';
import { capacityOf } from '../../instance-type/instance-type.ts';
import { needsText, type Needs } from '../../job/needs.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { poolOf } from '../scale/market.ts';
import { fitsIn } from '../fit/room.ts';
import { capacitiesOf, choicesFor } from '../scale/managed-environments.ts';

type Named = Pick<ComputeEnvironment, 'name'>;

export const updateResources = ({ name }: Named, resources: string): string =>
  `aws batch update-compute-environment --compute-environment ${name} --compute-resources ${resources}`;

/** `more`: flags that matter for the job. */
export const registerHost = ({ name }: Named, more = ''): string =>
  `longshore instance register --cluster ${name} --docker-host ssh://USER@HOST${more}`;

export const addEnvironment = ({ name, computeEnvironmentOrder }: JobQueue): string =>
  `aws batch update-job-queue --job-queue ${name} --compute-environment-order ${[...computeEnvironmentOrder.map(({ order, computeEnvironment }) => `order=${order},computeEnvironment=${computeEnvironment}`), `order=${Math.max(0, ...computeEnvironmentOrder.map(({ order }) => order ?? 0)) + 1},computeEnvironment=NAME`].join(' ')}`;

/** `--capacity` is laid over what this machine has. */
export const largerCapacity = (
  { milliVcpu, memoryMib, gpus }: Needs,
  { capacity }: { readonly capacity: Needs },
): string => {
  const more = [
    ...(milliVcpu > capacity.milliVcpu ? [`vcpus=${Math.ceil(milliVcpu / 1000)}`] : []),
    ...(memoryMib > capacity.memoryMib ? [`memory=${memoryMib}`] : []),
    ...(gpus > capacity.gpus ? [`gpus=${gpus}`] : []),
  ];
  return `--capacity ${more.join(',')}`;
};

/** maxvCpus may be exceeded by one instance, but not with BEST_FIT on demand. */
const mayExceed = (environment: ComputeEnvironment): boolean =>
  buysSpot(environment) ||
  (environment.computeResources?.allocationStrategy ?? 'BEST_FIT') !== 'BEST_FIT';

/**
 * The least maxvCpus with which the environment can launch an instance that holds the needs, or,
 * where it bounds jobs, run them.
 */
export function leastMaxvCpus(world: World, environment: ComputeEnvironment, needs: Needs): number {
  const asked = Math.ceil(needs.milliVcpu / 1000);
  if (boundsJobs(environment) || mayExceed(environment)) return asked;
  const least = leastVcpus(capacitiesOf(world, environment), needs);
  return Number.isFinite(least) ? Math.max(asked, least) : asked;
}

/** vCPUs of the smallest instance that holds the needs. */
export const leastVcpus = (capacities: readonly Needs[], needs: Needs): number =>
  Math.min(
    ...capacities
      .filter((capacity) => fitsIn(capacity, needs))
      .map(({ milliVcpu }) => Math.ceil(milliVcpu / 1000)),
  );

/**
 * The type of the catalogue that somebody would add to the environment for a job of these needs: of
 * the architecture that it has, within its maxvCpus if any is, of a family that it has if one does,
 * and then the cheapest. Undefined: none holds the job.
 */
function typeFor(
  world: World,
  environment: ComputeEnvironment,
  needs: Needs,
): InstanceType | undefined {
  const present = choicesFor(world, environment).flatMap(({ types }) => types);
  const architecture = present[0]?.architecture ?? 'X86_64';
  const families = new Set(present.map(({ family }) => family));
  const reserved = reservedMemoryMib(environment.launch);
  const spot = buysSpot(environment);
  const { maxvCpus = 0 } = environment.computeResources ?? {};
  const { market, instanceTypes } = world.settings;
  const weight = (type: InstanceType): readonly number[] => [
    Number(type.vcpus > maxvCpus),
    Number(!families.has(type.family)),
    Number(!type.currentGeneration),
    Number(type.bareMetal),
    Number(needs.gpus === 0 && type.gpus !== undefined),
    type.microUsd,
  ];
  let best: { readonly type: InstanceType; readonly weight: readonly number[] } | undefined;
  for (const type of instanceTypes.types()) {
    // One that it has and that holds the job is not had just now: once more in the list it helps
    // nobody.
    if (
      type.architecture !== architecture ||
      present.includes(type) ||
      !fitsIn(capacityOf(type, reserved), needs)
    )
      continue;
    if ((spot && !type.spot) || market.pools.get(poolOf(type, spot)) === 0) continue;
    const next = { type, weight: weight(type) };
    if (best === undefined || isLess(next.weight, best.weight)) best = next;
  }
  return best?.type;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}

/**
 * How an environment comes to launch what holds the needs; `lacks`: of what its types have too
 * little.
 */
export function addTypeRemedies(
  world: World,
  environment: ComputeEnvironment,
  needs: Needs,
  lacks: string,
  queue: JobQueue,
): string[] {
  const { name, computeResources: { instanceTypes = [] } = {} } = environment;
  const type = typeFor(world, environment, needs);
  if (type === undefined) return [];
  const larger = `an instance type with ${lacks}, such as ${type.name}`;
  const fixed = fixedBecause(environment);
  if (fixed !== undefined)
    return [
      `make a compute environment with ${larger} (those of ${name} cannot be changed: ${fixed}), and add it to queue ${queue.name}: ${addEnvironment(queue)}`,
    ];
  if (isManagedInstances(environment))
    return [
      `add ${larger}, to compute environment ${name}: allowedInstanceTypes in the instanceRequirements of its managedInstancesProvider`,
    ];
  return [
    `add ${larger}, to compute environment ${name}: ${updateResources(environment, `instanceTypes=${[...instanceTypes, type.name].join(',')}`)}`,
  ];
}

/** `submit it again with 7953 MiB or less`, by what is too much of it. */
export function askForLess(needs: Needs, largest: Needs): string[] {
  if (needs.gpus > largest.gpus)
    return [
      largest.gpus === 0
        ? 'submit it again without GPUs'
        : `submit it again with ${largest.gpus} GPU or fewer`,
    ];
  if (needs.milliVcpu > largest.milliVcpu)
    return largest.milliVcpu === 0
      ? []
      : [`submit it again with ${largest.milliVcpu / 1000} vCPU or fewer`];
  if (needs.memoryMib > largest.memoryMib)
    return [`submit it again with ${largest.memoryMib} MiB or less`];
  return [`submit it again with less than ${needsText(needs)}`];
}

/** What there is too little of. */
export function lackOf(needs: Needs, largest: Needs): string {
  if (needs.gpus > largest.gpus) return largest.gpus === 0 ? 'GPUs' : 'more GPUs';
  if (needs.milliVcpu > largest.milliVcpu) return 'more vCPUs';
  return needs.memoryMib > largest.memoryMib ? 'more memory' : 'all of it';
}

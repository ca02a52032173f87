// Which of an environment's subnets let what is launched there reach the services that it needs: an
// instance that cannot never registers (user guide, Jobs Stuck in RUNNABLE Status, "No internet
// access for compute resources"). Of a subnet that is not known here nothing is said: it is
// somewhere else. It looks nothing up.

import type { ComputeResource } from '@aws-sdk/client-batch';
import { isFargate, isOnCluster, type ComputeEnvironment } from './compute-environment.ts';
import { launchedResources } from './managed-instances.ts';
import { lackOf, type CutOffSubnet, type KnownSubnet } from './subnet.ts';

type Networked = Pick<
  ComputeEnvironment,
  'type' | 'computeResources' | 'eks' | 'capacity' | 'launch'
>;

/** Those of the environment, in its order; undefined where there is none. */
export function cutOffSubnets(
  environment: Networked,
  known: readonly KnownSubnet[],
): readonly CutOffSubnet[] | undefined {
  const { computeResources } = environment;
  // Its nodes are where they are.
  if (isOnCluster(environment)) return undefined;
  const named = computeResources && launchedResources(computeResources).subnets;
  const found = (named ?? []).flatMap((id): CutOffSubnet[] => {
    const subnet = known.find((one) => one.id === id);
    const lacks = subnet && lackOf(subnet, hasPublicAddress(environment, subnet));
    return lacks === undefined ? [] : [{ subnetId: id, lacks }];
  });
  return found.length === 0 ? undefined : found;
}

/**
 * On Fargate each job says it (`assignPublicIp`); elsewhere a launch template's network interface
 * goes before the subnet.
 */
function hasPublicAddress(environment: Networked, { mapPublicIp }: KnownSubnet): boolean {
  if (isFargate(environment)) return true;
  const sources = environment.launch?.sources ?? [];
  return sources.length === 0
    ? mapPublicIp
    : sources.every(({ parameters }) => parameters.publicIp ?? mapPublicIp);
}

type Launching = Pick<ComputeEnvironment, 'computeResources' | 'cutOff'>;

/** Where instances can be launched. */
export function openSubnets({ computeResources, cutOff = [] }: Launching): readonly string[] {
  const subnets: ComputeResource['subnets'] =
    (computeResources && launchedResources(computeResources).subnets) ?? [];
  return subnets.filter((id) => !cutOff.some(({ subnetId }) => subnetId === id));
}

/** Nothing that it launches could reach anything. An environment that names no subnet is not. */
export const isCutOff = (environment: Launching): boolean =>
  environment.cutOff !== undefined && openSubnets(environment).length === 0;

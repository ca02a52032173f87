// Which of an environment's subnets let what is launched there reach the services that it needs: an
// instance that cannot never registers (user guide, Jobs Stuck in RUNNABLE Status, "No internet
// access for compute resources"). Of a subnet that is not known here nothing is said: it is
// somewhere else. It looks nothing up.

import type { ComputeResource } from '@aws-sdk/client-batch';
import { never } from '../../base/assert.ts';
import { isFargate, type ComputeEnvironment } from './compute-environment.ts';

/** A subnet that our own EC2 has. */
export interface KnownSubnet {
  readonly id: string;
  /**
   * Where its route table leads. What goes by an internet gateway needs a public address of its
   * own.
   */
  readonly wayOut: 'none' | 'internet-gateway' | 'nat-gateway';
  readonly mapPublicIp: boolean;
}

/** One from which nothing gets out. */
export interface CutOffSubnet {
  readonly subnetId: string;
  readonly lacks: 'route' | 'public-address';
}

type Networked = Pick<ComputeEnvironment, 'type' | 'computeResources' | 'launch'>;

/** Those of the environment, in its order; undefined where there is none. */
export function cutOffSubnets(
  environment: Networked,
  known: readonly KnownSubnet[],
): readonly CutOffSubnet[] | undefined {
  const found = (environment.computeResources?.subnets ?? []).flatMap((id): CutOffSubnet[] => {
    const subnet = known.find((one) => one.id === id);
    const lacks = subnet && lackOf(subnet, hasPublicAddress(environment, subnet));
    return lacks === undefined ? [] : [{ subnetId: id, lacks }];
  });
  return found.length === 0 ? undefined : found;
}

/** Why what is launched there does not get out, if it does not. */
export function lackOf(
  { wayOut }: KnownSubnet,
  hasPublicIp: boolean,
): CutOffSubnet['lacks'] | undefined {
  switch (wayOut) {
    case 'none':
      return 'route';
    case 'nat-gateway':
      return undefined;
    case 'internet-gateway':
      return hasPublicIp ? undefined : 'public-address';
    default:
      return never(wayOut);
  }
}

/**
 * Of Fargate each job says it (`assignPublicIp`); a launch template's network interface before the
 * subnet.
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
  const subnets: ComputeResource['subnets'] = computeResources?.subnets ?? [];
  return subnets.filter((id) => !cutOff.some(({ subnetId }) => subnetId === id));
}

/** Nothing that it launches could reach anything. An environment that names no subnet is not. */
export const isCutOff = (environment: Launching): boolean =>
  environment.cutOff !== undefined && openSubnets(environment).length === 0;

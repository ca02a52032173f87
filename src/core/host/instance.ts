// An instance of a managed environment beyond what it carries: how it begins, its type, and what
// kind of host it is to placement. It knows no other host, and no job.

import { never } from '../../base/assert.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import { instanceIdOf, type Instance } from './host.ts';
import { capacityOf, type InstanceType } from '../instance-type/instance-type.ts';
import type { HostKind } from '../schedule/fit/host-kind.ts';
import { offerOf } from '../schedule/scale/strategy.ts';
import type { Settings } from '../settings.ts';

/**
 * Its type. One that the catalogue no longer knows, because its owner took it out of the file of
 * own types, is what it was registered with: nothing new is launched of it.
 */
export function typeOf(
  { instanceTypes }: Pick<Settings, 'instanceTypes'>,
  { instanceType, capacity }: Instance,
): InstanceType {
  return (
    instanceTypes.type(instanceType) ?? {
      name: instanceType,
      family: instanceType,
      vcpus: capacity.milliVcpu / 1000,
      memoryMib: capacity.memoryMib,
      architecture: 'X86_64',
      storageGb: 0,
      bareMetal: false,
      burstable: false,
      currentGeneration: false,
      spot: false,
      clusterPlacement: false,
      networkInterfaces: 1,
      microUsd: 0,
    }
  );
}

/** One that is launched now into the environment. */
export function newInstance(
  { arn, scope, revision }: ComputeEnvironment,
  type: InstanceType,
  facts: Pick<
    Instance,
    'id' | 'own' | 'machineId' | 'imageId' | 'unfit' | 'unfitForNodes' | 'launch'
  > & {
    readonly spot: boolean;
    readonly reservedMemoryMib?: number | undefined;
    readonly nowMs: number;
  },
): Instance {
  const { reservedMemoryMib, nowMs, ...rest } = facts;
  return {
    ...rest,
    kind: 'instance',
    title: `instance ${instanceIdOf(facts)} (${type.name})`,
    scope,
    computeEnvironmentArn: arn,
    instanceType: type.name,
    revision,
    capacity: capacityOf(type, reservedMemoryMib),
    state: 'PENDING',
    launchedAtMs: nowMs,
  };
}

/** As placement sees it: what it can hold is what it registered with. */
export function kindOf(
  settings: Pick<Settings, 'instanceTypes' | 'market'>,
  instance: Instance,
): HostKind {
  const { kind } = offerOf(
    typeOf(settings, instance),
    { spot: instance.spot },
    settings.market,
    undefined,
  );
  return { ...kind, capacity: instance.capacity };
}

/** EC2's words. */
export type InstanceState =
  | 'pending'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'shutting-down'
  | 'terminated';

/** What EC2 shows of one that is there: one that drains is nothing special to it. */
export function shownState({ state, own, ending }: Instance): InstanceState {
  switch (state) {
    case 'PENDING':
      return 'pending';
    case 'RUNNING':
    case 'DRAINING':
      return 'running';
    case 'SHUTTING_DOWN':
      if (own === undefined || ending?.becomes === 'terminated') return 'shutting-down';
      return ending?.becomes === 'stopped' ? 'stopping' : 'running';
    default:
      return never(state);
  }
}

/** … when it is gone; undefined of its owner's that leaves its cluster and runs on. */
export const stateAtEnd = ({
  own,
  ending,
}: Instance): (InstanceState & ('stopped' | 'terminated')) | undefined =>
  own === undefined ? 'terminated' : ending?.becomes;

/** AWS's words for a job whose instance ended under it; Nextflow and others match on them. */
export const instanceEndedReason = (instance: Pick<Instance, 'id' | 'instanceId'>): string =>
  `Host EC2 (instance ${instanceIdOf(instance)}) terminated.`;

// The instance type on which an environment runs the nodes of a multi-node parallel job, or why it
// runs none of them: all nodes have instances of one type (user guide, chapter Multi-node Parallel
// Jobs). What is there or to be had just now is not asked here.

import {
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { launchOf, reservedMemoryMib } from '../../compute-environment/launch.ts';
import { capacityOf, type InstanceType } from '../../instance-type/instance-type.ts';
import { mostOfEach, type Needs } from '../../job/needs.ts';
import type { NodeTerms } from '../../job/terms.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import { fitsIn } from './room.ts';
import { choicesFor } from '../scale/managed-environments.ts';

/** Why an environment never runs the nodes, until somebody changes it. */
export type NoNodes =
  /**
   * "Not supported on compute environments that use Spot Instances"; Fargate has no instances to
   * give.
   */
  | { readonly type: 'spot' | 'fargate' }
  | { readonly type: 'security-groups'; readonly count: number }
  /** The type that was asked for is none of the environment's, or is too small for a node. */
  | { readonly type: 'type-not-offered' | 'type-too-small'; readonly instanceType: string }
  /** No type holds the largest node. */
  | { readonly type: 'no-type' }
  /** Instances of the type take no nodes: what their image lacks. */
  | { readonly type: 'image'; readonly instanceType: string; readonly lacks: string }
  /** So many instances of the type go beyond maxvCpus. */
  | { readonly type: 'beyond-maximum'; readonly instanceType: string; readonly vcpus: number };

/** The most that any node asks for, of each amount: what holds this holds every node. */
export const largestNode = ({ groups }: NodeTerms): Needs =>
  mostOfEach(groups.map(({ terms }) => terms.needs));

/** The node type of an environment that has instances, or Fargate's. */
export function nodeTypeOf(
  world: World,
  environment: ComputeEnvironment,
  nodes: NodeTerms,
): InstanceType | NoNodes {
  const { computeResources, launch } = environment;
  if (computeResources?.type === 'SPOT') return { type: 'spot' };
  if (computeResources?.type !== 'EC2') return { type: 'fargate' };
  const type = chosenType(world, environment, nodes);
  if (!isNodeType(type)) return type;
  const source = launch && launchOf(launch, type.name);
  const lacks = source?.unfit ?? source?.unfitForNodes;
  if (lacks !== undefined) return { type: 'image', instanceType: type.name, lacks };
  const groups = source?.parameters.securityGroupIds ?? computeResources.securityGroupIds ?? [];
  if (groups.length > limit.interfaceSecurityGroups)
    return { type: 'security-groups', count: groups.length };
  const vcpus = type.vcpus * nodes.numNodes;
  return vcpus * 1000 > maxMilliVcpu(environment)
    ? { type: 'beyond-maximum', instanceType: type.name, vcpus }
    : type;
}

export const isNodeType = (found: InstanceType | NoNodes): found is InstanceType =>
  !('type' in found);

/** The type that was asked for, or the smallest that holds the largest node. */
function chosenType(
  world: World,
  environment: ComputeEnvironment,
  nodes: NodeTerms,
): InstanceType | NoNodes {
  const reserved = reservedMemoryMib(environment.launch);
  const largest = largestNode(nodes);
  const { instanceType: asked } = nodes;
  let smallest: InstanceType | undefined;
  for (const { types } of choicesFor(world, environment)) {
    for (const type of types) {
      if (asked !== undefined && type.name !== asked) continue;
      const holds = fitsIn(capacityOf(type, reserved), largest);
      if (asked !== undefined)
        return holds ? type : { type: 'type-too-small', instanceType: asked };
      if (holds && (smallest === undefined || isSmaller(type, smallest))) smallest = type;
    }
  }
  if (asked !== undefined) return { type: 'type-not-offered', instanceType: asked };
  return smallest ?? { type: 'no-type' };
}

function isSmaller(a: InstanceType, b: InstanceType): boolean {
  if (a.vcpus !== b.vcpus) return a.vcpus < b.vcpus;
  if (a.memoryMib !== b.memoryMib) return a.memoryMib < b.memoryMib;
  return a.microUsd === b.microUsd ? a.name < b.name : a.microUsd < b.microUsd;
}

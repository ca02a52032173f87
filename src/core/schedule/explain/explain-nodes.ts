// Why the nodes of a multi-node parallel job wait, in plain words, beyond what any job may wait
// for; and what would help.

import { never } from '../../../base/assert.ts';
import type { Arn } from '../../../base/ids.ts';
import { clusterArnOf, fixedBecause } from '../../compute-environment/compute-environment.ts';
import { instanceVcpus } from '../../world/vcpus.ts';
import { needsText, type Needs } from '../../job/needs.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import { addEnvironment, addTypeRemedies, registerHost, updateResources } from './advice.ts';
import type { NodesBlocked } from '../fit/blocked.ts';
import { instanceLimitWords } from './explain-environments.ts';
import type { NoNodes } from '../fit/node-type.ts';
import type { Words } from '../words.ts';

type No<T extends NodesBlocked['type']> = NodesBlocked & { readonly type: T };

export function noNodesWords(
  world: World,
  { environment, why }: No<'no-nodes'>,
  numNodes: number,
  largest: Needs,
  queue: JobQueue,
): Words {
  const { name, computeResources } = environment;
  const add = `add an On-Demand (EC2) compute environment to queue ${queue.name}: ${addEnvironment(queue)}`;
  switch (why.type) {
    case 'spot':
      return {
        text: `multi-node parallel jobs do not run on Spot Instances, and compute environment ${name} has no others`,
        remedies: [add],
      };
    case 'fargate':
      return {
        text: `multi-node parallel jobs do not run on Fargate, and compute environment ${name} has nothing else`,
        remedies: [add],
      };
    case 'security-groups':
      return {
        text: `compute environment ${name} has ${why.count} security groups, and one that runs multi-node parallel jobs may have ${limit.interfaceSecurityGroups}`,
        remedies: [
          `leave compute environment ${name} ${limit.interfaceSecurityGroups} security groups or fewer`,
        ],
      };
    case 'type-not-offered':
      return {
        text: `the job's nodes ask for instance type ${why.instanceType}, which is none of compute environment ${name}`,
        remedies: [
          ...(fixedBecause(environment) === undefined
            ? [
                `add instance type ${why.instanceType} to compute environment ${name}: ${updateResources(environment, `instanceTypes=${[...(computeResources?.instanceTypes ?? []), why.instanceType].join(',')}`)}`,
              ]
            : []),
          'submit it again with another instanceType, or with none',
        ],
      };
    case 'type-too-small':
      return {
        text: `the job's nodes ask for instance type ${why.instanceType}, which does not hold the largest of them (${needsText(largest)})`,
        remedies: [
          'submit it again with a larger instanceType, or with none',
          'submit it again with smaller nodes',
        ],
      };
    case 'no-type':
      return {
        text: `no instance type of compute environment ${name} holds the largest of the job's nodes (${needsText(largest)})`,
        remedies: [
          ...addTypeRemedies(world, environment, largest, 'room for it', queue),
          'submit it again with smaller nodes',
        ],
      };
    case 'image':
      return {
        text: `waiting for an image that nodes run on: instances of type ${why.instanceType} of compute environment ${name} take none: ${why.lacks}`,
        remedies: [
          `give compute environment ${name} an image that meets the AMI specification for multi-node parallel jobs`,
        ],
      };
    case 'beyond-maximum':
      return {
        text: `the job's ${numNodes} nodes need ${numNodes} instances of type ${why.instanceType} with ${why.vcpus} vCPUs together, and maxvCpus of compute environment ${name} is ${computeResources?.maxvCpus}`,
        remedies: [
          `raise maxvCpus of compute environment ${name} to ${why.vcpus} or more: ${updateResources(environment, `maxvCpus=${why.vcpus}`)}`,
          'submit it again with fewer nodes',
        ],
      };
    default:
      return never(why);
  }
}

/** Final ones with AWS's token: no present or launchable host could ever fit. */
export function noNodesToken({ type }: NoNodes): string | undefined {
  if (type === 'image') return undefined;
  return type === 'beyond-maximum'
    ? 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE'
    : 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT';
}

export function nodesWaitForInstancesWords(
  world: World,
  { environment, instanceType, empty, starting, unmet }: No<'nodes-wait-for-instances'>,
  numNodes: number,
): Words {
  const { name, computeResources } = environment;
  const text = `waiting for ${numNodes} instances of type ${instanceType} of compute environment ${name}, one for each node: ${empty} ${empty === 1 ? 'is' : 'are'} there and empty, ${starting} ${starting === 1 ? 'is' : 'are'} starting`;
  const wait = 'wait until instances have ended or run empty';
  switch (unmet) {
    case 'instance-limit': {
      const { text: reached, remedies } = instanceLimitWords(world);
      if (world.settings.instanceLimit >= numNodes)
        return { text: `${text}; ${reached}`, remedies: [...remedies.slice(0, 1), wait] };
      return {
        text: `the job needs ${numNodes} instances, and --instance-limit is ${world.settings.instanceLimit}`,
        remedies: [
          `start the server with --instance-limit ${numNodes} or more`,
          'submit it again with fewer nodes',
        ],
      };
    }
    case 'no-capacity':
      return {
        text: `${text}; no more of them are available`,
        remedies: [wait, 'submit it again with another instanceType'],
      };
    case 'max-vcpus':
      return {
        text: `${text}; within its maxvCpus of ${computeResources?.maxvCpus} there is no room for the rest`,
        remedies: [
          `raise maxvCpus of compute environment ${name}: ${updateResources(environment, `maxvCpus=${roomFor(world, environment.arn, instanceType, numNodes - empty - starting)}`)}`,
          `or ${wait}`,
        ],
      };
    case undefined:
    case 'spot-price':
    case 'no-environment':
    case 'too-large':
      return { text, remedies: [] };
    default:
      return never(unmet);
  }
}

/**
 * The maxvCpus with which so many more instances of the type could be launched beside those that
 * are there.
 */
function roomFor(world: World, environmentArn: Arn, instanceType: string, count: number): number {
  return (
    instanceVcpus(world, environmentArn) +
    count * (world.settings.instanceTypes.type(instanceType)?.vcpus ?? 0)
  );
}

export function nodesWaitForHostsWords(
  { environment, hosts, empty, wouldDo }: No<'nodes-wait-for-hosts'>,
  numNodes: number,
): Words {
  const { name } = environment;
  const clusterArn = clusterArnOf(environment);
  const whose = `${clusterArn === undefined ? 'UNMANAGED ' : ''}compute environment ${name}`;
  const add = (what: string): string =>
    clusterArn === undefined
      ? `register ${what} hosts with compute environment ${name}: ${registerHost(environment)}`
      : `add ${what} nodes to cluster ${clusterArn}`;
  const register = add('more');
  if (hosts < numNodes)
    return {
      text: `waiting for ${numNodes} hosts, one for each node: ${whose} has ${hosts}`,
      remedies: [register, 'submit it again with fewer nodes'],
    };
  if (!wouldDo)
    return {
      text: `waiting for ${numNodes} hosts that hold a node each: of the ${hosts} of ${whose} too few are large enough`,
      remedies: [add('larger'), 'submit it again with smaller nodes'],
    };
  return {
    text: `waiting for ${numNodes} empty hosts of compute environment ${name}, one for each node: ${empty} of ${hosts} ${empty === 1 ? 'is' : 'are'} empty`,
    remedies: ['wait until jobs that run there have ended', register],
  };
}

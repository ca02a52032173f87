// Why a job waits for a compute environment, in plain words: one that rests, is full, is too small,
// cannot reach its services, or launches no instance just now; and what would help.

import { never } from '../../../base/assert.ts';
import { cureOf } from '../../compute-environment/cure.ts';
import { reservedMemoryMib } from '../../compute-environment/launch.ts';
import {
  buysSpot,
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { isLaunched } from '../../host/connection.ts';
import { instanceVcpus } from '../../world/vcpus.ts';
import { capacityOf } from '../../instance-type/instance-type.ts';
import type { Needs } from '../../job/needs.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import {
  addEnvironment,
  addTypeRemedies,
  leastMaxvCpus,
  leastVcpus,
  updateResources,
} from './advice.ts';
import { availableEnvironments } from '../fit/available-environments.ts';
import type { Blocked } from '../fit/blocked.ts';
import type { Words } from '../words.ts';
import { poolOf, spotPercentOf } from '../scale/market.ts';
import { fitsIn } from '../fit/room.ts';
import { capacitiesOf, choicesFor } from '../scale/managed-environments.ts';

const vcpus = (milliVcpu: number): string => String(milliVcpu / 1000);
const waitForEnds = 'or wait until jobs that run have ended';

export function restingWords(resting: ComputeEnvironment | undefined, queue: JobQueue): Words {
  const add = `add a compute environment that is ENABLED and VALID to queue ${queue.name}: ${addEnvironment(queue)}`;
  if (resting === undefined)
    return {
      text: 'waiting for a compute environment: none of this queue is both ENABLED and VALID',
      remedies: [add],
    };
  const { name, state, status } = resting;
  const text = `waiting for compute environment ${name}: it is ${state === 'ENABLED' ? status : state}`;
  if (state !== 'ENABLED' && status !== 'INVALID' && status !== 'DELETING')
    return {
      text,
      remedies: [
        `enable compute environment ${name}: aws batch update-compute-environment --compute-environment ${name} --state ENABLED`,
      ],
    };
  switch (status) {
    case 'INVALID':
      return { text, remedies: cureOf(resting) };
    case 'DELETING':
      return { text, remedies: [add] };
    case 'CREATING':
    case 'UPDATING':
    case 'VALID':
      return { text, remedies: [] };
    default:
      return never(status);
  }
}

/** The job asks for more vCPUs than any environment may have. */
export function beyondMaximumWords(
  world: World,
  queue: JobQueue,
  needs: Needs,
  asks: string,
  largestMilliVcpu: number,
): Words {
  const [first, ...others] = [...availableEnvironments(world, queue)].sort(
    (a, b) => maxMilliVcpu(b) - maxMilliVcpu(a),
  );
  const text = `${asks} for ${vcpus(needs.milliVcpu)} vCPU and the largest maxvCpus of this queue's compute environments is ${vcpus(largestMilliVcpu)}`;
  if (first === undefined) return { text, remedies: [] };
  const least = leastMaxvCpus(world, first, needs);
  const of =
    others.length === 0
      ? `compute environment ${first.name}`
      : `a compute environment of queue ${queue.name}`;
  const raise = `raise maxvCpus of ${of} to ${least} or more: ${updateResources(first, `maxvCpus=${least}`)}`;
  return {
    text,
    remedies:
      largestMilliVcpu === 0
        ? [raise]
        : [raise, `submit it again with ${vcpus(largestMilliVcpu)} vCPU or fewer`],
  };
}

/** Words for an environment whose maxvCpus bounds jobs, and is in use. */
export function environmentFullWords(
  { environment, usedMilliVcpu }: Blocked & { type: 'environment-full' },
  needs: Needs,
): Words {
  const { name, computeResources } = environment;
  const wanted = Math.ceil((usedMilliVcpu + needs.milliVcpu) / 1000);
  return {
    text: `waiting for compute environment ${name}: ${vcpus(usedMilliVcpu)} of ${computeResources?.maxvCpus} vCPUs in use`,
    remedies: [
      `raise maxvCpus of compute environment ${name} to ${wanted} or more: ${updateResources(environment, `maxvCpus=${wanted}`)}`,
      waitForEnds,
    ],
  };
}

export function instancesFullWords(
  world: World,
  { environment }: Blocked & { type: 'instances-full' },
  needs: Needs,
): Words {
  const { name, arn, computeResources: { maxvCpus = 0 } = {} } = environment;
  const present = instanceVcpus(world, arn);
  const least = leastVcpus(capacitiesOf(world, environment), needs);
  const raiseTo = (wanted: number): string =>
    `raise maxvCpus of compute environment ${name} to ${wanted} or more: ${updateResources(environment, `maxvCpus=${wanted}`)}`;
  if (least > maxvCpus) {
    return {
      text: `waiting for compute environment ${name}: its maxvCpus is ${maxvCpus}, and the smallest of its instance types that holds the job has ${least} vCPUs`,
      remedies: [
        raiseTo(least),
        `give compute environment ${name} a smaller instance type that holds the job`,
      ],
    };
  }
  return {
    text: `waiting for compute environment ${name}: its instances have ${present} vCPUs of a maximum of ${maxvCpus}, and no room for the job`,
    remedies: [raiseTo(Math.max(present, maxvCpus) + least), waitForEnds],
  };
}

export function noInstanceWords(
  world: World,
  { environment, unmet }: Blocked & { type: 'no-instance' },
  needs: Needs,
  queue: JobQueue,
): Words {
  const { name, arn } = environment;
  switch (unmet) {
    case 'spot-price':
      return spotPriceWords(world, environment, needs, queue);
    case 'no-capacity':
      return {
        text: `no instance of a type of compute environment ${name} that holds the job is available${poolsText(world, environment, needs)}`,
        remedies: [
          ...addTypeRemedies(world, environment, needs, 'room for it', queue),
          'wait until instances of the type have ended',
        ],
      };
    case 'instance-limit':
      return instanceLimitWords(world);
    case undefined:
    case 'max-vcpus':
    case 'no-environment':
    case 'too-large': {
      const starting = [...world.hosts.instancesOf(arn)].filter(
        ({ state }) => state === 'PENDING',
      ).length;
      return {
        text: `waiting for an instance of compute environment ${name}${starting > 0 ? `: ${starting} ${starting === 1 ? 'is' : 'are'} starting` : ''}`,
        remedies: [],
      };
    }
    default:
      return never(unmet);
  }
}

/**
 * What Spot asks for the cheapest type that holds the job, against what the environment would pay.
 */
function spotPriceWords(
  world: World,
  environment: ComputeEnvironment,
  needs: Needs,
  queue: JobQueue,
): Words {
  const { name, launch, computeResources: { bidPercentage = 100 } = {} } = environment;
  const { market } = world.settings;
  const onDemand = `add an On-Demand (EC2) compute environment to queue ${queue.name}: ${addEnvironment(queue)}`;
  const holding = choicesFor(world, environment)
    .flatMap(({ types }) => types)
    .filter((type) => type.spot && fitsIn(capacityOf(type, reservedMemoryMib(launch)), needs));
  const cheapest = holding.toSorted(
    (a, b) => spotPercentOf(a, market) - spotPercentOf(b, market),
  )[0];
  if (cheapest === undefined) {
    return {
      text: `no Spot instance that holds the job is offered to compute environment ${name}: none of its types that would do is sold on Spot`,
      remedies: [
        ...addTypeRemedies(world, environment, needs, 'room for it that Spot offers', queue),
        onDemand,
      ],
    };
  }
  const percent = spotPercentOf(cheapest, market);
  return {
    text: `no Spot instance that holds the job is offered to compute environment ${name} within its bidPercentage: Spot costs ${percent} % of on-demand here (--market), and bidPercentage is ${bidPercentage}`,
    remedies: [
      `raise bidPercentage of compute environment ${name} to ${percent} or more: ${updateResources(environment, `bidPercentage=${percent}`)}`,
      onDemand,
    ],
  };
}

/** Where the market has only so many of a type that would do. */
function poolsText(world: World, environment: ComputeEnvironment, needs: Needs): string {
  const { market } = world.settings;
  const spot = buysSpot(environment);
  const holding = choicesFor(world, environment)
    .flatMap(({ types }) => types)
    .filter((type) => fitsIn(capacityOf(type, reservedMemoryMib(environment.launch)), needs));
  const pools = holding.flatMap((type) =>
    market.pools.has(poolOf(type, spot))
      ? [`${market.pools.get(poolOf(type, spot))} of ${poolOf(type, spot)}`]
      : [],
  );
  if (pools.length === 0) return '';
  const shown = pools.slice(0, 3).join(', ');
  return `: --market has ${shown}${pools.length > 3 ? ` and ${pools.length - 3} more types` : ''}, and all of them are taken`;
}

export function instanceLimitWords(world: World): Words {
  const { instanceLimit } = world.settings;
  const running = [...world.hosts.values()].filter(isLaunched).length;
  return {
    text: `--instance-limit ${instanceLimit} is reached: ${running} ${running === 1 ? 'instance runs' : 'instances run'}`,
    remedies: [
      `start the server with a larger --instance-limit than ${instanceLimit}`,
      'wait until instances have ended',
    ],
  };
}

export function cutOffWords({ name, cutOff = [] }: ComputeEnvironment): Words {
  const [routes, addresses] = (['route', 'public-address'] as const).map((what) =>
    cutOff.filter(({ lacks }) => lacks === what).map(({ subnetId }) => subnetId),
  ) as [string[], string[]];
  const facts = [
    ...(routes.length > 0
      ? [`${routes.join(', ')}: no route to an internet gateway or a NAT gateway`]
      : []),
    ...(addresses.length > 0
      ? [
          `${addresses.join(', ')}: a route to an internet gateway, and instances have no public address`,
        ]
      : []),
  ];
  return {
    text: `waiting for compute environment ${name}: no internet access from its subnets (${facts.join('; ')})`,
    remedies: [
      ...(routes.length > 0
        ? [
            `give the route table of ${routes.join(', ')} a route: aws ec2 create-route --destination-cidr-block 0.0.0.0/0, with --gateway-id or --nat-gateway-id`,
          ]
        : []),
      ...addresses.map(
        (id) =>
          `give instances there public addresses: aws ec2 modify-subnet-attribute --subnet-id ${id} --map-public-ip-on-launch`,
      ),
      `name other subnets in compute environment ${name}`,
    ],
  };
}

/** One environment of several, told apart from the others: why it does not take the job. */
export const tooLowMaximum = (environment: ComputeEnvironment, needs: Needs): string =>
  `the job asks for ${vcpus(needs.milliVcpu)} vCPU and its maxvCpus is ${environment.computeResources?.maxvCpus}`;

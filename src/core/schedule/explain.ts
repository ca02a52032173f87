// Why a job waits, in plain words, computed when somebody asks and true at that moment; and what would help. AWS's tokens stand
// only where the condition is final, no present or launchable host could ever fit, or where capacity that was asked for cannot
// be had (spec 4.7; clients kill jobs on those strings).

import { never } from '../../base/assert.ts';
import { splitJobId, type JobId } from '../../base/ids.ts';
import type { ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import { instanceVcpus } from '../instance.ts';
import { needsText, type Needs } from '../job/needs.ts';
import { needsOfAll } from '../job/nodes.ts';
import type { JobTerms } from '../job/terms.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';
import { consumableRemedies, consumableText } from './consumables.ts';
import { dispatchOrder, nextOf } from './dispatch-order.ts';
import { nodesWaitForHostsWords, nodesWaitForInstancesWords, noNodesToken, noNodesWords, type Words } from './explain-nodes.ts';
import type { Blocked } from './blocked.ts';
import { fit } from './fit.ts';
import { largestNode } from './node-type.ts';
import { fitsIn } from './room.ts';
import type { Unmet } from './scale.ts';
import { capacitiesOf } from './scaling-environments.ts';

/** Why a RUNNABLE job waits. */
export interface WaitingReason {
  /** As `statusReason` shows it. */
  readonly text: string;
  /** AWS's, where it has one for this. */
  readonly token?: string | undefined;
  /** What would let it start, the likeliest first; nothing where only time does. */
  readonly remedies: readonly string[];
}

/** For a RUNNABLE job, of which `ahead` says how many go before it. What fits waits only for its turn. */
export function explain(world: World, queue: JobQueue, { id, terms }: { readonly id: JobId; readonly terms: JobTerms }, ahead: () => number): WaitingReason {
  const { before, own } = world.backlog.holdsBefore(queue.arn, terms);
  const place = fit(world, queue, terms, before);
  if (place.fits) return { text: turnText(ahead(), terms), remedies: [] };
  const reason = blockedReason(world, place.because, terms, queue);
  return own !== undefined && (own.jobId === id || nextOf(world, own.jobId) === id) ? { ...reason, text: `${reason.text}; room is kept for this job` } : reason;
}

/** The head of the queue where it cannot start, and the token that says why. */
export function explainHead(world: World, queue: JobQueue): { jobId: JobId; reason: string } | undefined {
  const [jobId] = dispatchOrder(world, queue.arn);
  if (jobId === undefined) return undefined;
  const job = world.jobs.get(jobId) ?? world.jobs.get(splitJobId(jobId).parent);
  const place = job && fit(world, queue, job.terms, world.backlog.holdsBefore(queue.arn, job.terms).before);
  const reason = place === undefined || place.fits ? undefined : tokenOf(place.because);
  return reason === undefined ? undefined : { jobId, reason };
}

function turnText(ahead: number, { share }: JobTerms): string {
  const line = share === undefined ? 'its queue' : `share ${share.identifier}`;
  if (ahead === 0) return `waiting for its turn: it is the next of ${line}`;
  return `waiting for its turn: ${ahead} ${ahead === 1 ? 'job is' : 'jobs are'} ahead of it${share === undefined ? '' : ` in ${line}`}`;
}

/**
 * AWS's token for what blocks a job. CAPACITY says that hosts were wanted and none is to be had; an environment or machine that
 * is full of other jobs is never that, for it will be free again (DESIGN 4).
 */
const insufficientCapacity = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY';

const tokens: Partial<Record<Blocked['type'], string>> = {
  'larger-than-every-environment': 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
  'larger-than-every-host': 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  'no-host': insufficientCapacity,
};

/** Instances were wanted, and there are none to be had. */
const notToBeHad: ReadonlySet<Unmet> = new Set<Unmet>(['spot-price', 'no-capacity', 'instance-limit']);

function tokenOf(because: Blocked): string | undefined {
  if (because.type === 'no-nodes') return noNodesToken(because.why);
  if (because.type === 'no-instance' || because.type === 'nodes-wait-for-instances') return because.unmet !== undefined && notToBeHad.has(because.unmet) ? insufficientCapacity : undefined;
  return tokens[because.type];
}

const vcpus = (milliVcpu: number): string => String(milliVcpu / 1000);

export function blockedReason(world: World, because: Blocked, claim: Pick<JobTerms, 'needs' | 'nodes'>, queue: JobQueue): WaitingReason {
  const token = tokenOf(because);
  const { text, remedies } = wordsOf(world, because, claim, queue);
  return { text: token === undefined ? text : `${token} - ${text}`, token, remedies };
}

function wordsOf(world: World, because: Blocked, claim: Pick<JobTerms, 'needs' | 'nodes'>, queue: JobQueue): Words {
  const { nodes } = claim;
  const needs = needsOfAll(claim);
  const asks = nodes === undefined ? 'the job asks' : `the job's ${nodes.numNodes} nodes ask together`;
  const numNodes = nodes?.numNodes ?? 1;
  switch (because.type) {
    case 'no-environment-available':
      return restingWords(because.resting, queue);
    case 'larger-than-every-environment':
      return {
        text: `${asks} for ${vcpus(needs.milliVcpu)} vCPU and the largest maxvCpus of this queue's compute environments is ${vcpus(because.largestMilliVcpu)}`,
        remedies: [`raise maxvCpus of a compute environment of queue ${queue.name} to ${Math.ceil(needs.milliVcpu / 1000)} or more`, `submit it again with ${vcpus(because.largestMilliVcpu)} vCPU or fewer`],
      };
    case 'larger-than-every-host':
      return {
        text: `${asks} for ${tooLargeText(needs, because.largest)}`,
        remedies: [`give queue ${queue.name} a host with ${needsText(needs)}: a larger --capacity of this machine, or a host registered with an UNMANAGED compute environment`, 'submit it again with less'],
      };
    case 'no-host':
      return {
        text: "no host is to be had for this queue's compute environments",
        remedies: ["look into the server's log: this machine has not joined"],
      };
    case 'no-instance':
      return noInstanceWords(world, because, queue);
    case 'cut-off':
      return cutOffWords(because.environment);
    case 'instances-full':
      return instancesFullWords(world, because, needs);
    case 'no-host-registered':
      return {
        text: `waiting for a host: none is registered with UNMANAGED compute environment ${because.environment.name}`,
        remedies: [`register a host with compute environment ${because.environment.name}`],
      };
    case 'hosts-unavailable':
      return { text: `waiting for a host: ${because.why}`, remedies: ['bring the host back, or register another'] };
    case 'environment-full': {
      const { name, computeResources } = because.environment;
      const wanted = Math.ceil((because.usedMilliVcpu + needs.milliVcpu) / 1000);
      return {
        text: `waiting for compute environment ${name}: ${vcpus(because.usedMilliVcpu)} of ${computeResources?.maxvCpus} vCPUs in use`,
        remedies: [`raise maxvCpus of compute environment ${name} to ${wanted} or more`, 'or wait until jobs that run have ended'],
      };
    }
    case 'host-full':
      return hostFullWords(because, needs, nodes === undefined ? 'the job is' : `the job's ${numNodes} nodes are together`);
    case 'kept-for-another':
      return {
        text: because.hold.overtaken
          ? `waiting behind job ${because.hold.jobId}, which others overtook for long enough: room is kept for it`
          : `waiting behind job ${because.hold.jobId}: instances are kept for its nodes until there is one for each of them`,
        remedies: [`wait until job ${because.hold.jobId} has started`, `cancel or terminate job ${because.hold.jobId}`],
      };
    case 'over-reservation':
      return {
        text: `waiting for the other shares: ${vcpus(because.usedMilliVcpu)} vCPUs of this queue are in use, and computeReservation leaves ${vcpus(because.capMilliVcpu)} to its ${because.activeShares} active shares`,
        remedies: ['wait until jobs of this queue have ended', "lower computeReservation in the queue's scheduling policy", `raise maxvCpus of a compute environment of queue ${queue.name}`],
      };
    case 'no-nodes':
      return noNodesWords(because, numNodes, nodes === undefined ? needs : largestNode(nodes), queue);
    case 'nodes-wait-for-instances':
      return nodesWaitForInstancesWords(world, because, numNodes);
    case 'nodes-wait-for-hosts':
      return nodesWaitForHostsWords(because, numNodes);
    case 'consumable-short':
      return { text: consumableText(because), remedies: consumableRemedies(because) };
    default:
      return never(because);
  }
}

/** Of the smallest instance that holds the needs. */
const leastVcpus = (capacities: readonly Needs[], needs: Needs): number => Math.min(...capacities.filter((capacity) => fitsIn(capacity, needs)).map(({ milliVcpu }) => Math.ceil(milliVcpu / 1000)));

function instancesFullWords(world: World, { environment }: Blocked & { type: 'instances-full' }, needs: Needs): Words {
  const { name, arn, computeResources: { maxvCpus = 0 } = {} } = environment;
  const present = instanceVcpus(world, arn);
  const least = leastVcpus(capacitiesOf(world, environment), needs);
  if (least > maxvCpus) {
    return {
      text: `waiting for compute environment ${name}: its maxvCpus is ${maxvCpus}, and the smallest of its instance types that holds the job has ${least} vCPUs`,
      remedies: [`raise maxvCpus of compute environment ${name} to ${least} or more`, `add a smaller instance type to compute environment ${name}`],
    };
  }
  return {
    text: `waiting for compute environment ${name}: its instances have ${present} vCPUs of a maximum of ${maxvCpus}, and no room for the job`,
    remedies: [`raise maxvCpus of compute environment ${name} to ${Math.max(present, maxvCpus) + least} or more`, 'or wait until jobs that run have ended'],
  };
}

function noInstanceWords(world: World, { environment: { name, arn }, unmet }: Blocked & { type: 'no-instance' }, queue: JobQueue): Words {
  const starting = [...world.hosts.instancesOf(arn)].filter(({ state }) => state === 'PENDING').length;
  switch (unmet) {
    case 'spot-price':
      return {
        text: `no Spot instance that holds the job is offered to compute environment ${name} within its bidPercentage`,
        remedies: [`raise bidPercentage of compute environment ${name}`, `add an On-Demand compute environment to queue ${queue.name}`],
      };
    case 'no-capacity':
      return {
        text: `no instance of a type of compute environment ${name} that holds the job is to be had`,
        remedies: [`add instance types to compute environment ${name}`, 'wait until instances of the type have ended'],
      };
    case 'instance-limit':
      return { text: 'the limit of instances is reached', remedies: ['raise it: start the server with a larger --instance-limit', 'wait until instances have ended'] };
    case undefined:
    case 'max-vcpus':
    case 'no-environment':
    case 'too-large':
      return { text: `waiting for an instance of compute environment ${name}${starting > 0 ? `: ${starting} ${starting === 1 ? 'is' : 'are'} starting` : ''}`, remedies: [] };
    default:
      return never(unmet);
  }
}

function cutOffWords({ name, cutOff = [] }: ComputeEnvironment): Words {
  const [routes, addresses] = (['route', 'public-address'] as const).map((what) => cutOff.filter(({ lacks }) => lacks === what).map(({ subnetId }) => subnetId)) as [string[], string[]];
  const facts = [
    ...(routes.length > 0 ? [`${routes.join(', ')}: no route to an internet gateway or a NAT gateway`] : []),
    ...(addresses.length > 0 ? [`${addresses.join(', ')}: a route to an internet gateway, and instances have no public address`] : []),
  ];
  return {
    text: `waiting for compute environment ${name}: no internet access from its subnets (${facts.join('; ')})`,
    remedies: [
      ...(routes.length > 0 ? [`give the route table of ${routes.join(', ')} a route: aws ec2 create-route --destination-cidr-block 0.0.0.0/0, with --gateway-id or --nat-gateway-id`] : []),
      ...addresses.map((id) => `aws ec2 modify-subnet-attribute --subnet-id ${id} --map-public-ip-on-launch`),
      `name other subnets in compute environment ${name}`,
    ],
  };
}

function restingWords(resting: ComputeEnvironment | undefined, queue: JobQueue): Words {
  if (resting === undefined) {
    return { text: 'waiting for a compute environment: none of this queue is both ENABLED and VALID', remedies: [`put a compute environment that is ENABLED and VALID into queue ${queue.name}`] };
  }
  const { name, state, status, statusReason } = resting;
  const text = `waiting for compute environment ${name}: it is ${state === 'ENABLED' ? status : state}`;
  if (state !== 'ENABLED') return { text, remedies: [`enable compute environment ${name}: aws batch update-compute-environment --compute-environment ${name} --state ENABLED`] };
  return { text, remedies: [`mend compute environment ${name}${statusReason === undefined ? '' : `: ${statusReason}`}`] };
}

/** By what is too much of it, where that can be said of one thing. */
function tooLargeText(needs: Needs, largest: Needs): string {
  const noMore = "no host of this queue's compute environments has more than";
  if (needs.gpus > largest.gpus) return `${needs.gpus} GPU and ${noMore} ${largest.gpus}`;
  if (needs.milliVcpu > largest.milliVcpu) return `${vcpus(needs.milliVcpu)} vCPU and ${noMore} ${vcpus(largest.milliVcpu)}`;
  if (needs.memoryMib > largest.memoryMib) return `${needs.memoryMib} MiB and ${noMore} ${largest.memoryMib}`;
  return `${needsText(needs)} and no host of this queue's compute environments has all of it`;
}

function hostFullWords(because: Blocked & { type: 'host-full' }, needs: Needs, jobIs: string): Words {
  const { capacity, title } = because.host;
  const { used } = because;
  if (needs.milliVcpu > capacity.milliVcpu || needs.memoryMib > capacity.memoryMib) {
    return {
      text: `waiting for ${title}: ${jobIs} larger than it (${needsText(needs)} of ${needsText(capacity)}) and will run alone`,
      remedies: ['wait until nothing else runs there', `submit it again with ${needsText(capacity)} or less`],
    };
  }
  const remedies = ['wait until jobs that run there have ended', 'let more run at once: start the server with a larger --capacity'];
  if (used.milliVcpu + needs.milliVcpu > capacity.milliVcpu) return { text: `waiting for ${title}: ${vcpus(used.milliVcpu)} of ${vcpus(capacity.milliVcpu)} cores in use`, remedies };
  if (used.memoryMib + needs.memoryMib > capacity.memoryMib) return { text: `waiting for ${title}: ${used.memoryMib} of ${capacity.memoryMib} MiB of memory in use`, remedies };
  return { text: `waiting for ${title}: ${used.gpus} of ${capacity.gpus} GPUs in use`, remedies };
}

// Why a job waits, in plain words, computed when somebody asks and true at that moment; and what
// would help. AWS's tokens stand only where the condition is final, no present or launchable host
// could ever fit, or where capacity that was asked for cannot be had: clients kill jobs on those
// strings (doc/reasons.md).

import { never } from '../../../base/assert.ts';
import { splitJobId, type JobId } from '../../../base/ids.ts';
import {
  maxMilliVcpu,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { needsOfAll } from '../../job/nodes.ts';
import type { LiveArrayParent, WaitingJob } from '../../job/job.ts';
import type { JobTerms } from '../../job/terms.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { consumableRemedies, consumableText } from '../fit/consumables.ts';
import { dispatchOrder, nextOf } from '../order/dispatch-order.ts';
import { atMostWords } from './explain-at-most.ts';
import {
  beyondMaximumWords,
  cutOffWords,
  environmentFullWords,
  instancesFullWords,
  noInstanceWords,
  restingWords,
  tooLowMaximum,
} from './explain-environments.ts';
import {
  clusterBusyWords,
  hostFullWords,
  hostsUnavailableWords,
  noHostWords,
  noHostRegisteredWords,
  otherArchitectureWords,
  tooLargeWords,
} from './explain-hosts.ts';
import {
  nodesWaitForHostsWords,
  nodesWaitForInstancesWords,
  noNodesToken,
  noNodesWords,
} from './explain-nodes.ts';
import type { Words } from '../words.ts';
import type { Blocked } from '../fit/blocked.ts';
import { isAvailable } from '../fit/available-environments.ts';
import { fit, fitIn } from '../fit/fit.ts';
import type { Holds } from '../order/hold.ts';
import { largestNode } from '../fit/node-type.ts';
import type { UnmetReason } from '../scale/demand.ts';
import { stuckAhead } from './stuck.ts';

/** Why a RUNNABLE job waits. */
export interface WaitingReason {
  /** As `statusReason` shows it. */
  readonly text: string;
  /** AWS's, where it has one for this. */
  readonly token?: string | undefined;
  /** What would let it start, the likeliest first; nothing where only time does. */
  readonly remedies: readonly string[];
  /** What keeps it from a place; absent where it fits and waits for its turn. */
  readonly because?: Blocked | undefined;
}

/**
 * For a RUNNABLE job, or an array with RUNNABLE children; `ahead` says how many go before it. What
 * fits waits only for its turn.
 */
export function explain(
  world: World,
  queue: JobQueue,
  { id, terms }: { readonly id: JobId; readonly terms: JobTerms },
  ahead: () => number,
): WaitingReason {
  const { before, own } = world.scheduler.backlog.holdsBefore(queue.arn, terms);
  const place = fit(world, queue, terms, before);
  if (place.fits) return { text: turnText(ahead(), terms), remedies: [] };
  const reason = blockedReason(world, place.because, terms, queue);
  return own !== undefined && (own.jobId === id || nextOf(world, own.jobId) === id)
    ? { ...reason, text: `${reason.text}; room is kept for this job` }
    : reason;
}

/** The head of the queue where it cannot start, and why: AWS's token, and its reason in words. */
export function explainHead(
  world: World,
  queue: JobQueue,
): { jobId: JobId; reason: string; text: () => string } | undefined {
  const [jobId] = dispatchOrder(world, queue.arn);
  if (jobId === undefined) return undefined;
  const job = world.jobs.get(jobId) ?? world.jobs.get(splitJobId(jobId).parent);
  const place =
    job &&
    fit(world, queue, job.terms, world.scheduler.backlog.holdsBefore(queue.arn, job.terms).before);
  if (job === undefined || place === undefined || place.fits) return undefined;
  const { because } = place;
  const reason = tokenOf(world, because);
  if (reason === undefined) return undefined;
  return { jobId, reason, text: () => blockedReason(world, because, job.terms, queue).text };
}

/** Those that are tried before it and could start. */
export const aheadOf = (world: World, job: WaitingJob | LiveArrayParent): number =>
  Math.max(0, world.scheduler.lines.listOf(job).ahead(job) - stuckAhead(world, job));

function turnText(ahead: number, { share }: JobTerms): string {
  const line = share === undefined ? 'its queue' : `share ${share.identifier}`;
  if (ahead === 0) return `waiting for its turn: it is the first in ${line}`;
  return `waiting for its turn: ${ahead} ${ahead === 1 ? 'job is' : 'jobs are'} ahead of it${share === undefined ? '' : ` in ${line}`}`;
}

/**
 * AWS's token for what blocks a job. CAPACITY says that hosts were wanted and none is to be had; an
 * environment or machine that is full of other jobs is never that, for it will be free again.
 */
const insufficientCapacity = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY';

const tokens: Partial<Record<Blocked['type'], string>> = {
  'larger-than-every-environment': 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
  'larger-than-every-host': 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  'other-architecture': 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  'no-host': insufficientCapacity,
};

/** Instances were wanted, and there are none to be had. */
const notToBeHad: ReadonlySet<UnmetReason> = new Set<UnmetReason>([
  'spot-price',
  'no-capacity',
  'instance-limit',
]);

function tokenOf({ settings }: World, because: Blocked): string | undefined {
  // Nobody wanted a host that is not to be had: there was to be none, until the server has one.
  if (because.type === 'no-host' && !settings.hasMachine) return undefined;
  if (because.type === 'no-nodes') return noNodesToken(because.why);
  if (because.type === 'no-instance' || because.type === 'nodes-wait-for-instances')
    return because.unmet !== undefined && notToBeHad.has(because.unmet)
      ? insufficientCapacity
      : undefined;
  if (because.type === 'service-blocked') return because.token;
  return tokens[because.type];
}

export function blockedReason(
  world: World,
  because: Blocked,
  claim: Pick<JobTerms, 'needs' | 'nodes'>,
  queue: JobQueue,
): WaitingReason {
  const token = tokenOf(world, because);
  const { text, remedies } = wordsOf(world, because, claim, queue);
  return { text: token === undefined ? text : `${token} - ${text}`, token, remedies, because };
}

function wordsOf(
  world: World,
  because: Blocked,
  claim: Pick<JobTerms, 'needs' | 'nodes'>,
  queue: JobQueue,
): Words {
  const { nodes } = claim;
  const needs = needsOfAll(claim);
  const asks =
    nodes === undefined ? 'the job asks' : `the job's ${nodes.numNodes} nodes ask together`;
  const numNodes = nodes?.numNodes ?? 1;
  switch (because.type) {
    case 'no-environment-available':
      return restingWords(because.resting, queue);
    case 'larger-than-every-environment':
      return beyondMaximumWords(world, queue, needs, asks, because.largestMilliVcpu);
    case 'larger-than-every-host':
      return tooLargeWords(world, because, needs, asks, queue);
    case 'other-architecture':
      return otherArchitectureWords(because);
    case 'no-host':
      return noHostWords(world, queue);
    case 'no-instance':
      return noInstanceWords(world, because, needs, queue);
    case 'cut-off':
      return cutOffWords(because.environment);
    case 'instances-full':
      return instancesFullWords(world, because, needs);
    case 'no-host-registered':
      return noHostRegisteredWords(because);
    case 'hosts-unavailable':
      return hostsUnavailableWords(because);
    case 'environment-full':
      return environmentFullWords(because, needs);
    case 'host-full':
      return hostFullWords(
        because,
        needs,
        nodes === undefined ? 'the job is' : `the job's ${numNodes} nodes are together`,
      );
    case 'cluster-busy':
      return clusterBusyWords(because, queue);
    case 'kept-for-another':
      return {
        text: because.hold.overtaken
          ? `waiting behind job ${because.hold.jobId}, which others overtook for long enough: room is kept for it`
          : because.hold.displaces !== undefined
            ? `waiting behind job ${because.hold.jobId}, for which others are being stopped: room is kept for it`
            : `waiting behind job ${because.hold.jobId}: instances are kept for its nodes until there is one for each of them`,
        remedies: [
          `wait until job ${because.hold.jobId} has started`,
          `cancel or terminate job ${because.hold.jobId}`,
        ],
      };
    case 'held-back':
      return because.words(queue);
    case 'at-most':
      return atMostWords(because, queue);
    case 'service-blocked':
      return because;
    case 'no-nodes':
      return noNodesWords(
        world,
        because,
        numNodes,
        nodes === undefined ? needs : largestNode(nodes),
        queue,
      );
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

/** Environments of a queue that do not take the job for one and the same reason. */
export interface EnvironmentsReason {
  readonly names: readonly string[];
  /** How many environments the queue has. */
  readonly of: number;
  /** Why the first of them has no place. */
  readonly reason: string;
}

/**
 * Why each environment of the queue has no place for the job, like reasons together; nothing for
 * those that have one.
 */
export function environmentReasons(
  world: World,
  queue: JobQueue,
  { terms }: WaitingJob | LiveArrayParent,
): EnvironmentsReason[] {
  const { before } = world.scheduler.backlog.holdsBefore(queue.arn, terms);
  const groups = new Map<string, { readonly names: string[]; readonly reason: string }>();
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    const why = environment && environmentReason(world, queue, environment, terms, before);
    if (environment === undefined || why === undefined) continue;
    const group = groups.get(why.kind);
    if (group === undefined)
      groups.set(why.kind, { names: [environment.name], reason: why.reason });
    else group.names.push(environment.name);
  }
  return [...groups.values()].map((group) => ({
    ...group,
    of: queue.computeEnvironmentOrder.length,
  }));
}

function environmentReason(
  world: World,
  queue: JobQueue,
  environment: ComputeEnvironment,
  terms: JobTerms,
  holds: Holds,
): { kind: string; reason: string } | undefined {
  if (!isAvailable(environment)) {
    const { state, status } = environment;
    const stands = state === 'ENABLED' ? status : state;
    return { kind: stands, reason: `it is ${stands}` };
  }
  const needs = needsOfAll(terms);
  if (needs.milliVcpu > maxMilliVcpu(environment))
    return { kind: 'maximum', reason: tooLowMaximum(environment, needs) };
  const place = fitIn(world, queue, environment, terms, holds);
  if (place.fits) return undefined;
  const { text } = wordsOf(world, place.because, terms, queue);
  return { kind: place.because.type, reason: text };
}

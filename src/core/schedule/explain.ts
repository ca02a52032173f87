// Why a job waits, in plain words, computed when somebody asks and true at that moment. AWS's tokens stand only where the
// condition is final: no present or launchable host could ever fit (spec 4.7; clients kill jobs on those strings).

import { never } from '../../base/assert.ts';
import { childId, type JobId } from '../../base/ids.ts';
import { isArrayParent } from '../job/job.ts';
import { needsText, type Needs } from '../job/needs.ts';
import type { JobTerms } from '../job/terms.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';
import { consumableText } from './consumables.ts';
import { fit, type Blocked } from './fit.ts';

/** For a RUNNABLE job. What fits waits only for its turn. */
export function explain(world: World, queue: JobQueue, { id, terms }: { readonly id: JobId; readonly terms: JobTerms }): string {
  const { before, own } = world.backlog.holdsBefore(queue.arn, terms);
  const place = fit(world, queue, terms, before);
  if (place.fits) return 'waiting for its turn';
  const text = blockedText(place.because, terms.needs);
  return own !== undefined && nextOf(world, own.jobId) === id ? `${text}; room is kept for this job` : text;
}

/** The job itself, or the child of an array that goes next. */
function nextOf(world: World, id: JobId): JobId {
  const job = world.jobs.get(id);
  const index = job !== undefined && isArrayParent(job) ? job.children.nextRunnable() : undefined;
  return index === undefined ? id : childId(id, index);
}

const vcpus = (milliVcpu: number): string => String(milliVcpu / 1000);

export function blockedText(because: Blocked, needs: Needs): string {
  switch (because.type) {
    case 'no-environment-available':
      return 'waiting for a compute environment: none of this queue is both ENABLED and VALID';
    case 'larger-than-every-environment':
      return `MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - the job asks for ${vcpus(needs.milliVcpu)} vCPU and the largest maxvCpus of this queue's compute environments is ${vcpus(because.largestMilliVcpu)}`;
    case 'larger-than-every-host':
      return `MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - the job asks for ${tooLargeText(needs, because.largest)}`;
    case 'no-host':
      return 'waiting for a host: none belongs to the compute environments of this queue';
    case 'no-host-registered':
      return `waiting for a host: none is registered with UNMANAGED compute environment ${because.environment.name}`;
    case 'hosts-unavailable':
      return `waiting for a host: ${because.why}`;
    case 'environment-full':
      return `waiting for compute environment ${because.environment.name}: ${vcpus(because.usedMilliVcpu)} of ${because.environment.computeResources?.maxvCpus} vCPUs in use`;
    case 'host-full':
      return hostFullText(because, needs);
    case 'kept-for-another':
      return `waiting behind job ${because.hold.jobId}, which others overtook for long enough: room is kept for it`;
    case 'over-reservation':
      return `waiting for the other shares: ${vcpus(because.usedMilliVcpu)} vCPUs of this queue are in use, and computeReservation leaves ${vcpus(because.capMilliVcpu)} to its ${because.activeShares} active shares`;
    case 'consumable-short':
      return consumableText(because);
    default:
      return never(because);
  }
}

/** By what is too much of it, where that can be said of one thing. */
function tooLargeText(needs: Needs, largest: Needs): string {
  const noMore = "no host of this queue's compute environments has more than";
  if (needs.gpus > largest.gpus) return `${needs.gpus} GPU and ${noMore} ${largest.gpus}`;
  if (needs.milliVcpu > largest.milliVcpu) return `${vcpus(needs.milliVcpu)} vCPU and ${noMore} ${vcpus(largest.milliVcpu)}`;
  if (needs.memoryMib > largest.memoryMib) return `${needs.memoryMib} MiB and ${noMore} ${largest.memoryMib}`;
  return `${needsText(needs)} and no host of this queue's compute environments has all of it`;
}

function hostFullText(because: Blocked & { type: 'host-full' }, needs: Needs): string {
  const { capacity, title } = because.host;
  const { used } = because;
  if (needs.milliVcpu > capacity.milliVcpu || needs.memoryMib > capacity.memoryMib) {
    return `waiting for ${title}: the job is larger than it (${needsText(needs)} of ${needsText(capacity)}) and will run alone`;
  }
  if (used.milliVcpu + needs.milliVcpu > capacity.milliVcpu) return `waiting for ${title}: ${vcpus(used.milliVcpu)} of ${vcpus(capacity.milliVcpu)} cores in use`;
  if (used.memoryMib + needs.memoryMib > capacity.memoryMib) return `waiting for ${title}: ${used.memoryMib} of ${capacity.memoryMib} MiB of memory in use`;
  return `waiting for ${title}: ${used.gpus} of ${capacity.gpus} GPUs in use`;
}

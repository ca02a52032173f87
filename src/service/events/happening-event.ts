// What happens beside jobs' changes of status, as events: `Batch Job Queue Blocked` as AWS Batch
// sends it (user guide, chapter Job queue blocked events), preemptions of service jobs likewise
// (chapter Service job preemption events), states of instances and interruptions as
// EC2 does (EC2 user guide, chapters State change events and Spot Instance interruption notices),
// and changes of compute environments and job queues, of which AWS tells nothing: those are our own
// source's, so that who follows `aws.batch` gets what AWS sends. It looks up tags and what never
// changes of a job; who gets an event, others decide.

import { never } from '../../base/assert.ts';
import { scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import { stopBy } from '../../core/job/stop.ts';
import { displacedReason } from '../../core/quota-share/preemption-reason.ts';
import type { Happening } from '../../core/turn/happening.ts';
import type { BatchReader, JobReader } from '../../port/reader.ts';
import { computeEnvironmentDetail } from '../batch/view/compute-environment.ts';
import { jobQueueDetail } from '../batch/view/job-queue.ts';
import { serviceJobDetail } from '../batch/view/service-job.ts';
import { eventDetail } from './job-event.ts';
import { zoneOfSubnet } from '../ec2/network/zone.ts';
import type { Ec2Kinds } from '../ec2/resources.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { busEvent, eventId, type BusEvent, type EventKind } from './bus-event.ts';

/** What an event is looked up from, when it is told. */
export interface HappeningSources {
  readonly batch: Pick<BatchReader, 'computeEnvironment' | 'tags'>;
  readonly jobs: Pick<JobReader, 'one'>;
  readonly ec2: Pick<ResourceSpace<Ec2Kinds>, 'current'>;
}

export const blockedQueueKind: EventKind = {
  source: 'aws.batch',
  detailType: 'Batch Job Queue Blocked',
};
const kinds: Readonly<Record<Happening['type'], EventKind>> = {
  'queue-blocked': blockedQueueKind,
  'preemption-started': {
    source: 'aws.batch',
    detailType: 'Batch Service Job Preemption Started',
  },
  'preemption-completed': {
    source: 'aws.batch',
    detailType: 'Batch Service Job Preemption Completed',
  },
  'environment-changed': {
    source: 'longshore',
    detailType: 'Batch Compute Environment State Change',
  },
  'queue-changed': { source: 'longshore', detailType: 'Batch Job Queue State Change' },
  'instance-changed': { source: 'aws.ec2', detailType: 'EC2 Instance State-change Notification' },
  'spot-interrupted': { source: 'aws.ec2', detailType: 'EC2 Spot Instance Interruption Warning' },
};

/** What can be said of it at no cost: whether anybody wants it is asked first. */
export const kindOfHappening = ({ type }: Happening): EventKind => kinds[type];

/** Whose event it is. */
export function scopeOfHappening(happening: Happening): Scope {
  switch (happening.type) {
    case 'queue-blocked':
    case 'preemption-started':
    case 'preemption-completed':
      return happening.job.scope;
    case 'environment-changed':
      return happening.environment.scope;
    case 'queue-changed':
      return happening.queue.scope;
    case 'instance-changed':
    case 'spot-interrupted':
      return happening.scope;
    default:
      return never(happening);
  }
}

/** What comes of one thing is told in order: of a job with its changes of status. */
export function keyOfHappening(happening: Happening): string {
  switch (happening.type) {
    case 'queue-blocked':
    case 'preemption-started':
    case 'preemption-completed':
      return happening.job.id;
    case 'environment-changed':
      return happening.environment.arn;
    case 'queue-changed':
      return happening.queue.arn;
    case 'instance-changed':
    case 'spot-interrupted':
      return happening.instanceId;
    default:
      return never(happening);
  }
}

/**
 * `place` tells it from everything else that this server tells. Tags, and the vCPUs that an
 * environment wants, are those of now. Undefined: the job has been removed meanwhile.
 */
export function happeningEvent(
  place: string,
  happening: Happening,
  sources: HappeningSources,
): BusEvent | undefined {
  const said = saidOf(happening, sources);
  const { atMs, type } = happening;
  return (
    said &&
    busEvent(kinds[type], {
      id: eventId(`${type} ${said.resources[0]} ${atMs} ${place}`),
      scope: scopeOfHappening(happening),
      atMs,
      ...said,
    })
  );
}

type Said = Pick<BusEvent, 'resources' | 'detail'>;

function saidOf(happening: Happening, { batch, jobs, ec2 }: HappeningSources): Said | undefined {
  switch (happening.type) {
    case 'queue-blocked':
      return saidOfBlocked(happening, jobs);
    case 'preemption-started':
    case 'preemption-completed':
      return saidOfPreemption(happening, jobs);
    case 'environment-changed': {
      const { environment, isGone } = happening;
      const { scope, arn } = environment;
      const now = isGone ? undefined : batch.computeEnvironment(scope, arn);
      const detail = computeEnvironmentDetail({
        tags: now?.tags ?? {},
        desiredvCpus: now?.desiredvCpus ?? 0,
        note: now?.note,
        environment,
      });
      return { resources: [arn], detail: isGone ? { ...detail, status: 'DELETED' } : detail };
    }
    case 'queue-changed': {
      const { queue, isGone } = happening;
      const { scope, arn } = queue;
      const tags = isGone ? undefined : batch.tags(scope, arn);
      const detail = jobQueueDetail({ queue, tags: tags ?? {} });
      return { resources: [arn], detail: isGone ? { ...detail, status: 'DELETED' } : detail };
    }
    case 'instance-changed': {
      const { scope, instanceId, state } = happening;
      const { account, region } = scopeParts(scope);
      return {
        resources: [`arn:${partitionOf(region)}:ec2:${region}:${account}:instance/${instanceId}`],
        detail: { 'instance-id': instanceId, state },
      };
    }
    case 'spot-interrupted': {
      const { scope, instanceId, subnetId } = happening;
      const { region } = scopeParts(scope);
      // EC2's own form for this event: the zone, and no account.
      const zone = zoneOfSubnet(ec2.current(scope), subnetId, region);
      return {
        resources: [`arn:${partitionOf(region)}:ec2:${zone}:instance/${instanceId}`],
        detail: { 'instance-id': instanceId, 'instance-action': 'terminate' },
      };
    }
    default:
      return never(happening);
  }
}

function saidOfBlocked(
  { job, statusReason }: Happening & { readonly type: 'queue-blocked' },
  jobs: HappeningSources['jobs'],
): Said | undefined {
  const view = jobs.one(job.scope, job.id);
  if (view === undefined) return undefined;
  const detail = { ...eventDetail({ ...view, job }), statusReason };
  return { resources: [detail.jobArn ?? '', job.queueArn], detail };
}

/**
 * Of a preemption within the share AWS documents no words; the documented ones are of what was
 * borrowed.
 */
function saidOfPreemption(
  { type, job }: Happening & { readonly type: 'preemption-started' | 'preemption-completed' },
  jobs: HappeningSources['jobs'],
): Said | undefined {
  const view = jobs.one(job.scope, job.id);
  if (view === undefined) return undefined;
  const { arn } = view.detail;
  const { status } = job;
  if (type === 'preemption-completed') {
    const { preemptionSummary } = serviceJobDetail({ ...view, job });
    return { resources: [arn], detail: { preemptedJobArn: arn, preemptionSummary, status } };
  }
  const isInShare =
    stopBy(job.stops, 'preempt')?.reason === displacedReason(job.terms.share?.identifier ?? '');
  const statusReason = `PREEMPTION_IN_PROGRESS: ${
    isInShare
      ? 'In-share preemption triggered by a job of higher scheduling priority'
      : 'Cross-share preemption triggered to reclaim borrowed capacity'
  }`;
  return { resources: [arn], detail: { statusReason, preemptedJobArn: arn, status } };
}

// Changes of jobs as Amazon EventBridge tells them: `Batch Job State Change` (user guide, chapter
// AWS Batch Event Stream for CloudWatch Events). The detail is the job as DescribeJobs would have
// answered then; of a service job `Batch Service Job State Change`, and as DescribeServiceJob would
// have, without tags and payload (user guide, Service job state change events). Pure; who gets an
// event, others decide.

import type { DescribeServiceJobCommandOutput, JobDetail } from '@aws-sdk/client-batch';
import type { PastChange } from '../../port/reader.ts';
import type { Reply } from '../batch/reply.ts';
import type { ShownJob } from '../batch/view/facts.ts';
import { jobDetail } from '../batch/view/job-detail.ts';
import { serviceJobDetail } from '../batch/view/service-job.ts';
import { busEvent, eventId, type BusEvent, type EventKind } from './bus-event.ts';

type EventDetail =
  | JobDetail
  | Omit<Reply<DescribeServiceJobCommandOutput>, 'tags' | 'serviceRequestPayload'>;
export type JobStateChange = BusEvent<EventDetail>;

export const jobStateChangeKind: EventKind = {
  source: 'aws.batch',
  detailType: 'Batch Job State Change',
};

export const serviceJobStateChangeKind: EventKind = {
  source: 'aws.batch',
  detailType: 'Batch Service Job State Change',
};

/** What an event tells of a job. */
export function eventDetail(view: ShownJob): EventDetail {
  if (view.detail.service === undefined) return jobDetail(view);
  const { tags: _tags, serviceRequestPayload: _payload, ...detail } = serviceJobDetail(view);
  return detail;
}

export function jobStateChange({ from, atMs, view }: PastChange): JobStateChange {
  const { job } = view;
  // A job comes to a status once in each of its attempts; not all of those stay with it.
  const attempts = 'attempts' in job ? (job.attempts.at(-1)?.number ?? 0) : 0;
  const detail = eventDetail(view);
  const isService = view.detail.service !== undefined;
  return busEvent(isService ? serviceJobStateChangeKind : jobStateChangeKind, {
    id: eventId(`${view.id} ${from} ${job.status} ${attempts} ${atMs}`),
    scope: view.detail.scope,
    atMs,
    resources: [detail.jobArn ?? ''],
    detail,
  });
}

// Changes of jobs as Amazon EventBridge tells them: `Batch Job State Change` (user guide, chapter
// AWS Batch Event Stream for CloudWatch Events). The detail is the job as DescribeJobs would have
// answered then. Pure; who gets an event, others decide.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { PastChange } from '../../port/reader.ts';
import { jobDetail } from '../batch/view/job-detail.ts';
import { busEvent, eventId, type BusEvent, type EventKind } from './bus-event.ts';

export type JobStateChange = BusEvent<JobDetail>;

export const jobStateChangeKind: EventKind = {
  source: 'aws.batch',
  detailType: 'Batch Job State Change',
};

export function jobStateChange({ from, atMs, view }: PastChange): JobStateChange {
  const { job } = view;
  // A job comes to a status once in each of its attempts.
  const attempts = 'attempts' in job ? job.attempts.length : 0;
  const detail = jobDetail(view);
  return busEvent(jobStateChangeKind, {
    id: eventId(`${view.id} ${from} ${job.status} ${attempts} ${atMs}`),
    scope: view.detail.scope,
    atMs,
    resources: [detail.jobArn ?? ''],
    detail,
  });
}

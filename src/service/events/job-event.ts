// Changes of jobs as Amazon EventBridge tells them: `Batch Job State Change` (user guide, chapter
// AWS Batch Event Stream for CloudWatch Events). The detail is the job as DescribeJobs would have
// answered then. Pure; who gets an event, others decide.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { PastChange } from '../../port/reader.ts';
import { jobDetail } from '../batch/view/job-detail.ts';
import { busEvent, eventId, type BusEvent, type EventKind } from './bus-event.ts';

export type JobStateChange = BusEvent<JobDetail>;

const kind: EventKind = { source: 'aws.batch', detailType: 'Batch Job State Change' };

/** `place` tells the change from every other of this server. */
export function jobStateChange(place: string, { atMs, view }: PastChange): JobStateChange {
  const detail = jobDetail(view);
  return busEvent(kind, {
    id: eventId(`${view.id} ${atMs} ${place}`),
    scope: view.detail.scope,
    atMs,
    resources: [detail.jobArn ?? ''],
    detail,
  });
}

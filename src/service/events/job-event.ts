// Changes of jobs as Amazon EventBridge tells them: `Batch Job State Change` (user guide, chapter
// AWS Batch Event Stream for CloudWatch Events). The detail is the job as DescribeJobs would have
// answered then. Pure; who gets an event, others decide.

import { createHash } from 'node:crypto';
import type { JobDetail } from '@aws-sdk/client-batch';
import { scopeParts } from '../../base/ids.ts';
import type { PastChange } from '../../port/reader.ts';
import { jobDetail } from '../batch/view/job-detail.ts';

export interface JobStateChange {
  readonly version: '0';
  /** The same wherever and however often it is told. */
  readonly id: string;
  readonly 'detail-type': 'Batch Job State Change';
  readonly source: 'aws.batch';
  readonly account: string;
  /** Seconds, in UTC. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JobDetail;
}

/** `place` tells the change from every other of this server. */
export function jobStateChange(place: string, { atMs, view }: PastChange): JobStateChange {
  const { account, region } = scopeParts(view.detail.scope);
  const detail = jobDetail(view);
  return {
    version: '0',
    id: uuidOf(`${view.id} ${atMs} ${place}`),
    'detail-type': 'Batch Job State Change',
    source: 'aws.batch',
    account,
    time: new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [detail.jobArn ?? ''],
    detail,
  };
}

function uuidOf(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

// ListServiceJobs: the service jobs of a queue, by status or by one filter, in pages.

import type {
  KeyValuesPair,
  ListServiceJobsCommandInput,
  ListServiceJobsCommandOutput,
} from '@aws-sdk/client-batch';
import { ServiceJobStatus } from '@aws-sdk/client-batch';
import type { JobListQuery } from '../../../port/reader.ts';
import { oneOf } from '../../../wire/check.ts';
import { invalid, notFound } from '../../../wire/error-catalogue.ts';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { malformedToken, pageSize } from '../page.ts';
import type { Reply } from '../reply.ts';
import { filterValue, milliseconds, namePattern } from '../rule/job-filters.ts';
import { checkReference } from '../rule/name.ts';
import { serviceJobSummary } from '../view/service-job.ts';

export const listServiceJobs: BatchOperation<
  ListServiceJobsCommandInput,
  Reply<ListServiceJobsCommandOutput>
> = {
  authorizes: () => onAll('batch:ListServiceJobs'),

  async handle({ reader }, input, { scope }) {
    checkReference(input.jobQueue, 'jobQueue');
    const queue = reader.batch.jobQueue(scope, input.jobQueue)?.queue;
    if (queue === undefined) throw notFound(`Job queue ${input.jobQueue}`);
    const query: JobListQuery = {
      scope,
      of: { queueArn: queue.arn },
      ...selected(input),
      next: input.nextToken || undefined,
      limit: pageSize(input.maxResults),
    };
    if (queue.jobQueueType !== 'SAGEMAKER_TRAINING') return { jobSummaryList: [] };
    const page = await reader.jobs.list(query);
    if (page === undefined) throw malformedToken();
    return { jobSummaryList: page.items.map(serviceJobSummary), nextToken: page.next };
  },
};

type Selection = Omit<JobListQuery, 'scope' | 'of' | 'next' | 'limit'>;

/**
 * "If you don't specify a status, only RUNNING jobs are returned"; a filter looks at all of them,
 * but for that of shares.
 */
function selected({ jobStatus, filters = [] }: ListServiceJobsCommandInput): Selection {
  const status = oneOf(ServiceJobStatus, jobStatus, 'jobStatus');
  const [filter] = filters;
  if (filter === undefined) return { status: status ?? 'RUNNING' };
  if (filters.length > 1) throw invalid('Only one filter can be used at a time');
  const asked = filterOf(filter);
  return asked.shareIdentifier === undefined ? asked : { ...asked, status };
}

function filterOf(filter: KeyValuesPair): Selection {
  const { name } = filter;
  const value = filterValue(filter);
  switch (name) {
    case 'JOB_NAME':
      return { name: namePattern(value) };
    case 'BEFORE_CREATED_AT':
      return { createdBeforeMs: milliseconds(name, value) };
    case 'AFTER_CREATED_AT':
      return { createdAfterMs: milliseconds(name, value) };
    case 'SHARE_IDENTIFIER':
    case 'QUOTA_SHARE_NAME':
      return { shareIdentifier: value };
    default:
      throw invalid(
        `Filter name must be JOB_NAME, BEFORE_CREATED_AT, AFTER_CREATED_AT, SHARE_IDENTIFIER or QUOTA_SHARE_NAME; it is '${name}'`,
      );
  }
}

// ListJobs: the jobs of a queue, the children of an array or the nodes of a multi-node parallel
// job, by status or by one filter, in pages.

import type {
  KeyValuesPair,
  ListJobsCommandInput,
  ListJobsCommandOutput,
} from '@aws-sdk/client-batch';
import { JobStatus } from '@aws-sdk/client-batch';
import type { Scope } from '../../../base/ids.ts';
import { jobIdOf } from '../../../core/job/job-reference.ts';
import { limit } from '../../../core/limit.ts';
import type { JobListQuery, Reader } from '../../../port/reader.ts';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { invalid, notFound } from '../../../wire/error-catalogue.ts';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { malformedToken } from '../page.ts';
import type { Reply } from '../reply.ts';
import { filterValue, milliseconds, namePattern } from '../rule/job-filters.ts';
import { jobSummary } from '../view/job-summary.ts';

export const listJobs: BatchOperation<ListJobsCommandInput, Reply<ListJobsCommandOutput>> = {
  authorizes: () => onAll('batch:ListJobs'),

  async handle({ reader }, input, { scope }) {
    const of = listed(reader, scope, input);
    const selection = selected(input);
    // Its jobs are listed by an operation of their own.
    if (of === 'service-jobs') return { jobSummaryList: [] };
    const page = await reader.jobs.list({
      scope,
      of,
      ...selection,
      next: input.nextToken || undefined,
    });
    if (page === undefined) throw malformedToken();
    return { jobSummaryList: page.items.map(jobSummary), nextToken: page.next };
  },
};

function listed(
  reader: Reader,
  scope: Scope,
  input: ListJobsCommandInput,
): JobListQuery['of'] | 'service-jobs' {
  const { jobQueue, arrayJobId, multiNodeJobId } = input;
  if ([jobQueue, arrayJobId, multiNodeJobId].filter(Boolean).length !== 1) {
    throw invalid('Exactly one of jobQueue, arrayJobId and multiNodeJobId must be provided');
  }
  if (jobQueue) {
    const view = reader.batch.jobQueue(scope, jobQueue);
    if (view === undefined) throw notFound(`Job queue ${jobQueue}`);
    return view.queue.jobQueueType === 'SAGEMAKER_TRAINING'
      ? 'service-jobs'
      : { queueArn: view.queue.arn };
  }
  const given = arrayJobId || multiNodeJobId || '';
  const id = jobIdOf(scope, given);
  const parent = id === undefined ? undefined : reader.jobs.one(scope, id);
  if (parent === undefined) throw notFound(`Job ${given}`);
  if (arrayJobId) {
    if (parent.detail.arraySize === undefined || parent.arrayIndex !== undefined)
      throw invalid(`Job ${id} is not an array job`);
    return { arrayJobId: parent.id };
  }
  if (parent.detail.nodeProperties === undefined || parent.nodeIndex !== undefined)
    throw invalid(`Job ${id} is not a multi-node parallel job`);
  return { multiNodeJobId: parent.id };
}

type Selection = Omit<JobListQuery, 'scope' | 'of' | 'next'>;

/**
 * "If you don't specify a status, only RUNNING jobs are returned"; a filter looks at all of them.
 */
function selected(input: ListJobsCommandInput): Selection {
  const status = oneOf(JobStatus, input.jobStatus, 'jobStatus');
  const filters = input.filters ?? [];
  const most = filters.length === 0 ? limit.listJobsPage : limit.listJobsFilteredPage;
  // More than a page may hold is no error: a page has at most so many.
  const size = Math.min(integerIn(input.maxResults, 1, 2 ** 31 - 1, 'maxResults') ?? most, most);
  const [filter] = filters;
  if (filter === undefined) return { status: status ?? 'RUNNING', limit: size };
  if (filters.length > 1) throw invalid('Only one filter can be used at a time');
  if (!input.jobQueue) throw invalid('filters can only be used with jobQueue');
  const asked = filterOf(filter);
  return {
    ...asked,
    status: asked.shareIdentifier === undefined ? undefined : status,
    limit: size,
  };
}

function filterOf(filter: KeyValuesPair): Omit<Selection, 'limit'> {
  const { name } = filter;
  const value = filterValue(filter);
  switch (name) {
    case 'JOB_NAME':
      return { name: namePattern(value) };
    case 'JOB_DEFINITION':
      return { definition: definitionOf(value) };
    case 'BEFORE_CREATED_AT':
      return { createdBeforeMs: milliseconds(name, value) };
    case 'AFTER_CREATED_AT':
      return { createdAfterMs: milliseconds(name, value) };
    case 'SHARE_IDENTIFIER':
      return { shareIdentifier: value };
    default:
      throw invalid(
        `Filter name must be JOB_NAME, JOB_DEFINITION, BEFORE_CREATED_AT, AFTER_CREATED_AT or SHARE_IDENTIFIER; it is '${name}'`,
      );
  }
}

function definitionOf(value: string): JobListQuery['definition'] {
  if (!value.startsWith('arn:')) {
    const { text, prefix } = namePattern(value);
    return { name: text, prefix };
  }
  if (value.includes('*'))
    throw invalid('Filter JOB_DEFINITION: an asterisk is not supported with an ARN');
  return { arn: value };
}

// ListJobsByConsumableResource: the jobs that ask for a resource, newest first, by status and by
// name. An array stands for all its children, and a multi-node parallel job for all its nodes.

import type {
  ConsumableResourceProperties,
  KeyValuesPair,
  ListJobsByConsumableResourceCommandInput,
  ListJobsByConsumableResourceCommandOutput,
  ListJobsByConsumableResourceSummary,
} from '@aws-sdk/client-batch';
import { JobStatus } from '@aws-sdk/client-batch';
import type { Arn } from '../../../base/ids.ts';
import type { JobDetailRecord } from '../../../core/job/job.ts';
import type { JobView, NamePattern } from '../../../port/reader.ts';
import { oneOf } from '../../../wire/check.ts';
import { invalid, notFound } from '../../../wire/error-catalogue.ts';
import { consumableResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import { malformedToken, pageSize } from '../page.ts';
import type { Reply } from '../reply.ts';
import { filterValue, namePattern } from '../rule/job-filters.ts';
import { checkReference } from '../rule/name.ts';
import { jobArnOf, startedAt, statusReason } from '../view/facts.ts';

export const listJobsByConsumableResource: BatchOperation<
  ListJobsByConsumableResourceCommandInput,
  Reply<ListJobsByConsumableResourceCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:ListJobsByConsumableResource',
      resources: [consumableResource(context, input.consumableResource)],
    },
  ],

  async handle({ reader }, input, { scope }) {
    checkReference(input.consumableResource, 'consumableResource');
    const view = reader.batch.consumableResource(scope, input.consumableResource);
    if (view === undefined) throw notFound(`Consumable resource ${input.consumableResource}`);
    const { arn } = view.resource;
    const page = await reader.jobs.ofConsumable({
      resourceArn: arn,
      ...selected(input.filters ?? []),
      next: input.nextToken || undefined,
      limit: pageSize(input.maxResults),
    });
    if (page === undefined) throw malformedToken();
    return { jobs: page.items.map((job) => summary(job, arn)), nextToken: page.next };
  },
};

function selected(filters: readonly KeyValuesPair[]): {
  status?: JobStatus | undefined;
  name?: NamePattern | undefined;
} {
  let status: JobStatus | undefined;
  let name: NamePattern | undefined;
  for (const filter of filters) {
    const value = filterValue(filter);
    if (filter.name === 'JOB_STATUS') status = oneOf(JobStatus, value, 'filter JOB_STATUS');
    else if (filter.name === 'JOB_NAME') name = namePattern(value);
    else throw invalid(`Filter name must be JOB_STATUS or JOB_NAME; it is '${filter.name}'`);
  }
  return { status, name };
}

function summary(view: JobView, arn: Arn): ListJobsByConsumableResourceSummary {
  const { detail, job } = view;
  return {
    jobArn: jobArnOf(view),
    jobQueueArn: detail.queueArn,
    jobName: detail.name,
    jobDefinitionArn: detail.definitionArn,
    shareIdentifier: detail.shareIdentifier,
    jobStatus: job.status,
    quantity: detail.consumables?.find((claim) => claim.arn === arn)?.quantity ?? 0,
    statusReason: statusReason(view),
    startedAt: startedAt(job),
    createdAt: job.createdAtMs,
    consumableResourceProperties: detail.consumableResourceProperties ?? ofAllNodes(detail),
  };
}

/**
 * What all nodes of a multi-node parallel job ask for, each of whose ranges has a list of its own.
 */
const ofAllNodes = ({ consumables = [] }: JobDetailRecord): ConsumableResourceProperties => ({
  consumableResourceList: consumables.map(({ arn, quantity }) => ({
    consumableResource: arn,
    quantity,
  })),
});

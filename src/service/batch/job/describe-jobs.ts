// DescribeJobs: up to a hundred jobs, children of arrays and nodes, by their ids or ARNs. Unknown
// ones are left out, as AWS leaves them out; a known one never is, for clients then wait for ever.

import type {
  DescribeJobsCommandInput,
  DescribeJobsCommandOutput,
  JobDetail,
} from '@aws-sdk/client-batch';
import { jobIdOf } from '../../../core/job/job-reference.ts';
import { limit } from '../../../core/limit.ts';
import { tooManyJobs } from '../../../wire/error-catalogue.ts';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { jobDetail } from '../view/job-detail.ts';

export const describeJobs: BatchOperation<
  DescribeJobsCommandInput,
  Reply<DescribeJobsCommandOutput>
> = {
  authorizes: () => onAll('batch:DescribeJobs'),

  handle({ reader }, input, { scope }) {
    const ids = input.jobs ?? [];
    if (ids.length > limit.describeJobsIds) throw tooManyJobs(limit.describeJobsIds);
    const jobs: JobDetail[] = [];
    for (const id of new Set(ids.map((given) => jobIdOf(scope, given)))) {
      const view = id === undefined ? undefined : reader.jobs.one(scope, id);
      // A service job is described by an operation of its own.
      if (view !== undefined && view.detail.service === undefined) jobs.push(jobDetail(view));
    }
    return { jobs };
  },
};

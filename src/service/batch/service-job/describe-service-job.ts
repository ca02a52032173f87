// DescribeServiceJob: one service job, by its id.

import type {
  DescribeServiceJobCommandInput,
  DescribeServiceJobCommandOutput,
} from '@aws-sdk/client-batch';
import { notFound } from '../../../wire/error-catalogue.ts';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { serviceJobDetail } from '../view/service-job.ts';
import { knownServiceJob } from './known-service-job.ts';

export const describeServiceJob: BatchOperation<
  DescribeServiceJobCommandInput,
  Reply<DescribeServiceJobCommandOutput>
> = {
  authorizes: () => onAll('batch:DescribeServiceJob'),

  handle({ reader }, input, { scope }) {
    checkReference(input.jobId, 'jobId');
    const view = knownServiceJob(reader, scope, input.jobId);
    if (view === undefined) throw notFound(`Service job ${input.jobId}`);
    return serviceJobDetail(view);
  },
};

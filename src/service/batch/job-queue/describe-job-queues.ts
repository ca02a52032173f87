// DescribeJobQueues: those asked for, or all of them by name, in pages.

import type {
  DescribeJobQueuesCommandInput,
  DescribeJobQueuesCommandOutput,
} from '@aws-sdk/client-batch';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { byNames, pageByName, refusePage } from '../page.ts';
import type { Reply } from '../reply.ts';
import { jobQueueDetail } from '../view/job-queue.ts';

export const describeJobQueues: BatchOperation<
  DescribeJobQueuesCommandInput,
  Reply<DescribeJobQueuesCommandOutput>
> = {
  authorizes: () => onAll('batch:DescribeJobQueues'),

  handle({ reader }, input, { scope }) {
    const names = input.jobQueues ?? [];
    if (names.length > 0) {
      refusePage(input.maxResults, 'JobQueues');
      const found = byNames(
        names,
        'jobQueues',
        (name) => reader.batch.jobQueue(scope, name),
        (view) => view.queue.arn,
      );
      return { jobQueues: found.map(jobQueueDetail) };
    }
    const page = pageByName(
      'job-queue',
      reader.batch.jobQueues(scope),
      (view) => view.queue.name,
      input,
    );
    return { jobQueues: page.items.map(jobQueueDetail), nextToken: page.nextToken };
  },
};

// DeleteJobQueue: a DISABLED queue, with all its jobs.

import type {
  DeleteJobQueueCommandInput,
  DeleteJobQueueCommandOutput,
} from '@aws-sdk/client-batch';
import { queueResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const deleteJobQueue: BatchOperation<
  DeleteJobQueueCommandInput,
  Reply<DeleteJobQueueCommandOutput>
> = {
  authorizes: (input, context) => [
    { action: 'batch:DeleteJobQueue', resources: [queueResource(context, input.jobQueue)] },
  ],

  async handle(deps, input, context) {
    const { jobQueue } = input;
    checkReference(jobQueue, 'jobQueue');
    await submitCommand(
      deps,
      { type: 'delete-job-queue', scope: context.scope, jobQueue },
      context,
    );
    return {};
  },
};

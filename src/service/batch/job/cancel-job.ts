// CancelJob. A job that has started runs on, and is not tried again. An ended or unknown
// job is a success.

import type { CancelJobCommandInput, CancelJobCommandOutput } from '@aws-sdk/client-batch';
import { jobResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { stopOne } from './stop.ts';

export const cancelJob: BatchOperation<CancelJobCommandInput, Reply<CancelJobCommandOutput>> = {
  authorizes: (input, context) => [
    { action: 'batch:CancelJob', resources: [jobResource(context, input.jobId)] },
  ],

  async handle(deps, input, context) {
    checkReference(input.jobId, 'jobId');
    checkReference(input.reason, 'reason');
    await stopOne(deps, 'cancel', input.jobId, input.reason, context);
    return {};
  },
};

// TerminateJob. A job that runs is stopped: SIGTERM, and SIGKILL after thirty seconds. An ended or
// unknown job is a success.

import type { TerminateJobCommandInput, TerminateJobCommandOutput } from '@aws-sdk/client-batch';
import { jobResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { stopOne } from './stop.ts';

export const terminateJob: BatchOperation<
  TerminateJobCommandInput,
  Reply<TerminateJobCommandOutput>
> = {
  authorizes: (input, context) => [
    { action: 'batch:TerminateJob', resources: [jobResource(context, input.jobId)] },
  ],

  async handle(deps, input, context) {
    checkReference(input.jobId, 'jobId');
    checkReference(input.reason, 'reason');
    await stopOne(deps, 'terminate', input.jobId, input.reason, context);
    return {};
  },
};

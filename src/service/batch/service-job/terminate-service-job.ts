// TerminateServiceJob. A job that runs is stopped: SIGTERM, and SIGKILL after its grace time. An
// ended or unknown job is a success.

import type {
  TerminateServiceJobCommandInput,
  TerminateServiceJobCommandOutput,
} from '@aws-sdk/client-batch';
import { serviceJobResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import { serviceJobs, stopOne } from '../job/stop.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';

export const terminateServiceJob: BatchOperation<
  TerminateServiceJobCommandInput,
  Reply<TerminateServiceJobCommandOutput>
> = {
  authorizes: (input, context) => [
    { action: 'batch:TerminateServiceJob', resources: [serviceJobResource(context, input.jobId)] },
  ],

  async handle(deps, input, context) {
    checkReference(input.jobId, 'jobId');
    checkReference(input.reason, 'reason');
    await stopOne(deps, 'terminate', input.jobId, input.reason, context, serviceJobs);
    return {};
  },
};

// TerminateServiceJobs: TerminateServiceJob of up to fifty jobs. IAM needs the singular action
// only.

import type {
  TerminateServiceJobsCommandInput,
  TerminateServiceJobsCommandOutput,
} from '@aws-sdk/client-batch';
import { orAny } from '../../access.ts';
import { serviceJobResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import { serviceJobs, stopMany } from '../job/stop.ts';
import type { Reply } from '../reply.ts';

export const terminateServiceJobs: BatchOperation<
  TerminateServiceJobsCommandInput,
  Reply<TerminateServiceJobsCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:TerminateServiceJob',
      resources: orAny((input.jobs ?? []).map((id) => serviceJobResource(context, id))),
    },
  ],

  handle: (deps, input, context) => stopMany(deps, 'terminate', input, context, serviceJobs),
};

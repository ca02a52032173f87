// CancelJobs: CancelJob of up to fifty jobs. IAM needs the singular action only.

import type { CancelJobsCommandInput, CancelJobsCommandOutput } from '@aws-sdk/client-batch';
import { orAny } from '../../access.ts';
import { jobResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { stopMany } from './stop.ts';

export const cancelJobs: BatchOperation<CancelJobsCommandInput, Reply<CancelJobsCommandOutput>> = {
  authorizes: (input, context) => [
    {
      action: 'batch:CancelJob',
      resources: orAny((input.jobs ?? []).map((id) => jobResource(context, id))),
    },
  ],

  handle: (deps, input, context) => stopMany(deps, 'cancel', input, context),
};

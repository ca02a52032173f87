// DeleteComputeEnvironment. Whether it may go is its command's affair.

import type {
  DeleteComputeEnvironmentCommandInput,
  DeleteComputeEnvironmentCommandOutput,
} from '@aws-sdk/client-batch';
import { environmentResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const deleteComputeEnvironment: BatchOperation<
  DeleteComputeEnvironmentCommandInput,
  Reply<DeleteComputeEnvironmentCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:DeleteComputeEnvironment',
      resources: [environmentResource(context, input.computeEnvironment)],
    },
  ],

  async handle(deps, input, context) {
    const { computeEnvironment } = input;
    checkReference(computeEnvironment, 'computeEnvironment');
    await submitCommand(
      deps,
      { type: 'delete-compute-environment', scope: context.scope, computeEnvironment },
      context,
    );
    return {};
  },
};

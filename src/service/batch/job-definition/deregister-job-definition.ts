// DeregisterJobDefinition, by name and revision or by ARN.

import type {
  DeregisterJobDefinitionCommandInput,
  DeregisterJobDefinitionCommandOutput,
} from '@aws-sdk/client-batch';
import { definitionResource } from '../access.ts';
import type { BatchOperation } from '../deps.ts';
import type { Reply } from '../reply.ts';
import { checkReference } from '../rule/name.ts';
import { submitCommand } from '../submit-command.ts';

export const deregisterJobDefinition: BatchOperation<
  DeregisterJobDefinitionCommandInput,
  Reply<DeregisterJobDefinitionCommandOutput>
> = {
  authorizes: (input, context) => [
    {
      action: 'batch:DeregisterJobDefinition',
      resources: [definitionResource(context, input.jobDefinition)],
    },
  ],

  async handle(deps, input, context) {
    const { jobDefinition } = input;
    checkReference(jobDefinition, 'jobDefinition');
    await submitCommand(
      deps,
      { type: 'deregister-job-definition', scope: context.scope, jobDefinition },
      context,
    );
    return {};
  },
};

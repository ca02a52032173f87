// DeleteParameter: with all its versions.

import type {
  DeleteParameterCommandInput,
  DeleteParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { onParameters } from './access.ts';
import { change, parameterNamed, remove, type SsmOperation } from './deps.ts';

export const deleteParameter: SsmOperation<
  DeleteParameterCommandInput,
  DeleteParameterCommandOutput
> = {
  authorizes: (input, context) => onParameters('DeleteParameter', [input.Name], context),

  async handle(deps, input, context) {
    await change(deps, context, (draft) =>
      remove(draft, parameterNamed(draft, context.scope, input.Name)),
    );
    return {};
  },
};

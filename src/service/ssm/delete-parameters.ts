// DeleteParameters: up to ten; names that find nothing are answered as such.

import type {
  DeleteParametersCommandInput,
  DeleteParametersCommandOutput,
} from '@aws-sdk/client-ssm';
import { lengthIn } from '../constraint.ts';
import { onParameters } from './access.ts';
import { nameIn } from './arn.ts';
import { change, remove, type SsmOperation } from './deps.ts';

export const deleteParameters: SsmOperation<
  DeleteParametersCommandInput,
  DeleteParametersCommandOutput
> = {
  authorizes: (input, context) => onParameters('DeleteParameters', input.Names, context),

  handle(deps, input, context) {
    const names = lengthIn(input.Names, 1, 10, 'names') ?? [];
    return change(deps, context, (draft) => {
      const deleted: string[] = [];
      const invalid: string[] = [];
      for (const name of new Set(names)) {
        const parameter = draft.get('parameter', nameIn(draft, context.scope, name));
        if (parameter === undefined) {
          invalid.push(name);
          continue;
        }
        remove(draft, parameter);
        deleted.push(name);
      }
      return { DeletedParameters: deleted, InvalidParameters: invalid };
    });
  },
};

// GetParameter: one value, of the current version or of one by number or label.

import type { GetParameterCommandInput, GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import { lengthIn } from '../constraint.ts';
import { onParameters } from './access.ts';
import { selected, view, type SsmOperation } from './deps.ts';
import { shownParameter } from './show.ts';

export const getParameter: SsmOperation<GetParameterCommandInput, GetParameterCommandOutput> = {
  authorizes: (input, context) => onParameters('GetParameter', [input.Name], context),

  async handle(deps, input, context) {
    const name = lengthIn(input.Name, 1, 2048, 'name') ?? '';
    const of = selected(await view(deps, context), context.scope, name);
    return { Parameter: shownParameter(deps, context.scope, of, input.WithDecryption) };
  },
};

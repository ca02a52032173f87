// GetParameterHistory: the versions of a parameter that are kept, the oldest first.

import type {
  GetParameterHistoryCommandInput,
  GetParameterHistoryCommandOutput,
} from '@aws-sdk/client-ssm';
import { integerIn } from '../constraint.ts';
import { pageAfter } from '../page-after.ts';
import { onParameters } from './access.ts';
import { parameterNamed, view, type SsmOperation } from './deps.ts';
import { badToken } from './error.ts';
import { versionOf } from './resources.ts';
import { shownHistory } from './show.ts';

export const getParameterHistory: SsmOperation<
  GetParameterHistoryCommandInput,
  GetParameterHistoryCommandOutput
> = {
  authorizes: (input, context) => onParameters('GetParameterHistory', [input.Name], context),

  async handle(deps, input, context) {
    const size = integerIn(input.MaxResults, 1, 50, 'maxResults') ?? 50;
    const parameters = await view(deps, context);
    const parameter = parameterNamed(parameters, context.scope, input.Name);
    const { oldest, current } = parameter;
    const numbers = Array.from(
      { length: current.version - oldest + 1 },
      (_none, at) => oldest + at,
    );
    const { items, next } = pageAfter(numbers, (number) => String(number).padStart(15, '0'), {
      operation: `GetParameterHistory ${parameter.name}`,
      size,
      token: input.NextToken,
      badToken,
    });
    return {
      Parameters: items.flatMap((number) => {
        const version = versionOf(parameters, parameter, number);
        return version === undefined
          ? []
          : [shownHistory(deps, context.scope, { parameter, version }, input.WithDecryption)];
      }),
      NextToken: next,
    };
  },
};

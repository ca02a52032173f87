// GetParametersByPath: those below a path, one level or all.

import type {
  GetParametersByPathCommandInput,
  GetParametersByPathCommandOutput,
} from '@aws-sdk/client-ssm';
import { integerIn, validation } from '../constraint.ts';
import { pageAfter } from '../page-after.ts';
import { onParameters } from './access.ts';
import { view, type SsmOperation } from './deps.ts';
import { badToken } from './error.ts';
import { filterOf, isBelow } from './filter.ts';
import { shownParameter } from './show.ts';

export const getParametersByPath: SsmOperation<
  GetParametersByPathCommandInput,
  GetParametersByPathCommandOutput
> = {
  authorizes: (input, context) =>
    // With a slash at its end it is the same path.
    onParameters('GetParametersByPath', [input.Path?.replace(/(?<=.)\/$/, '')], context, {
      conditions: () => ({ 'ssm:Recursive': String(input.Recursive ?? false) }),
    }),

  async handle(deps, input, context) {
    const path = input.Path ?? '';
    if (!/^\/[a-zA-Z0-9_.\-/]*$/.test(path) || path.length > 2048 || path.includes('//'))
      throw validation(
        'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
      );
    const size = integerIn(input.MaxResults, 1, 10, 'maxResults') ?? 10;
    const passes = filterOf(input.ParameterFilters, ['Type', 'KeyId', 'Label']);
    const parameters = (await view(deps, context))
      .all('parameter')
      .filter(
        (parameter) => isBelow(parameter.name, path, input.Recursive ?? false) && passes(parameter),
      );
    const { items, next } = pageAfter(parameters, ({ name }) => name, {
      operation: `GetParametersByPath ${path}`,
      size,
      token: input.NextToken,
      badToken,
    });
    return {
      Parameters: items.map((parameter) =>
        shownParameter(
          deps,
          context.scope,
          { parameter, version: parameter.current },
          input.WithDecryption,
        ),
      ),
      NextToken: next,
    };
  },
};

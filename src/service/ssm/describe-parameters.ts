// DescribeParameters: all of parameters but their values.

import type {
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput,
} from '@aws-sdk/client-ssm';
import { onAll } from '../access.ts';
import { integerIn, validation } from '../constraint.ts';
import { pageAfter } from '../page-after.ts';
import { view, type SsmOperation } from './deps.ts';
import { badToken } from './error.ts';
import { filterOf, olderFilters } from './filter.ts';
import { shownMetadata } from './show.ts';

export const describeParameters: SsmOperation<
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput
> = {
  authorizes: () => onAll('ssm:DescribeParameters'),

  async handle(deps, input, context) {
    const size = integerIn(input.MaxResults, 1, 50, 'maxResults') ?? 50;
    if (input.Filters?.length && input.ParameterFilters?.length)
      throw validation(
        'You can use either Filters or ParameterFilters in a single request, but not both.',
      );
    const passes = filterOf(
      [...olderFilters(input.Filters), ...(input.ParameterFilters ?? [])],
      ['Name', 'Type', 'KeyId', 'Path', 'Tier', 'DataType', 'Label', 'tag:'],
    );
    // No account shares a parameter with another here.
    const parameters =
      input.Shared === true ? [] : (await view(deps, context)).all('parameter').filter(passes);
    const { items, next } = pageAfter(parameters, ({ name }) => name, {
      operation: 'DescribeParameters',
      size,
      token: input.NextToken,
      badToken,
    });
    return {
      Parameters: items.map((parameter) => shownMetadata(context.scope, parameter)),
      NextToken: next,
    };
  },
};

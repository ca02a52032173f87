// DescribeResourcePolicies: those of the account, by name.

import type {
  DescribeResourcePoliciesCommandInput,
  DescribeResourcePoliciesCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { PolicyScope } from '@aws-sdk/client-cloudwatch-logs';
import { onAll } from '../../access.ts';
import { pageAfter } from '../../page-after.ts';
import { oneOf } from '../check.ts';
import type { LogsOperation } from '../deps.ts';
import { invalidToken } from '../error.ts';
import { describeLimit } from '../page-limit.ts';
import { shownPolicy } from './policy.ts';

export const describeResourcePolicies: LogsOperation<
  DescribeResourcePoliciesCommandInput,
  DescribeResourcePoliciesCommandOutput
> = {
  authorizes: () => onAll('logs:DescribeResourcePolicies'),

  async handle({ space }, input, { scope }) {
    const of = oneOf(PolicyScope, input.policyScope, 'policyScope');
    const isOfResource = of === 'RESOURCE' || input.resourceArn !== undefined;
    const all = isOfResource ? [] : (await space.view(scope)).all('resource-policy');
    const { items, next } = pageAfter(all, ({ name }) => name, {
      operation: 'DescribeResourcePolicies',
      size: describeLimit(input.limit),
      token: input.nextToken,
      badToken: invalidToken,
    });
    return { resourcePolicies: items.map(shownPolicy), nextToken: next };
  },
};

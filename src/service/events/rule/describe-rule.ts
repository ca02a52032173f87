// DescribeRule: one rule, without its targets.

import type {
  DescribeRuleCommandInput,
  DescribeRuleCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onRule } from '../access.ts';
import { foundRule, view, type EventsOperation } from '../deps.ts';
import { shownRule } from './show.ts';

export const describeRule: EventsOperation<DescribeRuleCommandInput, DescribeRuleCommandOutput> = {
  authorizes: (input, context) => onRule('DescribeRule', input, context),

  async handle(deps, input, context) {
    const rule = foundRule(await view(deps, context), context, input);
    return { ...shownRule(rule, context), CreatedBy: context.account };
  },
};

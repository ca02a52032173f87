// ListTargetsByRule: the targets of a rule, by their ids.

import type {
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { pageAfter } from '../../page-after.ts';
import { onRule } from '../access.ts';
import { pageSize } from '../check.ts';
import { foundRule, view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { shownTarget } from './target.ts';

export const listTargetsByRule: EventsOperation<
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput
> = {
  authorizes: ({ Rule: Name, EventBusName }, context) =>
    onRule('ListTargetsByRule', { Name, EventBusName }, context),

  async handle(deps, input, context) {
    const { Limit: size, NextToken: token } = input;
    const page = { operation: 'ListTargetsByRule', size: pageSize(size), token, badToken };
    const named = { Name: input.Rule, EventBusName: input.EventBusName };
    const { targets } = foundRule(await view(deps, context), context, named, 'rule');
    const byId = targets.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const { items, next } = pageAfter(byId, ({ id }) => id, page);
    return { Targets: items.map(shownTarget), NextToken: next };
  },
};

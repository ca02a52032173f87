// ListRules: the rules of a bus, by name.

import type { ListRulesCommandInput, ListRulesCommandOutput } from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { pageAfter } from '../../page-after.ts';
import { nameIn, pageSize } from '../check.ts';
import { foundBus, rulesOn, view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { shownRule } from './show.ts';

export const listRules: EventsOperation<ListRulesCommandInput, ListRulesCommandOutput> = {
  authorizes: () => onAll('events:ListRules'),

  async handle(deps, input, context) {
    const { NamePrefix: given, Limit: size, NextToken: token } = input;
    const prefix = given === undefined ? '' : nameIn(given, 64, 'namePrefix');
    const page = { operation: 'ListRules', size: pageSize(size), token, badToken };
    const events = await view(deps, context);
    const bus = foundBus(events, context, input.EventBusName).name;
    const rules = rulesOn(events, bus).filter(({ name }) => name.startsWith(prefix));
    const { items, next } = pageAfter(rules, ({ name }) => name, page);
    return { Rules: items.map((rule) => shownRule(rule, context)), NextToken: next };
  },
};

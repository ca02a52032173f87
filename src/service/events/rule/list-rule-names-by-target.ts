// ListRuleNamesByTarget: the rules of a bus that lead to a target.

import type {
  ListRuleNamesByTargetCommandInput,
  ListRuleNamesByTargetCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onAll } from '../../access.ts';
import { lengthIn } from '../../constraint.ts';
import { pageAfter } from '../../page-after.ts';
import { pageSize } from '../check.ts';
import { foundBus, rulesOn, view, type EventsOperation } from '../deps.ts';
import { badToken } from '../error.ts';

export const listRuleNamesByTarget: EventsOperation<
  ListRuleNamesByTargetCommandInput,
  ListRuleNamesByTargetCommandOutput
> = {
  authorizes: () => onAll('events:ListRuleNamesByTarget'),

  async handle(deps, input, context) {
    const { TargetArn: arn, Limit: size, NextToken: token } = input;
    lengthIn(arn, 1, 1_600, 'targetArn');
    const page = { operation: 'ListRuleNamesByTarget', size: pageSize(size), token, badToken };
    const events = await view(deps, context);
    const bus = foundBus(events, context, input.EventBusName).name;
    const names = rulesOn(events, bus)
      .filter(({ targets }) => targets.some((target) => target.arn === arn))
      .map(({ name }) => name);
    const { items, next } = pageAfter(names, (name) => name, page);
    return { RuleNames: [...items], NextToken: next };
  },
};

// PutTargets: adds targets to a rule, or puts others in their place, by their ids. What is wrong
// with one of them refuses the whole request, as on AWS.

import type { PutTargetsCommandInput, PutTargetsCommandOutput } from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { passRole } from '../../access.ts';
import { lengthIn } from '../../constraint.ts';
import { onRule } from '../access.ts';
import { change, foundRule, type EventsOperation } from '../deps.ts';
import { limitExceeded, onlyManaged } from '../error.ts';
import { ruleKey } from '../resources.ts';
import { mustBeInReach, targetOf } from './target.ts';

export const putTargets: EventsOperation<PutTargetsCommandInput, PutTargetsCommandOutput> = {
  authorizes(input, context) {
    const named = { Name: input.Rule, EventBusName: input.EventBusName };
    const targets = input.Targets ?? [];
    return [
      ...onRule('PutTargets', named, context, () => ({
        'events:TargetArn': targets.map(({ Arn = '' }) => Arn),
      })),
      ...passRole(context, ['events.amazonaws.com'], {
        roles: targets.map(({ RoleArn }) => RoleArn),
      }),
    ];
  },

  async handle(deps, input, context) {
    lengthIn(input.Targets, 1, limit.events.targetsAtOnce, 'targets');
    const given = (input.Targets ?? []).map((target, index) => targetOf(target, index, context));
    for (const { arn } of given) mustBeInReach(deps, arn);
    const named = { Name: input.Rule, EventBusName: input.EventBusName };
    await change(deps, context, (draft) => {
      const rule = foundRule(draft, context, named, 'rule');
      if (rule.archive !== undefined) throw onlyManaged(rule.name);
      const targets = new Map([...rule.targets, ...given].map((target) => [target.id, target]));
      if (targets.size > limit.events.targetsPerRule) throw limitExceeded();
      draft.put('rule', ruleKey(rule), { ...rule, targets: [...targets.values()] });
    });
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
};

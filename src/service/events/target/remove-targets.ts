// RemoveTargets: from a rule, by their ids; of those that it does not have, the answer says so.

import type {
  RemoveTargetsCommandInput,
  RemoveTargetsCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { lengthIn } from '../../constraint.ts';
import { onRule } from '../access.ts';
import { nameIn } from '../check.ts';
import { change, foundRule, type EventsOperation } from '../deps.ts';
import { managedRule } from '../error.ts';
import { ruleKey } from '../resources.ts';

export const removeTargets: EventsOperation<RemoveTargetsCommandInput, RemoveTargetsCommandOutput> =
  {
    authorizes: ({ Rule: Name, EventBusName }, context) =>
      onRule('RemoveTargets', { Name, EventBusName }, context),

    async handle(deps, input, context) {
      const named = { Name: input.Rule, EventBusName: input.EventBusName };
      lengthIn(input.Ids, 1, limit.events.targetsAtOnce, 'ids');
      const ids = new Set((input.Ids ?? []).map((id) => nameIn(id, 64, 'ids.member')));
      const absent = await change(deps, context, (draft) => {
        const rule = foundRule(draft, context, named, 'rule');
        if (rule.archive !== undefined && input.Force !== true) throw managedRule(rule.name);
        const left = rule.targets.filter(({ id }) => !ids.has(id));
        if (left.length < rule.targets.length)
          draft.put('rule', ruleKey(rule), { ...rule, targets: left });
        return [...ids].filter((id) => !rule.targets.some((target) => target.id === id));
      });
      return {
        FailedEntryCount: absent.length,
        FailedEntries: absent.map((id) => ({
          TargetId: id,
          ErrorCode: 'ResourceNotFoundException',
          ErrorMessage: `Rule '${named.Name ?? ''}' does not have a target with the Id '${id}'.`,
        })),
      };
    },
  };

// DeleteRule: of a rule that has no targets any more. One that is not there is as good as deleted.

import type { DeleteRuleCommandInput, DeleteRuleCommandOutput } from '@aws-sdk/client-eventbridge';
import { validation } from '../../constraint.ts';
import { onRule } from '../access.ts';
import { nameIn } from '../check.ts';
import { change, foundBus, type EventsOperation } from '../deps.ts';
import { managedRule } from '../error.ts';
import { ruleKey } from '../resources.ts';

export const deleteRule: EventsOperation<DeleteRuleCommandInput, DeleteRuleCommandOutput> = {
  authorizes: (input, context) => onRule('DeleteRule', input, context),

  async handle(deps, input, context) {
    const name = nameIn(input.Name, 64, 'name');
    await change(deps, context, (draft) => {
      const bus = foundBus(draft, context, input.EventBusName).name;
      const key = ruleKey({ bus, name });
      const rule = draft.get('rule', key);
      if (rule === undefined) return;
      // Whoever forces it may break what manages the rule, and nothing else.
      if (rule.archive !== undefined && input.Force !== true) throw managedRule(name);
      if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
      draft.remove('rule', key);
    });
    return {};
  },
};

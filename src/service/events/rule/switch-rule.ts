// What EnableRule and DisableRule do alike.

import type { RuleState } from '@aws-sdk/client-eventbridge';
import type { RequestContext } from '../../../wire/operation.ts';
import { change, foundRule, type EventsDeps } from '../deps.ts';
import { onlyManaged } from '../error.ts';
import { ruleKey } from '../resources.ts';

export async function switchRule(
  deps: EventsDeps,
  input: Parameters<typeof foundRule>[2],
  context: RequestContext,
  state: RuleState,
): Promise<object> {
  const nowMs = deps.clock.now();
  await change(deps, context, (draft) => {
    const rule = foundRule(draft, context, input);
    if (rule.archive !== undefined) throw onlyManaged(rule.name);
    const isOff = (one: RuleState): boolean => one === 'DISABLED';
    // One that is enabled stays as it is: there are two ways to be.
    if (isOff(rule.state) === isOff(state)) return;
    draft.put('rule', ruleKey(rule), { ...rule, state, sinceMs: nowMs });
  });
  return {};
}

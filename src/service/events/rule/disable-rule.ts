// DisableRule: from now on it matches nothing, and does not fire.

import type {
  DisableRuleCommandInput,
  DisableRuleCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onRule } from '../access.ts';
import type { EventsOperation } from '../deps.ts';
import { switchRule } from './switch-rule.ts';

export const disableRule: EventsOperation<DisableRuleCommandInput, DisableRuleCommandOutput> = {
  authorizes: (input, context) => onRule('DisableRule', input, context),
  handle: (deps, input, context) => switchRule(deps, input, context, 'DISABLED'),
};

// EnableRule: from now on it matches, and fires.

import type { EnableRuleCommandInput, EnableRuleCommandOutput } from '@aws-sdk/client-eventbridge';
import { onRule } from '../access.ts';
import type { EventsOperation } from '../deps.ts';
import { switchRule } from './switch-rule.ts';

export const enableRule: EventsOperation<EnableRuleCommandInput, EnableRuleCommandOutput> = {
  authorizes: (input, context) => onRule('EnableRule', input, context),
  handle: (deps, input, context) => switchRule(deps, input, context, 'ENABLED'),
};

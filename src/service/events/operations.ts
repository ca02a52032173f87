// The operations of Amazon EventBridge that are built, by AWS's name. All else of it (partner event
// sources, global endpoints) answers that it is not built.

import type { OperationTable } from '../../wire/operation.ts';
import type { EventsDeps } from './deps.ts';
import { deleteRule } from './rule/delete-rule.ts';
import { describeRule } from './rule/describe-rule.ts';
import { disableRule } from './rule/disable-rule.ts';
import { enableRule } from './rule/enable-rule.ts';
import { listRuleNamesByTarget } from './rule/list-rule-names-by-target.ts';
import { listRules } from './rule/list-rules.ts';
import { putRule } from './rule/put-rule.ts';
import { listTargetsByRule } from './target/list-targets-by-rule.ts';
import { putTargets } from './target/put-targets.ts';
import { removeTargets } from './target/remove-targets.ts';
import { testEventPattern } from './test-event-pattern.ts';

export const eventsOperations: OperationTable<EventsDeps> = {
  DeleteRule: deleteRule,
  DescribeRule: describeRule,
  DisableRule: disableRule,
  EnableRule: enableRule,
  ListRuleNamesByTarget: listRuleNamesByTarget,
  ListRules: listRules,
  ListTargetsByRule: listTargetsByRule,
  PutRule: putRule,
  PutTargets: putTargets,
  RemoveTargets: removeTargets,
  TestEventPattern: testEventPattern,
};

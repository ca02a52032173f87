// How rules look outside.

import type { Rule as RuleShown } from '@aws-sdk/client-eventbridge';
import type { RequestContext } from '../../../wire/operation.ts';
import { ruleArn } from '../arn.ts';
import type { Rule } from '../resources.ts';

/** What manages the rules of archives on AWS. */
const archives = 'prod.vhs.events.aws.internal';

export const shownRule = (rule: Rule, { scope }: Pick<RequestContext, 'scope'>): RuleShown => ({
  Name: rule.name,
  Arn: ruleArn(scope, rule),
  EventPattern: rule.pattern,
  ScheduleExpression: rule.schedule,
  State: rule.state,
  Description: rule.description,
  RoleArn: rule.roleArn,
  ManagedBy: rule.archive === undefined ? undefined : archives,
  EventBusName: rule.bus,
});

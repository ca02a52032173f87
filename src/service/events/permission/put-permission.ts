// PutPermission: lets others put events to a bus, by a whole policy or by one statement of it.

import type {
  PutPermissionCommandInput,
  PutPermissionCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { scopeParts, type Scope } from '../../../base/ids.ts';
import { partitionOf } from '../../../base/partition.ts';
import { checkPolicy } from '../../../core/policy/check.ts';
import { limit } from '../../../core/limit.ts';
import { onAll } from '../../access.ts';
import { formedAs, lengthIn, validation } from '../../constraint.ts';
import { busArn } from '../arn.ts';
import { change, foundBus, type EventsOperation } from '../deps.ts';
import { policyTooLong } from '../error.ts';
import type { Bus } from '../resources.ts';
import { withStatement } from './statements.ts';

export const putPermission: EventsOperation<PutPermissionCommandInput, PutPermissionCommandOutput> =
  {
    authorizes: () => onAll('events:PutPermission'),

    async handle(deps, input, context) {
      const { Policy: whole } = input;
      if (whole !== undefined) checkWhole(input, whole);
      else checkStatement(input);
      const nowMs = deps.clock.now();
      await change(deps, context, (draft) => {
        const bus = foundBus(draft, context, input.EventBusName);
        const policy = whole ?? withStatement(bus.policy, statementOf(input, context.scope, bus));
        if (policy.length > limit.events.busPolicy) throw policyTooLong();
        draft.put('bus', bus.name, { ...bus, policy, changedAtMs: nowMs });
      });
      return {};
    },
  };

function checkWhole(input: PutPermissionCommandInput, policy: string): void {
  for (const name of ['Action', 'Principal', 'StatementId', 'Condition'] as const)
    if (input[name] !== undefined)
      throw validation(`Parameter ${name} must not be specified where Policy is.`);
  const refusal = checkPolicy(policy, 'resource');
  if (refusal !== undefined) throw validation(refusal.message);
}

function checkStatement({
  Action: action,
  Principal: principal,
  StatementId: id,
  Condition: condition,
}: PutPermissionCommandInput): void {
  if (principal === undefined) throw validation('Parameter Principal must be specified.');
  if (action === undefined) throw validation('Parameter Action must be specified.');
  if (id === undefined) throw validation('Parameter StatementId must be specified.');
  lengthIn(principal, 1, 12, 'principal');
  formedAs(principal, /^(?:\d{12}|\*)$/, String.raw`(\d{12}|\*)`, 'principal');
  lengthIn(id, 1, 64, 'statementId');
  formedAs(id, /^[a-zA-Z0-9-_]+$/, '[a-zA-Z0-9-_]+', 'statementId');
  if (action !== 'events:PutEvents')
    throw validation("Provided value in parameter 'action' is not supported.");
  if (condition === undefined) return;
  if (principal !== '*')
    throw validation(
      "Value of the parameter 'principal' must be '*' when the parameter 'condition' is set.",
    );
  if (condition.Type !== 'StringEquals' || condition.Key !== 'aws:PrincipalOrgID')
    throw validation(
      "Provided value in parameter 'condition' is not supported: it is StringEquals of aws:PrincipalOrgID.",
    );
}

function statementOf(
  {
    Action,
    Principal: principal,
    StatementId: id = '',
    Condition: condition,
  }: PutPermissionCommandInput,
  scope: Scope,
  bus: Bus,
) {
  const partition = partitionOf(scopeParts(scope).region);
  return {
    Sid: id,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:${partition}:iam::${principal}:root` },
    Action,
    Resource: busArn(scope, bus.name),
    ...(condition && {
      Condition: { [condition.Type ?? '']: { [condition.Key ?? '']: condition.Value ?? '' } },
    }),
  };
}

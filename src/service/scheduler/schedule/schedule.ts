// A schedule as CreateSchedule and UpdateSchedule take it, in whole: what a request leaves out has
// its default, whatever it was before.

import type { CreateScheduleInput } from '@aws-sdk/client-scheduler';
import type { Scope } from '../../../base/ids.ts';
import { integerIn, lengthIn, oneOf, validation } from '../../constraint.ts';
import { passRole } from '../../access.ts';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { groupArn } from '../arn.ts';
import { expressionOf, zoneOf } from '../check.ts';
import type { SchedulerDeps } from '../deps.ts';
import { unsupported } from '../error.ts';
import type { Schedule } from '../resources.ts';
import { targetOf } from '../target/target.ts';

/** Member for member, the same of both operations. */
type Given = Omit<CreateScheduleInput, 'Name' | 'GroupName' | 'ClientToken'>;
type Said = Omit<Schedule, 'group' | 'name' | 'createdAtMs' | 'changedAtMs' | 'sinceMs' | 'token'>;

export function scheduleOf(
  given: Given,
  scope: Scope,
  { own, elsewhere }: Pick<SchedulerDeps, 'own' | 'elsewhere'>,
): Said {
  if (given.KmsKeyArn !== undefined) throw unsupported('KmsKeyArn');
  const window: Partial<CreateScheduleInput['FlexibleTimeWindow'] & object> =
    given.FlexibleTimeWindow ?? {};
  const mode = oneOf(['OFF', 'FLEXIBLE'], window.Mode, 'flexibleTimeWindow.mode') ?? 'OFF';
  const minutes = integerIn(
    window.MaximumWindowInMinutes,
    1,
    1_440,
    'flexibleTimeWindow.maximumWindowInMinutes',
  );
  if (mode === 'FLEXIBLE' && minutes === undefined)
    throw validation('MaximumWindowInMinutes must be specified when Mode is FLEXIBLE.');
  const said: Said = {
    description: lengthIn(given.Description, 0, 512, 'description'),
    expression: expressionOf(given.ScheduleExpression ?? ''),
    zone: zoneOf(given.ScheduleExpressionTimezone),
    startMs: given.StartDate?.getTime(),
    endMs: given.EndDate?.getTime(),
    state: oneOf(['ENABLED', 'DISABLED'], given.State, 'state') ?? 'ENABLED',
    window: { mode, minutes },
    afterCompletion:
      oneOf(['NONE', 'DELETE'], given.ActionAfterCompletion, 'actionAfterCompletion') ?? 'NONE',
    target: targetOf(given.Target ?? { Arn: '', RoleArn: '' }, scope, { own, elsewhere }),
  };
  if (said.startMs !== undefined && said.endMs !== undefined && said.endMs < said.startMs)
    throw validation('The EndDate you specify cannot be earlier than the StartDate.');
  return said;
}

const minuteMs = 60_000;

/** AWS ignores both dates of a schedule that fires once. */
export function assertNotStarted({ startMs, expression }: Said, nowMs: number): void {
  if (startMs !== undefined && !expression.startsWith('at') && startMs < nowMs - 5 * minuteMs)
    throw validation('The StartDate you specify cannot be earlier than 5 minutes ago.');
}

/** In AWS's words, which Terraform's provider waits by while a new role becomes known. */
export async function assertRole(
  { mayAssume }: Pick<SchedulerDeps, 'mayAssume'>,
  { target }: Said,
  { scope }: Pick<RequestContext, 'scope'>,
  group: string,
): Promise<void> {
  if (!(await mayAssume(target.roleArn, scope, groupArn(scope, group))))
    throw validation(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    );
}

export const passingRole = (
  { Target: target }: Pick<Given, 'Target'>,
  context: RequestContext,
): Access[] => passRole(context, ['scheduler.amazonaws.com'], { roles: [target?.RoleArn] });

/** Whether it goes on firing as it did. */
export const firesAlike = (a: Said, b: Said): boolean =>
  a.expression === b.expression &&
  a.zone === b.zone &&
  a.startMs === b.startMs &&
  a.endMs === b.endMs &&
  a.state === b.state;

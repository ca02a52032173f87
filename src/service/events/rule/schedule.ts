// Whether a rule may have a schedule. When it fires is others' to say.

import { isRefusal } from '../../../base/refusal.ts';
import { readRuleSchedule } from '../../../core/schedule-expression/read-schedule.ts';
import { lengthIn, validation } from '../../constraint.ts';

/** AWS says no more of it. */
export function checkSchedule(text: string): void {
  lengthIn(text, 0, 256, 'scheduleExpression');
  if (isRefusal(readRuleSchedule(text)))
    throw validation('Parameter ScheduleExpression is not valid.');
}

// The seam to schedule expressions: whether a rule may have one. When it fires is others' to say.

import { lengthIn, validation } from '../../constraint.ts';

const form = /^(?:rate\([1-9]\d{0,8} (?:minute|hour|day)s?\)|cron\(\S+(?: \S+){5}\))$/;

export function checkSchedule(text: string): void {
  lengthIn(text, 0, 256, 'scheduleExpression');
  if (!form.test(text)) throw validation('Parameter ScheduleExpression is not valid.');
}

// Reads a schedule expression as Amazon EventBridge's rules take it, and as EventBridge Scheduler
// does. It says why it takes none, for which AWS has one text a service; it never looks at a clock.

import { refuse, type Refusal } from '../../base/refusal.ts';
import { dayMs, daysInMonth, daysOf, hourMs, minuteMs } from './calendar.ts';
import { readCron } from './cron.ts';
import type { OneTimeSchedule, RateSchedule, Schedule } from './schedule.ts';

/**
 * Of a rule: `rate(…)`, singular for 1 and plural for more, or `cron(…)` with six fields
 * (EventBridge user guide, "Setting a schedule pattern for scheduled rules").
 */
export function readRuleSchedule(text: string): Schedule | Refusal {
  const [kind, inner] = partsOf(text);
  if (kind === 'cron') return readCron(inner, false);
  return kind === 'rate' ? readRate(inner, true) : unknown;
}

/**
 * Of EventBridge Scheduler: `rate(…)` in singular or plural, `cron(…)` whose year may be left out,
 * or `at(…)` (its user guide, "Schedule types"; the API reference of CreateSchedule).
 */
export function readSchedulerSchedule(text: string): Schedule | Refusal {
  const [kind, inner] = partsOf(text);
  if (kind === 'cron') return readCron(inner, true);
  if (kind === 'rate') return readRate(inner, false);
  return kind === 'at' ? readAt(inner) : unknown;
}

const unknown = refuse('invalid', 'it is none of rate(…), cron(…) and at(…)');

function partsOf(text: string): readonly [kind: string, inner: string] {
  const [, kind = '', inner = ''] = /^(rate|cron|at)\(([^()]*)\)$/.exec(text) ?? [];
  return [kind, inner];
}

const unitMs = { minute: minuteMs, hour: hourMs, day: dayMs } as const;

function readRate(text: string, isStrict: boolean): RateSchedule | Refusal {
  const [, digits, unit, plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(text) ?? [];
  const value = Number(digits);
  const everyMs = value * unitMs[unit as keyof typeof unitMs];
  if (!(value > 0) || !Number.isSafeInteger(everyMs))
    return refuse('invalid', 'rate takes a positive number and minutes, hours or days');
  if (isStrict && (value === 1) !== (plural === ''))
    return refuse('invalid', 'one is of a minute, hour or day, and more are plural');
  return { kind: 'rate', everyMs };
}

function readAt(text: string): OneTimeSchedule | Refusal {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(text)?.slice(1).map(Number);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts ?? [];
  const isDate =
    year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || hour > 23 || minute > 59 || second > 59)
    return refuse('invalid', 'at takes yyyy-mm-ddThh:mm:ss');
  return {
    kind: 'at',
    wallMs:
      daysOf({ year, month, day }) * dayMs + hour * hourMs + minute * minuteMs + second * 1_000,
  };
}

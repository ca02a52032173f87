// What the two services take as a schedule expression, and what they refuse: tables from AWS's user
// guides, and expressions of which others found out on AWS itself.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isRefusal } from '../../base/refusal.ts';
import { readRuleSchedule, readSchedulerSchedule } from './read-schedule.ts';

const readable = {
  both: [
    'rate(1 minute)',
    'rate(5 minutes)',
    'rate(1 hour)',
    'rate(1 day)',
    'rate(100000 days)',
    'cron(0 10 * * ? *)',
    'cron(15 10 ? * 6L 2002-2005)',
    'cron(0 2 ? * SAT#3 *)',
    'cron(* * ? * SAT#3 *)',
    'cron(0/5 5 ? JAN 1-5 2022)',
    'cron(0 18 ? * MON-FRI *)',
    'cron(* * ? * mon-sun *)',
    'cron(0/30 20-2 ? * MON-FRI *)',
    'cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)',
    'cron(1-31/30 1-1 ? * 1,7 *)',
    'cron(*/15 * * * ? *)',
    'cron(0-59/10 0-23/2 ? * * *)',
    'cron(0 8 1,15,L * ? *)',
    'cron(0 8 LW * ? *)',
    'cron(0 8 3W * ? *)',
    'cron(0 8 L-3 * ? *)',
    'cron(0  8\t1 JAN,MAR ? 1970,2199)',
    'cron(0 0 ? * L *)',
    'cron(0 0 1/7 */3 ? 2020/4)',
  ],
  scheduler: [
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(1 days)',
    'cron(0 10 * * ?)',
    'at(2022-11-20T13:00:00)',
    'at(2024-02-29T23:59:59)',
  ],
  none: [
    '',
    'rate()',
    'rate(10)',
    'rate(10 seconds)',
    'rate(10 years)',
    'rate(10 minutess)',
    'rate(foo minutes)',
    'rate(0 minutes)',
    'rate(-10 minutes)',
    'rate(1.5 hours)',
    'rate(10 MINUTES)',
    'rate( 10 minutes )',
    ' rate(10 minutes)',
    'rate(10  minutes)',
    'rate(10 minutes) ',
    `rate(${'9'.repeat(200)} days)`,
    'cron()',
    'cron(INVALID)',
    'cron(0 1 * * * *)',
    'cron(0 1 ? * ? *)',
    'cron(0 1 1 * MON *)',
    'cron(7 20 * * NOT *)',
    'cron(0 dummy ? * MON-FRI *)',
    'cron(71 8 1 * ? *)',
    'cron(60 * * * ? *)',
    'cron(*/60 * * * ? *)',
    'cron(0/0 * * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 0 0 * ? *)',
    'cron(0 0 32 * ? *)',
    'cron(0 0 L-31 * ? *)',
    'cron(0 0 1 13 ? *)',
    'cron(0 0 1 0 ? *)',
    'cron(0 0 ? * 0 *)',
    'cron(0 0 ? * 8 *)',
    'cron(15 12 ? * -1 *)',
    'cron(0 0 ? * 3#1,6#3 *)',
    'cron(0 0 ? * 3#6 *)',
    'cron(0 0 ? * 3#0 *)',
    'cron(0 0 ? * 15W *)',
    'cron(0 0 3L * ? *)',
    'cron(L 0 1 * ? *)',
    'cron(? 0 1 * ? *)',
    'cron(0 0 1,? * ? *)',
    'cron(0/5, 9-18 ? * MON-FRI *)',
    'cron(0 0 1 * ? 1969)',
    'cron(0 0 1 * ? 2200)',
    'cron(0 0 1 * ? 2030-2020)',
    'cron(0 0 1 * ? 0)',
    'cron(0 0 0 1 * ? *)',
    'cron(1- 0 1 * ? *)',
    'cron(-1 0 1 * ? *)',
    'cron(1-2-3 0 1 * ? *)',
    'cron(1/2/3 0 1 * ? *)',
    'cron(+1 0 1 * ? *)',
    'CRON(0 10 * * ? *)',
    'at(2021-12-31T23:59:59Z)',
    'at(2021-12-31)',
    'at(2021-02-29T00:00:00)',
    'at(2021-13-01T00:00:00)',
    'at(2021-12-00T00:00:00)',
    'at(2021-12-31T24:00:00)',
    'at(1969-12-31T23:00:00)',
  ],
} as const;

it('takes what both services take', () => {
  for (const text of readable.both) {
    assert.ok(!isRefusal(readRuleSchedule(text)), text);
    assert.deepEqual(readSchedulerSchedule(text), readRuleSchedule(text), text);
  }
});

it('takes more of EventBridge Scheduler than of rules', () => {
  for (const text of readable.scheduler) {
    assert.ok(!isRefusal(readSchedulerSchedule(text)), text);
    assert.ok(isRefusal(readRuleSchedule(text)), text);
  }
});

it('refuses everything else', () => {
  for (const text of readable.none) {
    assert.ok(isRefusal(readSchedulerSchedule(text)), text);
    assert.ok(isRefusal(readRuleSchedule(text)), text);
  }
});

it('reads lists, ranges that run over the end, and steps', () => {
  const { kind: _, ...fields } = readSchedulerSchedule(
    'cron(5,0/20,58-1 22-2/2 ? NOV-FEB FRI-MON 2024/50)',
  ) as object & { kind: string };
  assert.deepEqual(fields, {
    minutes: [0, 1, 5, 20, 40, 58, 59],
    hours: [0, 2, 22],
    months: [1, 2, 11, 12],
    days: [{ by: 'day-of-week', weekdays: [1, 2, 6, 7] }],
    years: [2024, 2074, 2124, 2174],
  });
});

// What a schedule expression says, once it is understood: shapes only. The forms are AWS's (Amazon
// EventBridge user guide, cron and rate expressions; EventBridge Scheduler user guide, schedule
// types).

export type Schedule = RateSchedule | CronSchedule | OneTimeSchedule;

/** `rate(5 minutes)`: at equal distances, whatever clocks do. */
export interface RateSchedule {
  readonly kind: 'rate';
  readonly everyMs: number;
}

/** `cron(0 9 ? * MON-FRI *)`: whenever a clock shows this. Lists ascend. */
export interface CronSchedule {
  readonly kind: 'cron';
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly DayTerm[];
  readonly months: readonly number[];
  readonly years: readonly number[];
}

/** Some days of a month: those of all terms together count. */
export type DayTerm =
  | { readonly by: 'day'; readonly days: readonly number[] }
  /** `L`, `L-3`. */
  | { readonly by: 'last-day'; readonly before: number }
  /** `LW`: the last that is no Saturday and no Sunday. */
  | { readonly by: 'last-weekday' }
  /** `15W`: the nearest to it in the month that is no Saturday and no Sunday. */
  | { readonly by: 'nearest-weekday'; readonly day: number }
  /** 1: Sunday … 7: Saturday. */
  | { readonly by: 'day-of-week'; readonly weekdays: readonly number[] }
  /** `6L`: the month's last Friday. */
  | { readonly by: 'last-day-of-week'; readonly weekday: number }
  /** `3#2`: the month's second Tuesday. */
  | { readonly by: 'nth-day-of-week'; readonly weekday: number; readonly nth: number };

/** `at(2026-11-30T13:00:00)`. */
export interface OneTimeSchedule {
  readonly kind: 'at';
  /** What the clock shows, in milliseconds as if it were one in UTC. */
  readonly wallMs: number;
}

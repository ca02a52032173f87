// When a schedule fires: the first time after a moment, and the last up to one. A clock time that
// is skipped when clocks go forward does not fire, and one that comes twice when they go back fires
// the first time (EventBridge Scheduler user guide, "Daylight savings time"). Firings of a rate are
// counted from its anchor in whole steps, so that none depends on the one before.

import { never } from '../../base/assert.ts';
import { dateOf, dayMs, daysInMonth, daysOf, hourMs, minuteMs, weekdayOf } from './calendar.ts';
import type { CronSchedule, DayTerm, Schedule } from './schedule.ts';
import { firstMoment, nearestMoment, utc, type TimeZone } from './time-zone.ts';

export interface FiringTimes {
  readonly schedule: Schedule;
  /** Absent: UTC. */
  readonly zone?: TimeZone | undefined;
  /** The first firing of a rate; no schedule fires before. */
  readonly anchorMs: number;
  /** None fires after this; absent: none ends. */
  readonly endMs?: number | undefined;
}

/** The first firing after the moment; undefined: there is none any more. */
export function nextFiring(times: FiringTimes, afterMs: number): number | undefined {
  const { schedule, zone = utc, anchorMs, endMs = Infinity } = times;
  const nextMs = unboundedNext(schedule, zone, anchorMs, Math.max(afterMs, anchorMs - 1));
  return nextMs !== undefined && nextMs <= endMs ? nextMs : undefined;
}

function unboundedNext(
  schedule: Schedule,
  zone: TimeZone,
  anchorMs: number,
  afterMs: number,
): number | undefined {
  switch (schedule.kind) {
    case 'rate':
      return (
        anchorMs + (Math.floor((afterMs - anchorMs) / schedule.everyMs) + 1) * schedule.everyMs
      );
    case 'at': {
      const atMs = nearestMoment(schedule.wallMs, zone);
      return atMs > afterMs ? atMs : undefined;
    }
    case 'cron': {
      // What clocks show only grows until they go back, and what they show again has fired before.
      for (const wallMs of wallTimes(schedule, zone.wallMs(afterMs) + 1)) {
        const atMs = firstMoment(wallMs, zone);
        if (atMs !== undefined && atMs > afterMs) return atMs;
      }
      return undefined;
    }
    default:
      return never(schedule);
  }
}

/**
 * The last firing after one moment and not after another; undefined: there is none. It costs a few
 * looks, however many firings lie between.
 */
export function lastFiring(
  times: FiringTimes,
  afterMs: number,
  untilMs: number,
): number | undefined {
  const isDue = (firingMs: number | undefined): firingMs is number =>
    firingMs !== undefined && firingMs <= untilMs;
  let lastMs = nextFiring(times, afterMs);
  if (!isDue(lastMs)) return undefined;
  // The later one looks from, the rarer there is one still: halving finds the last.
  let high = untilMs;
  // Two are at least a minute apart.
  while (high - lastMs >= minuteMs) {
    const middle: number = lastMs + Math.floor((high - lastMs) / 2);
    const nextMs = nextFiring(times, middle);
    if (isDue(nextMs)) lastMs = nextMs;
    else high = middle;
  }
  return lastMs;
}

/** What clocks show when it is time, from `fromMs` on, ascending. */
function* wallTimes(cron: CronSchedule, fromMs: number): Generator<number> {
  const from = dateOf(Math.floor(fromMs / dayMs));
  for (const year of cron.years) {
    if (year < from.year) continue;
    for (const month of cron.months) {
      if (year === from.year && month < from.month) continue;
      for (const dayMsOf of monthsDays(cron.days, year, month)) {
        if (dayMsOf + dayMs <= fromMs) continue;
        for (const hour of cron.hours) {
          const hourStartMs = dayMsOf + hour * hourMs;
          if (hourStartMs + hourMs <= fromMs) continue;
          for (const minute of cron.minutes) {
            const wallMs = hourStartMs + minute * minuteMs;
            if (wallMs >= fromMs) yield wallMs;
          }
        }
      }
    }
  }
}

/** The days of a month that one of the terms means, by their beginning, ascending. */
function monthsDays(terms: readonly DayTerm[], year: number, month: number): number[] {
  const start = daysOf({ year, month, day: 1 }) - 1;
  const length = daysInMonth(year, month);
  const days = new Set(terms.flatMap((term) => daysMeant(term, start, length)));
  return [...days].toSorted((a, b) => a - b).map((day) => (start + day) * dayMs);
}

/** Of one month, whose first day is `start + 1` days after the epoch's. */
function daysMeant(term: DayTerm, start: number, length: number): number[] {
  const within = (day: number): number[] => (day >= 1 && day <= length ? [day] : []);
  switch (term.by) {
    case 'day':
      return term.days.flatMap(within);
    case 'last-day':
      return within(length - term.before);
    case 'last-weekday':
      return [nearestWeekday(length, start, length)];
    case 'nearest-weekday':
      return within(term.day).map((day) => nearestWeekday(day, start, length));
    case 'day-of-week':
      return Array.from({ length }, (_, index) => index + 1).filter((day) =>
        term.weekdays.includes(weekdayOf(start + day)),
      );
    case 'last-day-of-week':
      return [length - ((weekdayOf(start + length) - term.weekday + 7) % 7)];
    case 'nth-day-of-week':
      return within(1 + ((term.weekday - weekdayOf(start + 1) + 7) % 7) + (term.nth - 1) * 7);
    default:
      return never(term);
  }
}

const sunday = 1;
const saturday = 7;

/** It never leaves the month. */
function nearestWeekday(day: number, start: number, length: number): number {
  switch (weekdayOf(start + day)) {
    case saturday:
      return day > 1 ? day - 1 : day + 2;
    case sunday:
      return day < length ? day + 1 : day - 2;
    default:
      return day;
  }
}

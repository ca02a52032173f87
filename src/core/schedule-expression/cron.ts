// Reads the six fields of `cron(…)`. What AWS's documentation leaves open is as in Quartz, whose
// dialect it is: a range may run over the end, a step may stand behind one value or a range.

import { refuse, type Refusal } from '../../base/refusal.ts';
import type { CronSchedule, DayTerm } from './schedule.ts';

interface Field {
  readonly least: number;
  readonly most: number;
  /** The first stands for `least`. */
  readonly names: readonly string[];
  /** A range may run over the end: from 10 in the evening to 2 in the morning. */
  readonly isCyclic: boolean;
}

const field = (least: number, most: number, names: readonly string[] = []): Field => ({
  least,
  most,
  names,
  isCyclic: true,
});
const minute = field(0, 59);
const hour = field(0, 23);
const dayOfMonth = field(1, 31);
const month = field(1, 12, [
  ...['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN'],
  ...['JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
]);
const dayOfWeek = field(1, 7, ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']);
const year: Field = { least: 1970, most: 2199, names: [], isCyclic: false };

/** What is wrong is thrown within this file alone. */
class Unreadable extends Error {}

/** What stands in the brackets. `mayLackYear`: five fields stand for every year. */
export function readCron(text: string, mayLackYear: boolean): CronSchedule | Refusal {
  const fields = text.split(/[ \t]+/);
  if (mayLackYear && fields.length === 5) fields.push('*');
  if (fields.length !== 6) return refuse('invalid', 'there must be six fields');
  const [minutes = '', hours = '', daysOfMonth = '', months = '', daysOfWeek = '', years = ''] =
    fields;
  // Exactly one of the two says which days.
  if ((daysOfMonth === '?') === (daysOfWeek === '?'))
    return refuse('invalid', 'one of day-of-month and day-of-week must be ?, and one not');
  try {
    return {
      kind: 'cron',
      minutes: valuesOf(minutes, minute),
      hours: valuesOf(hours, hour),
      days: daysOfWeek === '?' ? monthDays(daysOfMonth) : weekDays(daysOfWeek),
      months: valuesOf(months, month),
      years: valuesOf(years, year),
    };
  } catch (error) {
    if (error instanceof Unreadable) return refuse('invalid', error.message);
    throw error;
  }
}

/** All that a field may be: most expressions hold some of these, and hold them together. */
const all = new Map<Field, readonly number[]>();

/** All values of a field's list, ascending. */
function valuesOf(text: string, of: Field): readonly number[] {
  if (text !== '*') return listed(text, of);
  const known = all.get(of) ?? listed(text, of);
  all.set(of, known);
  return known;
}

function listed(text: string, of: Field): number[] {
  const values = new Set<number>();
  for (const term of text.split(',')) for (const value of termValues(term, of)) values.add(value);
  return [...values].toSorted((a, b) => a - b);
}

/** Of `*`, `5`, `5-9`, each with a step behind it or without. */
function termValues(term: string, of: Field): number[] {
  const [, range = '', stepText] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(term) ?? unreadable(term);
  const step = stepText === undefined ? 1 : stepIn(stepText, of);
  if (range === '*') return stepped(of.least, of.most, step, of);
  const [, first = '', last] = /^(\w+)(?:-(\w+))?$/.exec(range) ?? unreadable(term);
  const from = valueIn(first, of);
  if (last !== undefined) return stepped(from, valueIn(last, of), step, of);
  return stepText === undefined ? [from] : stepped(from, of.most, step, of);
}

function stepped(from: number, to: number, step: number, of: Field): number[] {
  const { least, most, isCyclic } = of;
  if (from > to && !isCyclic) return unreadable(`${from}-${to}`);
  const count = most - least + 1;
  const end = from > to ? to + count : to;
  const values = [];
  for (let value = from; value <= end; value += step)
    values.push(value > most ? value - count : value);
  return values;
}

/** AWS refuses minutes in steps of 60, and the like. */
function stepIn(text: string, { least, most }: Field): number {
  const step = Number(text);
  return step >= 1 && step <= (least === 0 ? most : most - least + 1) ? step : unreadable(text);
}

function valueIn(text: string, { least, most, names }: Field): number {
  const named = names.indexOf(text.toUpperCase());
  const value = named >= 0 ? least + named : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : unreadable(text);
}

function monthDays(text: string): DayTerm[] {
  return text.split(',').map((term): DayTerm => {
    const upper = term.toUpperCase();
    if (upper === 'LW') return { by: 'last-weekday' };
    const last = /^L(?:-(\d{1,2}))?$/.exec(upper);
    if (last !== null) {
      const before = Number(last[1] ?? 0);
      return before < dayOfMonth.most ? { by: 'last-day', before } : unreadable(term);
    }
    const near = /^(\d{1,2})W$/.exec(upper)?.[1];
    return near === undefined
      ? { by: 'day', days: valuesOf(term, dayOfMonth) }
      : { by: 'nearest-weekday', day: valueIn(near, dayOfMonth) };
  });
}

function weekDays(text: string): DayTerm[] {
  const nth = /^(\w+)#([1-5])$/.exec(text);
  // It stands alone: AWS takes a list with it for two expressions.
  if (nth !== null)
    return [
      {
        by: 'nth-day-of-week',
        weekday: valueIn(nth[1] ?? '', dayOfWeek),
        nth: Number(nth[2]),
      },
    ];
  return text.split(',').map((term): DayTerm => {
    // The last day of the week is Saturday.
    if (term.toUpperCase() === 'L') return { by: 'day-of-week', weekdays: [dayOfWeek.most] };
    const last = /^(\w+)L$/i.exec(term)?.[1];
    return last === undefined
      ? { by: 'day-of-week', weekdays: valuesOf(term, dayOfWeek) }
      : { by: 'last-day-of-week', weekday: valueIn(last, dayOfWeek) };
  });
}

function unreadable(what: string): never {
  throw new Unreadable(`${what} is not readable`);
}

// When schedules fire: examples of AWS's user guides, changes of clocks as EventBridge Scheduler's
// guide tells them, and an oracle that looks at a clock minute by minute and knows nothing of how
// the next time is found.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../base/refusal.ts';
import { lastFiring, nextFiring, type FiringTimes } from './next-firing.ts';
import { readSchedulerSchedule } from './read-schedule.ts';
import { timeZone } from './time-zone.ts';

function times(expression: string, zone = 'UTC', anchor = '1970-01-01T00:00:00Z'): FiringTimes {
  const schedule = readSchedulerSchedule(expression);
  assert.ok(!isRefusal(schedule), expression);
  const known = timeZone(zone);
  assert.ok(known, zone);
  return { schedule, zone: known, anchorMs: Date.parse(anchor) };
}

/** The next ones, as UTC. */
function firings(of: FiringTimes, after: string, count: number): string[] {
  const found: string[] = [];
  let atMs: number | undefined = Date.parse(after);
  while (found.length < count) {
    atMs = nextFiring(of, atMs);
    if (atMs === undefined) break;
    found.push(new Date(atMs).toISOString().replace(/(:00)?\.000Z$/, ''));
  }
  return found;
}

const tables: readonly (readonly [expression: string, ...firings: string[]])[] = [
  ['cron(0 10 * * ? *)', '2026-11-30T10:00', '2026-12-01T10:00'],
  ['cron(15 12 * * ? *)', '2026-11-30T12:15', '2026-12-01T12:15'],
  ['cron(0 18 ? * MON-FRI *)', '2026-11-30T18:00', '2026-12-01T18:00'],
  ['cron(0 8 1 * ? *)', '2026-12-01T08:00', '2027-01-01T08:00'],
  ['cron(0/15 * * * ? *)', '2026-11-30T03:15', '2026-11-30T03:30'],
  ['cron(0/30 20-2 ? * MON *)', '2026-11-30T20:00', '2026-11-30T20:30'],
  ['cron(15 10 ? * 6L 2022-2027)', '2026-12-25T10:15', '2027-01-29T10:15'],
  ['cron(0 9 ? * 2#1 *)', '2026-12-07T09:00', '2027-01-04T09:00'],
  ['cron(0 9 ? * 3#5 *)', '2026-12-29T09:00', '2027-03-30T09:00'],
  ['cron(0 0 L * ? *)', '2026-12-31T00:00', '2027-01-31T00:00', '2027-02-28T00:00'],
  ['cron(0 0 L-30 * ? *)', '2026-12-01T00:00', '2027-01-01T00:00', '2027-03-01T00:00'],
  ['cron(0 0 LW * ? *)', '2026-12-31T00:00', '2027-01-29T00:00', '2027-02-26T00:00'],
  // 2027-05-01 is a Saturday, 2027-08-01 a Sunday.
  ['cron(0 0 1W 5,8 ? *)', '2027-05-03T00:00', '2027-08-02T00:00'],
  // 2027-01-31 is a Sunday; a month of 30 days has no 31st that anything could be near to.
  ['cron(0 0 31W * ? 2027)', '2027-01-29T00:00', '2027-03-31T00:00', '2027-05-31T00:00'],
  ['cron(0 0 15W * ? 2027)', '2027-01-15T00:00', '2027-02-15T00:00', '2027-03-15T00:00'],
  ['cron(0 0 ? * L *)', '2026-12-05T00:00', '2026-12-12T00:00'],
  ['cron(0 0 29 2 ? *)', '2028-02-29T00:00', '2032-02-29T00:00'],
  ['cron(59 23 31 12 ? 2199)', '2199-12-31T23:59'],
  ['cron(0 0 31 2 ? *)'],
  ['cron(0 0 1 1 ? 2019-2026)'],
  ['at(2026-11-30T13:00:05)', '2026-11-30T13:00:05'],
  ['at(2026-11-30T03:00:00)'],
];

it('fires when the user guides say', () => {
  for (const [expression, ...expected] of tables)
    assert.deepEqual(
      firings(times(expression), '2026-11-30T03:00:00Z', Math.max(expected.length, 1)),
      expected,
      expression,
    );
});

it('counts a rate from its anchor, whatever clocks do', () => {
  const daily = times('rate(1 days)', 'America/New_York', '2026-10-31T12:00:07Z');
  const expected = ['2026-10-31T12:00:07', '2026-11-01T12:00:07', '2026-11-02T12:00:07'];
  assert.deepEqual(firings(daily, '2026-10-01T00:00:00Z', 3), expected);
  assert.deepEqual(firings(daily, '2026-10-31T12:00:07Z', 2), expected.slice(1));
});

it('fires no more after its end, and not before its anchor', () => {
  const of = { ...times('cron(0 * * * ? *)'), endMs: Date.parse('2026-11-30T05:00:00Z') };
  assert.deepEqual(firings(of, '2026-11-30T03:30:00Z', 5), [
    '2026-11-30T04:00',
    '2026-11-30T05:00',
  ]);
  const late = times('cron(0 * * * ? *)', 'UTC', '2026-11-30T04:00:00Z');
  assert.deepEqual(firings(late, '2026-11-30T01:30:00Z', 1), ['2026-11-30T04:00']);
});

it('skips what clocks skip, and fires once what they show twice', () => {
  const la = 'America/Los_Angeles';
  // At 02:00 of 2027-03-14 it becomes 03:00; the guide's own example.
  assert.deepEqual(firings(times('cron(30 2 * * ? *)', la), '2027-03-13T00:00:00Z', 3), [
    '2027-03-13T10:30',
    '2027-03-15T09:30',
    '2027-03-16T09:30',
  ]);
  // At 02:00 of 2027-11-07 it becomes 01:00.
  assert.deepEqual(firings(times('cron(30 1 * * ? *)', la), '2027-11-07T00:00:00Z', 2), [
    '2027-11-07T08:30',
    '2027-11-08T09:30',
  ]);
  assert.deepEqual(firings(times('cron(0/30 * * * ? *)', la), '2027-11-07T08:00:00Z', 3), [
    '2027-11-07T08:30',
    '2027-11-07T10:00',
    '2027-11-07T10:30',
  ]);
  // A change by half an hour.
  const lordHowe = times('cron(0/15 * * * ? *)', 'Australia/Lord_Howe');
  assert.deepEqual(firings(lordHowe, '2027-10-02T15:16:00Z', 2), [
    '2027-10-02T15:30',
    '2027-10-02T15:45',
  ]);
  // All of 2011-12-30 was skipped.
  assert.deepEqual(
    firings(times('cron(0 12 * * ? *)', 'Pacific/Apia'), '2011-12-29T00:00:00Z', 2),
    ['2011-12-29T22:00', '2011-12-30T22:00'],
  );
});

it('fires one time schedules though their clock skips them, and at the first of two', () => {
  const la = 'America/Los_Angeles';
  const at = (text: string): string[] =>
    firings(times(`at(${text})`, la), '2027-01-01T00:00:00Z', 2);
  assert.deepEqual(at('2027-03-14T02:30:00'), ['2027-03-14T10:30']);
  assert.deepEqual(at('2027-11-07T01:30:00'), ['2027-11-07T08:30']);
  assert.deepEqual(at('2027-07-01T13:00:00'), ['2027-07-01T20:00']);
});

it('knows the zones of the IANA and nothing else', () => {
  for (const name of ['UTC', 'Europe/Berlin', 'Etc/GMT+5', 'America/Argentina/Buenos_Aires', 'EST'])
    assert.ok(timeZone(name), name);
  for (const name of ['', 'Mars/Olympus', '+02:00', 'Europe/Berlin ', '../etc/passwd'])
    assert.equal(timeZone(name), undefined, name);
});

// The oracle.

interface Clock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  /** Of its month. */
  readonly days: number;
}

interface Told {
  readonly text: string;
  readonly means: (clock: Clock) => boolean;
}

const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function clockAt(format: Intl.DateTimeFormat, atMs: number): Clock {
  const parts = Object.fromEntries(
    format.formatToParts(atMs).map(({ type, value }) => [type, value]),
  );
  const [year, month, day, hour, minute] = ['year', 'month', 'day', 'hour', 'minute'].map((type) =>
    Number(parts[type]),
  ) as [number, number, number, number, number];
  const weekday = weekdays.indexOf((parts['weekday'] ?? '').toUpperCase()) + 1;
  return {
    year,
    month,
    day,
    hour,
    minute,
    weekday,
    days: new Date(Date.UTC(year, month, 0)).getUTCDate(),
  };
}

const plainTerms = (
  of: (clock: Clock) => number,
  least: number,
  most: number,
  nameOf: (value: number) => string = String,
): fc.Arbitrary<Told> => {
  const value = fc.integer({ min: least, max: most });
  const step = fc.integer({ min: 1, max: most - least });
  const isBetween = (at: number, from: number, to: number): boolean =>
    from <= to ? at >= from && at <= to : at >= from || at <= to;
  const behind = (at: number, from: number): number =>
    at >= from ? at - from : at - from + most - least + 1;
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant({ text: '*', means: () => true }) },
    {
      weight: 3,
      arbitrary: value.map((one) => ({
        text: nameOf(one),
        means: (clock: Clock) => of(clock) === one,
      })),
    },
    step.map((by) => ({
      text: `*/${by}`,
      means: (clock: Clock) => (of(clock) - least) % by === 0,
    })),
    fc.tuple(value, step).map(([from, by]) => ({
      text: `${from}/${by}`,
      means: (clock: Clock) => of(clock) >= from && (of(clock) - from) % by === 0,
    })),
    fc.tuple(value, value, step).map(([from, to, by]) => ({
      text: `${nameOf(from)}-${nameOf(to)}/${by}`,
      means: (clock: Clock) => isBetween(of(clock), from, to) && behind(of(clock), from) % by === 0,
    })),
  );
};

const listOf = (terms: fc.Arbitrary<Told>): fc.Arbitrary<Told> =>
  fc.array(terms, { minLength: 1, maxLength: 3 }).map((list) => ({
    text: list.map(({ text }) => text).join(),
    means: (clock) => list.some(({ means }) => means(clock)),
  }));

const isWorkday = (weekday: number): boolean => weekday !== 1 && weekday !== 7;
/** The weekday of another day of the clock's month. */
const weekdayOn = ({ day, weekday }: Clock, other: number): number =>
  ((((weekday - 1 + other - day) % 7) + 7) % 7) + 1;
/** By trying all: the workday of the month that is nearest to the day. */
function nearest(clock: Clock, day: number): number {
  const all = Array.from({ length: clock.days }, (_, index) => index + 1);
  const workdays = all.filter((one) => isWorkday(weekdayOn(clock, one)));
  return workdays.toSorted((a, b) => Math.abs(a - day) - Math.abs(b - day))[0] as number;
}

const someDays: fc.Arbitrary<readonly [Told, Told]> = fc.oneof(
  listOf(
    fc.oneof(
      plainTerms(({ day }) => day, 1, 31),
      fc.constant({ text: 'L', means: ({ day, days }: Clock) => day === days }),
      fc.integer({ min: 1, max: 30 }).map((before) => ({
        text: `L-${before}`,
        means: ({ day, days }: Clock) => day === days - before,
      })),
      fc.constant({
        text: 'LW',
        means: (clock: Clock) => clock.day === nearest(clock, clock.days),
      }),
      fc.integer({ min: 1, max: 31 }).map((near) => ({
        text: `${near}W`,
        means: (clock: Clock) => near <= clock.days && clock.day === nearest(clock, near),
      })),
    ),
  ).map((told) => [told, { text: '?', means: () => true }] as const),
  fc
    .oneof(
      listOf(
        fc.oneof(
          plainTerms(
            ({ weekday }) => weekday,
            1,
            7,
            (value) => weekdays[value - 1] as string,
          ),
          fc.constant({ text: 'L', means: ({ weekday }: Clock) => weekday === 7 }),
          fc.integer({ min: 1, max: 7 }).map((last) => ({
            text: `${last}L`,
            means: ({ weekday, day, days }: Clock) => weekday === last && day + 7 > days,
          })),
        ),
      ),
      fc
        .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }))
        .map(([one, nth]) => ({
          text: `${one}#${nth}`,
          means: ({ weekday, day }: Clock) => weekday === one && Math.ceil(day / 7) === nth,
        })),
    )
    .map((told) => [{ text: '?', means: () => true }, told] as const),
);

const crons: fc.Arbitrary<Told> = fc
  .tuple(
    listOf(plainTerms(({ minute }) => minute, 0, 59)),
    listOf(plainTerms(({ hour }) => hour, 0, 23)),
    someDays,
    listOf(
      plainTerms(
        ({ month }) => month,
        1,
        12,
        (value) => months[value - 1] as string,
      ),
    ),
  )
  .map(([minute, hour, [monthDay, weekDay], month]) => ({
    text: `cron(${[minute, hour, monthDay, month, weekDay].map(({ text }) => text).join(' ')} *)`,
    means: (clock) => [minute, hour, monthDay, weekDay, month].every(({ means }) => means(clock)),
  }));

/** A day on which each of them changes its clocks, or an ordinary one. */
const changes: readonly (readonly [zone: string, day: string])[] = [
  ['America/Los_Angeles', '2027-03-14'],
  ['America/Los_Angeles', '2027-11-07'],
  ['Europe/Berlin', '2027-03-28'],
  ['Europe/Berlin', '2027-10-31'],
  ['Australia/Lord_Howe', '2027-04-04'],
  ['Australia/Lord_Howe', '2027-10-03'],
  ['Africa/Casablanca', '2027-02-07'],
  ['America/St_Johns', '2027-11-07'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kathmandu', '2028-02-29'],
  ['UTC', '2026-12-31'],
];

it('fires as one does who looks at the clock every minute', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...changes),
      crons,
      fc.integer({ min: 0, max: 1_440 }),
      (change, cron, from) => {
        const [zone, day] = change;
        const format = new Intl.DateTimeFormat('en-US', {
          timeZone: zone,
          hourCycle: 'h23',
          weekday: 'short',
          year: 'numeric',
          month: 'numeric',
          day: 'numeric',
          hour: 'numeric',
          minute: 'numeric',
        });
        const middleMs = Date.parse(`${day}T00:00:00Z`);
        const startMs = middleMs - 86_400_000 + from * 60_000;
        const untilMs = middleMs + 86_400_000;
        const expected: number[] = [];
        const seen = new Set<string>();
        for (let atMs = middleMs - 2 * 86_400_000; atMs <= untilMs; atMs += 60_000) {
          const clock = clockAt(format, atMs);
          const shown = JSON.stringify(clock);
          if (!seen.has(shown) && atMs > startMs && cron.means(clock)) expected.push(atMs);
          seen.add(shown);
        }
        const of = times(cron.text, zone);
        const found: number[] = [];
        for (let atMs = nextFiring(of, startMs); atMs !== undefined && atMs <= untilMs;) {
          found.push(atMs);
          atMs = nextFiring(of, atMs);
        }
        assert.deepEqual(found, expected, `${cron.text} in ${zone}`);
        assert.equal(lastFiring(of, startMs, untilMs), expected.at(-1), cron.text);
        assert.equal(
          lastFiring(of, startMs, untilMs - 12_345),
          expected.findLast((atMs) => atMs <= untilMs - 12_345),
        );
      },
    ),
    { numRuns: 60 },
  );
});

it('finds the last of many firings with a few looks', () => {
  const of = times('rate(1 minute)', 'UTC', '2026-01-01T00:00:30Z');
  const untilMs = Date.parse('2026-11-30T00:00:00Z');
  assert.equal(lastFiring(of, 0, untilMs), untilMs - 30_000);
  assert.equal(lastFiring(of, untilMs - 30_000, untilMs), undefined);
  assert.equal(lastFiring(of, untilMs - 30_001, untilMs), untilMs - 30_000);
});

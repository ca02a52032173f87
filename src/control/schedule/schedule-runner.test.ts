// When firings of schedules are brought about: on time, once, and after down time by the rule that
// the latest alone is made up for. Deliveries and marks are kept as a store keeps them: what a
// crash leaves is both or neither.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scopeOf } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import { readSchedulerSchedule } from '../../core/schedule-expression/read-schedule.ts';
import { timeZone } from '../../core/schedule-expression/time-zone.ts';
import type { FiringMark, NewDelivery } from '../../port/delivery.ts';
import type { Deliveries } from '../../port/outbox.ts';
import type { Timetable } from '../../port/timetable.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { ScheduleRunner } from './schedule-runner.ts';

const scope = scopeOf('123456789012', 'us-east-1');
const start = Date.parse('2026-11-30T03:00:00Z');
const minute = 60_000;
const hour = 60 * minute;

/** What is durable. */
class Kept implements Pick<Deliveries, 'add' | 'firedUpToMs'> {
  readonly deliveries: NewDelivery[] = [];
  readonly marks = new Map<string, number>();
  writes = 0;
  /** The process ends at the next write: before it is durable, or before anybody hears of it. */
  crash: 'before' | 'after' | undefined;

  add(deliveries: readonly NewDelivery[], _: unknown, marks: readonly FiringMark[] = []) {
    this.writes++;
    const { crash } = this;
    this.crash = undefined;
    if (crash !== 'before') {
      this.deliveries.push(...deliveries);
      for (const { schedule, firedUpToMs } of marks)
        if (firedUpToMs === undefined) this.marks.delete(schedule);
        else this.marks.set(schedule, firedUpToMs);
    }
    return crash === undefined ? Promise.resolve() : Promise.reject(new Error('the end'));
  }

  firedUpToMs(name: string): number | undefined {
    return this.marks.get(name);
  }

  /** `name time`, and `+delay` of what was late. */
  told(): string[] {
    return this.deliveries.map(({ body }) => body);
  }
}

interface Plan {
  readonly expression: string;
  readonly zone?: string;
  readonly sinceMs?: number;
  readonly endMs?: number;
  readonly windowMs?: number;
  readonly maxAgeMs?: number;
}

function timetable(name: string, plan: Plan): Timetable {
  const schedule = readSchedulerSchedule(plan.expression);
  assert.ok(!isRefusal(schedule), plan.expression);
  const { sinceMs = start, endMs, windowMs = 0, maxAgeMs = 24 * hour, zone = 'UTC' } = plan;
  return {
    name,
    times: { schedule, zone: timeZone(zone), anchorMs: sinceMs, endMs },
    sinceMs,
    windowMs,
    deliveriesOf: ({ scheduledMs, dueMs, isLast, lateMs }) =>
      lateMs > maxAgeMs
        ? []
        : [
            {
              scope,
              lane: { kind: 'schedule', id: name },
              sinceMs: dueMs,
              body: `${name} ${new Date(scheduledMs).toISOString().slice(0, 16)}${isLast ? ' last' : ''}`,
            },
          ],
  };
}

class House {
  readonly clock = new VirtualClock(start);
  readonly kept = new Kept();
  readonly tables = new Map<string, Timetable>();
  #changed: (name: string, timetable: Timetable | undefined) => void = () => undefined;
  runner = this.#begin();

  #begin(): ScheduleRunner {
    const source = {
      all: () => this.tables.values(),
      watch: (changed: House['put']) => {
        this.#changed = changed as never;
      },
    };
    const parts = { clock: this.clock, deliveries: this.kept, sources: [source as never] };
    return new ScheduleRunner(parts);
  }

  put = (name: string, plan: Plan | undefined): void => {
    const made = plan && timetable(name, plan);
    if (made === undefined) this.tables.delete(name);
    else this.tables.set(name, made);
    this.#changed(name, made);
  };

  /** Another server on what is kept. */
  async restart(): Promise<void> {
    await this.runner.close();
    this.runner = this.#begin();
    await this.open();
  }

  async open(): Promise<void> {
    const opened = this.runner.open();
    await this.clock.pass();
    await opened;
    await this.clock.pass();
  }
}

async function house(plans: Record<string, Plan> = {}): Promise<House> {
  const made = new House();
  for (const [name, plan] of Object.entries(plans)) made.put(name, plan);
  await made.open();
  return made;
}

it('fires on time, each by its own schedule', async () => {
  const { clock, kept } = await house({
    often: { expression: 'rate(20 minutes)' },
    once: { expression: 'at(2026-11-30T03:30:00)' },
    hourly: { expression: 'cron(0 * * * ? *)', endMs: start + 2 * hour },
  });
  await clock.pass(hour + 1);
  assert.deepEqual(kept.told(), [
    'often 2026-11-30T03:20',
    'once 2026-11-30T03:30 last',
    'often 2026-11-30T03:40',
    'hourly 2026-11-30T04:00',
    'often 2026-11-30T04:00',
  ]);
  assert.deepEqual(
    kept.deliveries.map(({ sinceMs }) => (sinceMs - start) / minute),
    [20, 30, 40, 60, 60],
  );
  assert.equal(kept.marks.get('often'), start + hour);
});

it('looks at nothing before it is due', async () => {
  const { clock, kept } = await house({ yearly: { expression: 'cron(0 0 1 1 ? *)' } });
  await clock.pass(24 * hour);
  assert.equal(kept.writes, 0);
});

it('takes up, changes and forgets schedules while it runs', async () => {
  const { clock, kept, put } = await house();
  put('a', { expression: 'cron(0/10 * * * ? *)' });
  await clock.pass(15 * minute);
  put('a', { expression: 'cron(0/15 * * * ? *)', sinceMs: clock.now() });
  put('b', { expression: 'cron(0/10 * * * ? *)' });
  await clock.pass(15 * minute);
  put('a', undefined);
  await clock.pass(10 * minute);
  assert.deepEqual(kept.told(), [
    'a 2026-11-30T03:10',
    // What was due before it was there, but by its times: it was missed.
    'b 2026-11-30T03:10',
    'b 2026-11-30T03:20',
    'a 2026-11-30T03:30',
    'b 2026-11-30T03:30',
    'b 2026-11-30T03:40',
  ]);
  assert.deepEqual([...kept.marks.keys()], ['b']);
});

it('makes up for the latest of the firings that were missed, if it is not too old', async () => {
  const made = await house({
    minutely: { expression: 'rate(1 minute)' },
    daily: { expression: 'cron(0 4 * * ? *)' },
    old: { expression: 'cron(0 4 * * ? *)', maxAgeMs: hour },
    once: { expression: 'at(2026-11-30T04:30:00)' },
    later: { expression: 'at(2026-12-01T00:00:00)' },
  });
  await made.clock.pass(90_000);
  await made.runner.close();
  made.clock.stall(3 * hour);
  await made.restart();
  await made.clock.pass(minute);
  assert.deepEqual(made.kept.told(), [
    'minutely 2026-11-30T03:01',
    'minutely 2026-11-30T06:01',
    'daily 2026-11-30T04:00',
    'once 2026-11-30T04:30 last',
    'minutely 2026-11-30T06:02',
  ]);
  // What was skipped is skipped for good.
  assert.equal(made.kept.marks.get('old'), Date.parse('2026-11-30T04:00:00Z'));
});

it('takes a clock that is set ahead for down time, and fires nothing twice when it is set back', async () => {
  const { clock, kept } = await house({ often: { expression: 'cron(0/10 * * * ? *)' } });
  await clock.pass(10 * minute);
  clock.setBy(2 * hour);
  await clock.pass(minute);
  const ahead = ['often 2026-11-30T03:10', 'often 2026-11-30T05:10'];
  assert.deepEqual(kept.told(), ahead);
  clock.setBy(-2 * hour);
  await clock.pass(118 * minute);
  assert.deepEqual(kept.told(), ahead);
  await clock.pass(12 * minute);
  assert.deepEqual(kept.told(), [...ahead, 'often 2026-11-30T05:20']);
});

it('neither loses nor doubles a firing when it ends between firing and mark', async () => {
  for (const crash of ['before', 'after'] as const) {
    const made = await house({
      a: { expression: 'cron(0/10 * * * ? *)' },
      b: { expression: 'cron(5/10 * * * ? *)' },
    });
    for (let times = 0; times < 6; times++) {
      made.kept.crash = crash;
      await made.clock.pass(5 * minute + 1);
      await made.restart();
    }
    const expected = ['b 03:05', 'a 03:10', 'b 03:15', 'a 03:20', 'b 03:25', 'a 03:30'];
    assert.deepEqual(
      made.kept.told().map((text) => text.replace('2026-11-30T', '')),
      expected,
      crash,
    );
  }
});

it('fires at the same moment of a window, whoever runs, and in order', async () => {
  const plans = {
    wide: { expression: 'rate(10 minutes)', windowMs: 30 * minute },
    narrow: { expression: 'cron(0 * * * ? *)', windowMs: 15 * minute },
  };
  const moments = async (cut: number | undefined): Promise<string[]> => {
    const made = await house(plans);
    if (cut === undefined) await made.clock.pass(3 * hour);
    else
      for (let passed = 0; passed < 3 * hour; passed += cut) {
        await made.clock.pass(cut);
        await made.restart();
      }
    return made.kept.deliveries.map(({ body, sinceMs }) => `${body} ${sinceMs - start}`);
  };
  const at = await moments(undefined);
  assert.deepEqual(await moments(7 * minute + 30_000), at);
  const wide = at.filter((text) => text.startsWith('wide'));
  assert.equal(wide.length, 17);
  const delays = wide.map((text, index) => Number(text.split(' ')[2]) - (index + 1) * 10 * minute);
  assert.ok(delays.every((ms) => ms >= 0 && ms < 10 * minute));
  assert.ok(new Set(delays).size > 10);
});

it('fires what is waiting for its moment after the one before was missed', async () => {
  const made = await house({ a: { expression: 'rate(10 minutes)', windowMs: 10 * minute } });
  await made.runner.close();
  made.clock.stall(61 * minute);
  await made.restart();
  await made.clock.pass(20 * minute);
  const times = made.kept.told().map((text) => text.slice(-5));
  assert.equal(new Set(times).size, times.length);
  assert.ok(times.includes('03:50') || times[0] === '04:00', times.join());
  assert.ok(times.includes('04:00'));
});

it('keeps a hundred thousand schedules, and writes those that are due together', async () => {
  const made = new House();
  for (let index = 0; index < 100_000; index++)
    made.tables.set(
      `s${index}`,
      timetable(`s${index}`, {
        expression: `cron(0 ${index % 24} ${1 + (Math.floor(index / 24) % 28)} * ? *)`,
      }),
    );
  await made.open();
  await made.clock.pass(24 * hour);
  // Those of the hours from midnight to three of the month's first.
  assert.equal(made.kept.deliveries.length, 596);
  assert.equal(made.kept.writes, 4);
});

it('ends while it begins', async () => {
  const made = new House();
  made.put('a', { expression: 'rate(1 minute)' });
  for (let index = 0; index < 2_000; index++)
    made.tables.set(`s${index}`, timetable(`s${index}`, { expression: 'rate(1 minute)' }));
  const opened = made.runner.open();
  await made.runner.close();
  await made.clock.pass(hour);
  await opened;
  assert.equal(made.kept.writes, 0);
});

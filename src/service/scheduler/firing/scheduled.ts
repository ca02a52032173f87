// Schedules for the runner: when each fires, and the delivery that a firing is. A schedule that
// goes when it is done is followed by a delivery of its own, which removes it. It fires none.

import type { Scope } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { limit } from '../../../core/limit.ts';
import type { FiringTimes } from '../../../core/schedule-expression/next-firing.ts';
import { readSchedulerSchedule } from '../../../core/schedule-expression/read-schedule.ts';
import { timeZone } from '../../../core/schedule-expression/time-zone.ts';
import type { NewDelivery } from '../../../port/delivery.ts';
import type { Firing, Timetable, TimetableSource } from '../../../port/timetable.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { scheduleArn } from '../arn.ts';
import { scheduleKey, scheduleOfKey, type Schedule, type SchedulerKinds } from '../resources.ts';

/** {@link Lane.kind} of schedules; the lane's id is `scheduleKey`. */
export const scheduleLane = 'schedule';

/** What is on its way to a schedule's target. */
export interface ScheduleDelivery {
  /** When the schedule was made whose it is: not that of another one of its name. */
  readonly madeMs: number;
  /** A firing; absent: the schedule is done, and goes. */
  readonly scheduledMs?: number | undefined;
  /** Of one that goes: only if nobody has changed it since. */
  readonly changedMs?: number | undefined;
}

type Space = Pick<ResourceSpace<SchedulerKinds>, 'scopes' | 'current' | 'watch'>;

export class Scheduled implements TimetableSource {
  readonly #space: Space;
  readonly #keys = new Map<Scope, Set<string>>();

  constructor(space: Space) {
    this.#space = space;
    space.watch((scope, { put, remove }) => {
      const keys = this.#keysOf(scope);
      for (const { kind, id } of put) if (kind === 'schedule') keys.add(id);
      for (const { kind, id } of remove) if (kind === 'schedule') keys.delete(id);
    });
  }

  #keysOf(scope: Scope): Set<string> {
    const keys = this.#keys.get(scope) ?? new Set();
    this.#keys.set(scope, keys);
    return keys;
  }

  /** How many there are, once all have been looked at. */
  count(scope: Scope): number {
    return this.#keys.get(scope)?.size ?? 0;
  }

  *all(): Generator<Timetable> {
    for (const scope of this.#space.scopes()) yield* this.#allOf(scope);
  }

  *#allOf(scope: Scope): Generator<Timetable> {
    const { lookedAtOnce } = limit.scheduler;
    for (let from = ''; ;) {
      const page = this.#space.current(scope).from('schedule', from, lookedAtOnce);
      for (const schedule of page) {
        this.#keysOf(scope).add(scheduleKey(schedule));
        const timetable = timetableOf(scope, schedule);
        if (timetable !== undefined) yield timetable;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < lookedAtOnce) return;
      from = `${scheduleKey(last)}\u0000`;
    }
  }

  watch(changed: Parameters<TimetableSource['watch']>[0]): void {
    this.#space.watch((scope, { put, remove }) => {
      for (const { kind, body } of put) {
        if (kind !== 'schedule') continue;
        const schedule = body as Schedule;
        changed(scheduleArn(scope, schedule), timetableOf(scope, schedule));
      }
      for (const { kind, id } of remove)
        if (kind === 'schedule') changed(scheduleArn(scope, scheduleOfKey(id)), undefined);
    });
  }
}

/** Undefined: it does not fire, or not now. It holds no more of the schedule than it needs. */
function timetableOf(scope: Scope, schedule: Schedule): Timetable | undefined {
  const { state, window, sinceMs } = schedule;
  const times = state === 'ENABLED' ? firingTimes(schedule) : undefined;
  if (times === undefined) return undefined;
  const deliveriesOf = deliveriesFor(scope, schedule);
  return {
    name: scheduleArn(scope, schedule),
    times,
    // What fires at this very moment is its own.
    sinceMs: sinceMs - 1,
    windowMs: window.mode === 'OFF' ? 0 : (window.minutes ?? 0) * 60_000,
    deliveriesOf,
  };
}

function firingTimes({
  expression,
  zone: zoneName,
  startMs,
  endMs,
  sinceMs,
}: Pick<Schedule, 'expression' | 'zone' | 'startMs' | 'endMs' | 'sinceMs'>):
  | FiringTimes
  | undefined {
  const schedule = readSchedulerSchedule(expression);
  const zone = timeZone(zoneName);
  // It was taken once, by other rules of what a schedule is.
  if (isRefusal(schedule) || zone === undefined) return undefined;
  return schedule.kind === 'at'
    ? { schedule, zone, anchorMs: sinceMs }
    : { schedule, zone, anchorMs: startMs ?? sinceMs, endMs };
}

function deliveriesFor(scope: Scope, schedule: Schedule): Timetable['deliveriesOf'] {
  const { afterCompletion, createdAtMs: madeMs, changedAtMs: changedMs, target } = schedule;
  const lane = { kind: scheduleLane, id: scheduleKey(schedule) };
  const maxAgeMs = target.maxAgeSeconds * 1_000;
  const delivery = ({ dueMs }: Firing, body: ScheduleDelivery, key?: string): NewDelivery => ({
    scope,
    lane,
    key,
    sinceMs: dueMs,
    body: JSON.stringify(body),
  });
  return (firing) => {
    const { scheduledMs, lateMs, isLast } = firing;
    const goes = isLast && afterCompletion === 'DELETE';
    const key = goes ? 'last' : undefined;
    return [
      ...(lateMs > maxAgeMs ? [] : [delivery(firing, { madeMs, scheduledMs }, key)]),
      ...(goes ? [delivery(firing, { madeMs, changedMs }, key)] : []),
    ];
  };
}

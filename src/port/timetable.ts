// Schedules as the one sees them who brings their firings about: when each fires, and what that
// sends. Interfaces only.

import type { FiringTimes } from '../core/schedule-expression/next-firing.ts';
import type { NewDelivery } from './delivery.ts';

/** One time that a schedule fires. */
export interface Firing {
  /** When it is, by the schedule. */
  readonly scheduledMs: number;
  /** When it is brought about: later than that by no more than the window. */
  readonly dueMs: number;
  /** None is to come. */
  readonly isLast: boolean;
  /** How long after it was due it is noticed: while no server ran, nobody did. */
  readonly lateMs: number;
}

/** A schedule, as far as the runner cares. */
export interface Timetable {
  /** Of all in the server, e.g. an ARN. */
  readonly name: string;
  readonly times: FiringTimes;
  /** Since when it is as it is; what was due by then is none of it. */
  readonly sinceMs: number;
  /**
   * How much later than at its time a firing may be brought about: for each always by as much.
   */
  readonly windowMs: number;
  /** What a firing sends; nothing, where it is too late for that. */
  deliveriesOf(firing: Firing): readonly NewDelivery[];
}

/** Where schedules are kept. */
export interface TimetableSource {
  /** Those that may fire, as they are now. */
  all(): Iterable<Timetable>;
  /** Tells of each that becomes another one, or, without one, does not fire any more. */
  watch(changed: (name: string, timetable: Timetable | undefined) => void): void;
}

// Rules that fire by a clock, for the runner of schedules: what a firing sends each target is the
// event `Scheduled Event` (EventBridge user guide, "Creating a scheduled rule"). It fires none, and
// what a target makes of it is for its sender to say.

import type { Scope } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { readRuleSchedule } from '../../../core/schedule-expression/read-schedule.ts';
import { limit } from '../../../core/limit.ts';
import type { NewDelivery } from '../../../port/delivery.ts';
import type { Firing, Timetable, TimetableSource } from '../../../port/timetable.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { ruleArn } from '../arn.ts';
import { busEvent, eventId, type EventKind } from '../bus-event.ts';
import { ruleOfKey, type EventsKinds, type Rule, type RuleTarget } from '../resources.ts';
import { ruleTargetLane, targetLane } from './rule-book.ts';

const kind: EventKind = { source: 'aws.events', detailType: 'Scheduled Event' };

export class ScheduledRules implements TimetableSource {
  readonly #space: Pick<ResourceSpace<EventsKinds>, 'scopes' | 'current' | 'watch'>;

  constructor(space: Pick<ResourceSpace<EventsKinds>, 'scopes' | 'current' | 'watch'>) {
    this.#space = space;
  }

  *all(): Generator<Timetable> {
    for (const scope of this.#space.scopes())
      for (const rule of this.#space.current(scope).all('rule')) {
        const timetable = timetableOf(scope, rule);
        if (timetable !== undefined) yield timetable;
      }
  }

  watch(changed: Parameters<TimetableSource['watch']>[0]): void {
    this.#space.watch((scope, { put, remove }) => {
      for (const { kind: row, body } of put)
        if (row === 'rule') changed(ruleArn(scope, body as Rule), timetableOf(scope, body as Rule));
      for (const { kind: row, id } of remove)
        if (row === 'rule') changed(ruleArn(scope, ruleOfKey(id)), undefined);
    });
  }
}

/** Undefined: it does not fire by a clock, or not now. */
function timetableOf(scope: Scope, rule: Rule): Timetable | undefined {
  const { schedule: text, state, sinceMs } = rule;
  if (text === undefined || state === 'DISABLED') return undefined;
  const schedule = readRuleSchedule(text);
  // It was taken once, by other rules of what a schedule is.
  if (isRefusal(schedule)) return undefined;
  return {
    name: ruleArn(scope, rule),
    // A rate is counted from then, and fires for the first time when it has passed once.
    times: { schedule, anchorMs: sinceMs },
    sinceMs,
    windowMs: 0,
    deliveriesOf: (firing) => deliveriesOf(scope, rule, firing),
  };
}

/** What is older than a target wants it does not get. */
function deliveriesOf(scope: Scope, rule: Rule, firing: Firing): NewDelivery[] {
  const { scheduledMs, dueMs, lateMs } = firing;
  const arn = ruleArn(scope, rule);
  const event = busEvent(kind, {
    id: eventId(`${arn} ${scheduledMs}`),
    scope,
    atMs: scheduledMs,
    resources: [arn],
    detail: {},
  });
  const body = JSON.stringify(event);
  return rule.targets
    .filter((target) => lateMs <= maxAgeMs(target))
    .map(({ id }) => ({
      scope,
      lane: { kind: ruleTargetLane, id: targetLane(rule, id) },
      sinceMs: dueMs,
      body,
    }));
}

const maxAgeMs = ({ retry }: RuleTarget): number =>
  (retry?.maxAgeSeconds ?? limit.events.retryAgeSecondsMax) * 1_000;

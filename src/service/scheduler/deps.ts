// What every operation of EventBridge Scheduler works with, and schedules and groups as requests
// name them.

import type { RecentMap } from '../../base/recent-map.ts';
import type { Scope } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import type { Elsewhere } from '../../port/elsewhere.ts';
import type { OwnServices } from '../../port/own-services.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { groupName, nameOf } from './check.ts';
import { noGroup, noSchedule } from './error.ts';
import type { GroupRemoval } from './group/group-removal.ts';
import {
  defaultGroup,
  scheduleKey,
  type Group,
  type Schedule,
  type SchedulerDraft,
  type SchedulerKinds,
  type SchedulerView,
} from './resources.ts';

export interface SchedulerDeps {
  readonly space: ResourceSpace<SchedulerKinds>;
  readonly clock: Pick<Clock, 'now'>;
  /** What universal targets may name. */
  readonly own: Pick<OwnServices, 'named'>;
  readonly elsewhere: Pick<Elsewhere, 'placeOf'>;
  /** Whether the role is there, and lets this service take it on for the schedules of a group. */
  readonly mayAssume: (roleArn: string, scope: Scope, groupArn: string) => Promise<boolean>;
  /** Schedules that there are of an account and region. */
  readonly count: (scope: Scope) => number;
  readonly removal: GroupRemoval;
  /** Tokens of requests that deleted what is gone since. */
  readonly deleted: RecentMap<string, true>;
}

export type SchedulerOperation<Input, Output> = Operation<
  SchedulerDeps,
  Input,
  Omit<Output, '$metadata'>
>;

export const view = (
  { space }: Pick<SchedulerDeps, 'space'>,
  { scope }: Pick<RequestContext, 'scope'>,
): Promise<SchedulerView> => space.view(scope);
export const change = <T>(
  { space }: Pick<SchedulerDeps, 'space'>,
  context: RequestContext,
  decide: (draft: SchedulerDraft) => T,
): Promise<T> => space.change(context.scope, context, decide);

interface NamedSchedule {
  readonly Name?: string | undefined;
  readonly GroupName?: string | undefined;
}

/** In which group a request's schedule is, and its name. */
export const named = ({ Name, GroupName }: NamedSchedule): Pick<Schedule, 'group' | 'name'> => ({
  name: nameOf(Name),
  group: groupName(GroupName, 'groupName') ?? defaultGroup,
});

export function foundSchedule(schedules: SchedulerView, input: NamedSchedule): Schedule {
  const of = named(input);
  foundGroup(schedules, of.group);
  const schedule = schedules.get('schedule', scheduleKey(of));
  if (schedule === undefined) throw noSchedule(of.name);
  return schedule;
}

export function foundGroup(schedules: SchedulerView, name: string): Group {
  const group = schedules.get('group', name);
  if (group === undefined) throw noGroup(name);
  return group;
}

// UpdateSchedule: puts another schedule in its place, of which nothing is kept but its name. What
// fires as before goes on as before.

import type {
  UpdateScheduleCommandInput,
  UpdateScheduleCommandOutput,
} from '@aws-sdk/client-scheduler';
import { onSchedule } from '../access.ts';
import { scheduleArn } from '../arn.ts';
import { requestToken } from '../check.ts';
import { change, foundSchedule, named, type SchedulerOperation } from '../deps.ts';
import { scheduleKey } from '../resources.ts';
import { assertNotStarted, assertRole, firesAlike, passingRole, scheduleOf } from './schedule.ts';

export const updateSchedule: SchedulerOperation<
  UpdateScheduleCommandInput,
  UpdateScheduleCommandOutput
> = {
  authorizes: (input, context) => [
    ...onSchedule('UpdateSchedule', input, context),
    ...passingRole(input, context),
  ],

  async handle(deps, input, context) {
    const of = named(input);
    const said = scheduleOf(input, context.scope, deps);
    // The same once more does the same: its token says nothing new.
    requestToken(input.ClientToken, said);
    const nowMs = deps.clock.now();
    await assertRole(deps, said, context, of.group);
    await change(deps, context, (draft) => {
      const there = foundSchedule(draft, input);
      const isAlike = firesAlike(there, said);
      if (there.startMs !== said.startMs) assertNotStarted(said, nowMs);
      draft.put('schedule', scheduleKey(of), {
        ...of,
        ...said,
        createdAtMs: there.createdAtMs,
        changedAtMs: nowMs,
        sinceMs: isAlike ? there.sinceMs : nowMs,
        token: there.token,
      });
    });
    return { ScheduleArn: scheduleArn(context.scope, of) };
  },
};

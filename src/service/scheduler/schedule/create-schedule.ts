// CreateSchedule: in a group that is there.

import type {
  CreateScheduleCommandInput,
  CreateScheduleCommandOutput,
} from '@aws-sdk/client-scheduler';
import { limit } from '../../../core/limit.ts';
import { onSchedule } from '../access.ts';
import { scheduleArn } from '../arn.ts';
import { isSameRequest, requestToken } from '../check.ts';
import { change, foundGroup, named, type SchedulerOperation } from '../deps.ts';
import { groupDeleting, quotaExceeded, scheduleExists } from '../error.ts';
import { scheduleKey } from '../resources.ts';
import { assertNotStarted, assertRole, passingRole, scheduleOf } from './schedule.ts';

export const createSchedule: SchedulerOperation<
  CreateScheduleCommandInput,
  CreateScheduleCommandOutput
> = {
  authorizes: (input, context) => [
    ...onSchedule('CreateSchedule', input, context),
    ...passingRole(input, context),
  ],

  async handle(deps, input, context) {
    const of = named(input);
    const said = scheduleOf(input, context.scope, deps);
    const token = requestToken(input.ClientToken, said);
    const nowMs = deps.clock.now();
    assertNotStarted(said, nowMs);
    await assertRole(deps, said, context, of.group);
    await change(deps, context, (draft) => {
      if (foundGroup(draft, of.group).isDeleting) throw groupDeleting(of.group);
      const there = draft.get('schedule', scheduleKey(of));
      if (there !== undefined) {
        if (isSameRequest(there.token, token)) return;
        throw scheduleExists(of.name);
      }
      const { schedules } = limit.scheduler;
      if (deps.count(context.scope) >= schedules) throw quotaExceeded('schedules', schedules);
      draft.put('schedule', scheduleKey(of), {
        ...of,
        ...said,
        createdAtMs: nowMs,
        changedAtMs: nowMs,
        sinceMs: nowMs,
        token,
      });
    });
    return { ScheduleArn: scheduleArn(context.scope, of) };
  },
};

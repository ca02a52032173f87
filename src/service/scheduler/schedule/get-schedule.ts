// GetSchedule: all of it.

import type { GetScheduleCommandInput, GetScheduleCommandOutput } from '@aws-sdk/client-scheduler';
import { onSchedule } from '../access.ts';
import { scheduleArn } from '../arn.ts';
import { foundSchedule, view, type SchedulerOperation } from '../deps.ts';
import { shownTarget } from '../target/target.ts';

export const getSchedule: SchedulerOperation<GetScheduleCommandInput, GetScheduleCommandOutput> = {
  authorizes: (input, context) => onSchedule('GetSchedule', input, context),

  async handle(deps, input, context) {
    const schedule = foundSchedule(await view(deps, context), input);
    const { startMs, endMs, window } = schedule;
    return {
      Arn: scheduleArn(context.scope, schedule),
      Name: schedule.name,
      GroupName: schedule.group,
      Description: schedule.description,
      ScheduleExpression: schedule.expression,
      ScheduleExpressionTimezone: schedule.zone,
      StartDate: startMs === undefined ? undefined : new Date(startMs),
      EndDate: endMs === undefined ? undefined : new Date(endMs),
      State: schedule.state,
      FlexibleTimeWindow: { Mode: window.mode, MaximumWindowInMinutes: window.minutes },
      ActionAfterCompletion: schedule.afterCompletion,
      Target: shownTarget(schedule.target),
      CreationDate: new Date(schedule.createdAtMs),
      LastModificationDate: new Date(schedule.changedAtMs),
    };
  },
};

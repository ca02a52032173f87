// DeleteSchedule: it fires no more, and what of it is on its way is dropped.

import type {
  DeleteScheduleCommandInput,
  DeleteScheduleCommandOutput,
} from '@aws-sdk/client-scheduler';
import { onSchedule } from '../access.ts';
import { change, foundSchedule, named, type SchedulerOperation } from '../deps.ts';
import { scheduleKey } from '../resources.ts';
import { onceByToken } from '../once.ts';

export const deleteSchedule: SchedulerOperation<
  DeleteScheduleCommandInput,
  DeleteScheduleCommandOutput
> = {
  authorizes: (input, context) => onSchedule('DeleteSchedule', input, context),

  async handle(deps, input, context) {
    const key = scheduleKey(named(input));
    await onceByToken(deps, context, `schedule ${key}`, input.ClientToken, () =>
      change(deps, context, (draft) => {
        foundSchedule(draft, input);
        draft.remove('schedule', key);
      }),
    );
    return {};
  },
};

// DeleteScheduleGroup: with all schedules in it. The group that each account has of itself stays.

import type {
  DeleteScheduleGroupCommandInput,
  DeleteScheduleGroupCommandOutput,
} from '@aws-sdk/client-scheduler';
import { validation } from '../../constraint.ts';
import { onGroup, onSchedule } from '../access.ts';
import { nameOf } from '../check.ts';
import { change, foundGroup, type SchedulerOperation } from '../deps.ts';
import { onceByToken } from '../once.ts';
import { defaultGroup } from '../resources.ts';

export const deleteScheduleGroup: SchedulerOperation<
  DeleteScheduleGroupCommandInput,
  DeleteScheduleGroupCommandOutput
> = {
  authorizes: (input, context) => [
    ...onGroup('DeleteScheduleGroup', input.Name, context),
    ...onSchedule('DeleteSchedule', { Name: '*', GroupName: input.Name }, context),
  ],

  async handle(deps, input, context) {
    const name = nameOf(input.Name);
    if (name === defaultGroup) throw validation('The default schedule group cannot be deleted.');
    await onceByToken(deps, context, `group ${name}`, input.ClientToken, async () => {
      await change(deps, context, (draft) => {
        const group = foundGroup(draft, name);
        draft.put('group', name, { ...group, isDeleting: true, changedAtMs: deps.clock.now() });
      });
      await deps.removal.remove(context.scope, name, context);
    });
    return {};
  },
};

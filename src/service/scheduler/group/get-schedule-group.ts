// GetScheduleGroup.

import type {
  GetScheduleGroupCommandInput,
  GetScheduleGroupCommandOutput,
} from '@aws-sdk/client-scheduler';
import { onGroup } from '../access.ts';
import { nameOf } from '../check.ts';
import { foundGroup, view, type SchedulerOperation } from '../deps.ts';
import { shownGroup } from './group.ts';

export const getScheduleGroup: SchedulerOperation<
  GetScheduleGroupCommandInput,
  GetScheduleGroupCommandOutput
> = {
  authorizes: (input, context) => onGroup('GetScheduleGroup', input.Name, context),

  handle: async (deps, input, context) =>
    shownGroup(context.scope, foundGroup(await view(deps, context), nameOf(input.Name))),
};

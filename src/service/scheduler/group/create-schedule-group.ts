// CreateScheduleGroup.

import type {
  CreateScheduleGroupCommandInput,
  CreateScheduleGroupCommandOutput,
} from '@aws-sdk/client-scheduler';
import { limit } from '../../../core/limit.ts';
import { requestTags, tagsOfList } from '../../access.ts';
import { onGroup } from '../access.ts';
import { groupArn } from '../arn.ts';
import { isSameRequest, nameOf, requestToken, tags } from '../check.ts';
import { change, type SchedulerOperation } from '../deps.ts';
import { groupExists, quotaExceeded } from '../error.ts';

export const createScheduleGroup: SchedulerOperation<
  CreateScheduleGroupCommandInput,
  CreateScheduleGroupCommandOutput
> = {
  authorizes(input, context) {
    const ofTags = () => requestTags(tagsOfList(input.Tags));
    return [
      ...onGroup('CreateScheduleGroup', input.Name, context, ofTags),
      ...(input.Tags && input.Tags.length > 0
        ? onGroup('TagResource', input.Name, context, ofTags)
        : []),
    ];
  },

  async handle(deps, input, context) {
    const name = nameOf(input.Name);
    const given = tags(input.Tags);
    const token = requestToken(input.ClientToken, given);
    const nowMs = deps.clock.now();
    await change(deps, context, (draft) => {
      const there = draft.get('group', name);
      if (there !== undefined) {
        if (isSameRequest(there.token, token)) return;
        throw groupExists(name);
      }
      const { groups } = limit.scheduler;
      if (draft.all('group').length >= groups) throw quotaExceeded('schedule groups', groups);
      const made = { name, tags: given, createdAtMs: nowMs, changedAtMs: nowMs, token };
      draft.put('group', name, made);
    });
    return { ScheduleGroupArn: groupArn(context.scope, name) };
  },
};

// ListScheduleGroups: a page of them, by name.

import type {
  ListScheduleGroupsCommandInput,
  ListScheduleGroupsCommandOutput,
} from '@aws-sdk/client-scheduler';
import { limit } from '../../../core/limit.ts';
import { onAll } from '../../access.ts';
import { integerIn } from '../../constraint.ts';
import { pageAfter } from '../../page-after.ts';
import { groupName } from '../check.ts';
import { view, type SchedulerOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { shownGroup } from './group.ts';

export const listScheduleGroups: SchedulerOperation<
  ListScheduleGroupsCommandInput,
  ListScheduleGroupsCommandOutput
> = {
  authorizes: () => onAll('scheduler:ListScheduleGroups'),

  async handle(deps, input, context) {
    const size = integerIn(input.MaxResults, 1, limit.scheduler.page, 'maxResults') ?? 100;
    const prefix = groupName(input.NamePrefix, 'namePrefix') ?? '';
    const groups = (await view(deps, context)).all('group');
    const { items, next } = pageAfter(
      groups.filter(({ name }) => name.startsWith(prefix)),
      ({ name }) => name,
      { operation: `ListScheduleGroups ${prefix}`, size, token: input.NextToken, badToken },
    );
    return {
      ScheduleGroups: items.map((group) => shownGroup(context.scope, group)),
      NextToken: next,
    };
  },
};

// ListSchedules: a page of them, by group and name. It reads as much as the page needs, and ends
// early where few of many pass.

import type {
  ListSchedulesCommandInput,
  ListSchedulesCommandOutput,
} from '@aws-sdk/client-scheduler';
import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import { onAll } from '../../access.ts';
import { integerIn, oneOf } from '../../constraint.ts';
import { placeOfToken, tokenOf } from '../../page-after.ts';
import { scheduleArn } from '../arn.ts';
import { groupName } from '../check.ts';
import { foundGroup, view, type SchedulerOperation } from '../deps.ts';
import { badToken } from '../error.ts';
import { scheduleKey, type Schedule, type SchedulerView } from '../resources.ts';

export const listSchedules: SchedulerOperation<
  ListSchedulesCommandInput,
  ListSchedulesCommandOutput
> = {
  authorizes: () => onAll('scheduler:ListSchedules'),

  async handle(deps, input, context) {
    const size = integerIn(input.MaxResults, 1, limit.scheduler.page, 'maxResults') ?? 100;
    const group = groupName(input.GroupName, 'scheduleGroup');
    const prefix = groupName(input.NamePrefix, 'namePrefix') ?? '';
    const state = oneOf(['ENABLED', 'DISABLED'], input.State, 'state');
    const operation = `ListSchedules ${group ?? ''} ${prefix} ${state ?? ''}`;
    const place = placeOfToken({ operation, token: input.NextToken, badToken });
    const schedules = await view(deps, context);
    if (group !== undefined) foundGroup(schedules, group);
    // All that are asked for begin with it.
    const begin = group === undefined ? '' : `${group}/${prefix}`;
    const { found, next } = pageOf(
      schedules,
      { from: place ?? begin, begin, size },
      (schedule) =>
        schedule.name.startsWith(prefix) && (state === undefined || schedule.state === state),
    );
    return {
      Schedules: found.map((schedule) => summary(context.scope, schedule)),
      NextToken: next === undefined ? undefined : tokenOf(operation, next),
    };
  },
};

interface Page {
  /** The first key that is looked at. */
  readonly from: string;
  readonly begin: string;
  readonly size: number;
}

function pageOf(
  schedules: SchedulerView,
  { from, begin, size }: Page,
  passes: (schedule: Schedule) => boolean,
): { readonly found: readonly Schedule[]; readonly next: string | undefined } {
  const { lookedAt, lookedAtOnce } = limit.scheduler;
  const found: Schedule[] = [];
  let next = from;
  for (let looked = 0; looked < lookedAt; looked += lookedAtOnce) {
    const rows = schedules.from('schedule', next, lookedAtOnce);
    for (const schedule of rows) {
      const key = scheduleKey(schedule);
      if (!key.startsWith(begin)) return { found, next: undefined };
      if (!passes(schedule)) continue;
      if (found.length === size) return { found, next: key };
      found.push(schedule);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < lookedAtOnce) return { found, next: undefined };
    next = `${scheduleKey(last)}\u0000`;
  }
  return { found, next };
}

const summary = (
  scope: Scope,
  schedule: Schedule,
): NonNullable<ListSchedulesCommandOutput['Schedules']>[number] => ({
  Arn: scheduleArn(scope, schedule),
  Name: schedule.name,
  GroupName: schedule.group,
  State: schedule.state,
  CreationDate: new Date(schedule.createdAtMs),
  LastModificationDate: new Date(schedule.changedAtMs),
  Target: { Arn: schedule.target.arn },
});

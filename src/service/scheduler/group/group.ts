// A group as the calls of EventBridge Scheduler show it.

import type { ScheduleGroupSummary } from '@aws-sdk/client-scheduler';
import type { Scope } from '../../../base/ids.ts';
import { groupArn } from '../arn.ts';
import type { Group } from '../resources.ts';

const date = (atMs: number | undefined): Date | undefined =>
  atMs === undefined ? undefined : new Date(atMs);

export const shownGroup = (scope: Scope, group: Group): ScheduleGroupSummary => ({
  Arn: groupArn(scope, group.name),
  Name: group.name,
  State: group.isDeleting ? 'DELETING' : 'ACTIVE',
  CreationDate: date(group.createdAtMs),
  LastModificationDate: date(group.changedAtMs),
});

// The operations of EventBridge Scheduler, by AWS's name: all of them.

import type { OperationTable } from '../../wire/operation.ts';
import type { SchedulerDeps } from './deps.ts';
import { createScheduleGroup } from './group/create-schedule-group.ts';
import { deleteScheduleGroup } from './group/delete-schedule-group.ts';
import { getScheduleGroup } from './group/get-schedule-group.ts';
import { listScheduleGroups } from './group/list-schedule-groups.ts';
import { createSchedule } from './schedule/create-schedule.ts';
import { deleteSchedule } from './schedule/delete-schedule.ts';
import { getSchedule } from './schedule/get-schedule.ts';
import { listSchedules } from './schedule/list-schedules.ts';
import { updateSchedule } from './schedule/update-schedule.ts';
import { listTagsForResource } from './tag/list-tags-for-resource.ts';
import { tagResource } from './tag/tag-resource.ts';
import { untagResource } from './tag/untag-resource.ts';

export const schedulerOperations: OperationTable<SchedulerDeps> = {
  CreateSchedule: createSchedule,
  CreateScheduleGroup: createScheduleGroup,
  DeleteSchedule: deleteSchedule,
  DeleteScheduleGroup: deleteScheduleGroup,
  GetSchedule: getSchedule,
  GetScheduleGroup: getScheduleGroup,
  ListScheduleGroups: listScheduleGroups,
  ListSchedules: listSchedules,
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateSchedule: updateSchedule,
};

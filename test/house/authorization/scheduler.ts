// What the service authorization reference says of Amazon EventBridge Scheduler (September 2026).

import { on, type Reference } from './reference.ts';

export const scheduler: Reference = {
  types: {
    schedule: 'arn:*:scheduler:*:*:schedule/*/*',
    'schedule-group': 'arn:*:scheduler:*:*:schedule-group/*',
  },
  actions: {
    CreateSchedule: on('schedule*'),
    CreateScheduleGroup: on('schedule-group*', 'aws:RequestTag aws:TagKeys'),
    DeleteSchedule: on('schedule*'),
    DeleteScheduleGroup: on('schedule-group*'),
    GetSchedule: on('schedule*'),
    GetScheduleGroup: on('schedule-group*'),
    ListScheduleGroups: on(),
    ListSchedules: on(),
    ListTagsForResource: on('schedule-group*'),
    TagResource: on('schedule-group*', 'aws:RequestTag aws:TagKeys'),
    UntagResource: on('schedule-group*', 'aws:TagKeys'),
    UpdateSchedule: on('schedule*'),
  },
  operations: {
    CreateSchedule: 'scheduler:CreateSchedule iam:PassRole',
    CreateScheduleGroup: 'scheduler:CreateScheduleGroup scheduler:TagResource',
    DeleteScheduleGroup: 'scheduler:DeleteScheduleGroup scheduler:DeleteSchedule',
    UpdateSchedule: 'scheduler:UpdateSchedule iam:PassRole',
  },
  members: {
    ResourceArn: 'arn:aws:scheduler:eu-west-1:123456789012:schedule-group/g',
    RoleArn: 'arn:aws:iam::123456789012:role/r',
  },
  deviations: {
    '*: iam:PassRole without iam:AssociatedResourceArn': 'AWS names none for schedules.',
  },
};

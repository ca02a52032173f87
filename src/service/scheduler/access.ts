// What operations of EventBridge Scheduler ask leave for, as its page of the service authorization
// reference lists it. Groups have tags, which hold for the schedules in them: these have none of
// their own.

import type { Tags } from '../../wire/authorization.ts';
import type { Access, Conditions, RequestContext } from '../../wire/operation.ts';
import { groupArn, groupOfArn, scheduleArn } from './arn.ts';
import type { SchedulerDeps } from './deps.ts';
import { defaultGroup } from './resources.ts';

interface NamedSchedule {
  readonly Name?: string | undefined;
  readonly GroupName?: string | undefined;
}

export const onSchedule = (
  action: string,
  { Name: name = '', GroupName: group = defaultGroup }: NamedSchedule,
  { scope }: Pick<RequestContext, 'scope'>,
): Access[] => [
  { action: `scheduler:${action}`, resources: [scheduleArn(scope, { group, name })] },
];

export const onGroup = (
  action: string,
  name: string | undefined,
  { scope }: Pick<RequestContext, 'scope'>,
  conditions?: () => Conditions,
): Access[] => [
  {
    action: `scheduler:${action}`,
    resources: [groupArn(scope, name ?? '')],
    ...(conditions && { conditions }),
  },
];

/** Undefined where nothing of the caller's account and region has this ARN. */
export function resourceTags(
  { space }: Pick<SchedulerDeps, 'space'>,
  arn: string,
  { scope }: Pick<RequestContext, 'scope'>,
): Tags | undefined {
  const named = groupOfArn(arn.replace(/:schedule\/([^/]*)\/[^/]*$/, ':schedule-group/$1'));
  return named?.scope === scope ? space.current(scope).get('group', named.name)?.tags : undefined;
}

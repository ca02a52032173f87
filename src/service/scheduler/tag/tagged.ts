// The group that a request names by its ARN: nothing else of EventBridge Scheduler has tags.

import type { RequestContext } from '../../../wire/operation.ts';
import { formedAs } from '../../constraint.ts';
import { groupOfArn } from '../arn.ts';
import { foundGroup } from '../deps.ts';
import { noGroup } from '../error.ts';
import type { Group, SchedulerView } from '../resources.ts';

const text = String.raw`arn:aws[a-z-]*:scheduler:[a-z0-9\-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+`;
const form = /^arn:aws[a-z-]*:scheduler:[A-Za-z0-9-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+$/;

export function taggedGroup(
  schedules: SchedulerView,
  { scope }: Pick<RequestContext, 'scope'>,
  arn: string | undefined = '',
): Group {
  formedAs(arn, form, text, 'resourceArn');
  const named = groupOfArn(arn);
  if (named?.scope !== scope) throw noGroup(arn.slice(arn.lastIndexOf('/') + 1));
  return foundGroup(schedules, named.name);
}

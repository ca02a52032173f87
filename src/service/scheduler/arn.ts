// The ARNs of schedules and their groups. Pure text: whether there is such a one is not asked.

import { scopeOf, scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf, partitionPattern } from '../../base/partition.ts';
import { scheduleKey, type Schedule } from './resources.ts';

function schedulerArn(scope: Scope, resource: string): string {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:scheduler:${region}:${account}:${resource}`;
}

export const scheduleArn = (scope: Scope, of: Pick<Schedule, 'group' | 'name'>): string =>
  schedulerArn(scope, `schedule/${scheduleKey(of)}`);
export const groupArn = (scope: Scope, name: string): string =>
  schedulerArn(scope, `schedule-group/${name}`);

const groupForm = new RegExp(
  `^arn:(${partitionPattern}):scheduler:([A-Za-z0-9-]{1,63}):(\\d{12}):schedule-group/([\\w.-]{1,64})$`,
);

/** The group that an ARN means; undefined: it is none of a group. */
export function groupOfArn(
  arn: string,
): { readonly scope: Scope; readonly name: string } | undefined {
  const [, partition, region = '', account = '', name = ''] = groupForm.exec(arn) ?? [];
  return partition === undefined || partition !== partitionOf(region)
    ? undefined
    : { scope: scopeOf(account, region), name };
}

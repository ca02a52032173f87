// The ARNs of CloudWatch Logs, and groups by name or ARN as its operations take them.

import { scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';

/** The plain form; AWS's older form ends in `:*`. */
export function logGroupArn(scope: Scope, group: string): string {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${group}`;
}

export const logStreamArn = (scope: Scope, group: string, stream: string): string =>
  `${logGroupArn(scope, group)}:log-stream:${stream}`;

/**
 * The group that an ARN of either form names; undefined where it is no ARN of a group of this
 * account and region.
 */
export function groupOfArn(scope: Scope, arn: string): string | undefined {
  const prefix = logGroupArn(scope, '');
  if (!arn.startsWith(prefix)) return undefined;
  const name = arn.slice(prefix.length).replace(/:\*$/, '');
  return name === '' || name.includes(':') ? undefined : name;
}

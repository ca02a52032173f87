// What operations of CloudWatch Logs ask leave for, as the service authorization reference lists
// it. An input that names no readable group asks for one that does not exist; its operation then
// says what is wrong.

import type { Access, RequestContext } from '../../wire/operation.ts';
import { logGroupArn } from './arn.ts';

interface Named {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
  readonly logStreamName?: string | undefined;
}

const groupArnOf = ({ logGroupName, logGroupIdentifier }: Named, context: RequestContext): string =>
  logGroupIdentifier?.startsWith('arn:')
    ? logGroupIdentifier.replace(/:\*$/, '')
    : logGroupArn(context.scope, logGroupName ?? logGroupIdentifier ?? '');

/**
 * What every action on a group is asked for but the three by its ARN: the group and, with no name,
 * its streams. Policies name it `log-group:name:*`, as DescribeLogGroups shows it.
 */
export const onGroup = (
  action: string,
  input: Named,
  context: RequestContext,
  more: Pick<Access, 'conditions'> = {},
): Access[] => [{ action, resources: [`${groupArnOf(input, context)}:log-stream:`], ...more }];

/** TagResource, UntagResource and ListTagsForResource: policies name the group alone. */
export const onPlainGroup = (
  action: string,
  input: Named,
  context: RequestContext,
  more: Pick<Access, 'conditions'> = {},
): Access[] => [{ action, resources: [groupArnOf(input, context)], ...more }];

export const onStream = (action: string, input: Named, context: RequestContext): Access[] => [
  { action, resources: [`${groupArnOf(input, context)}:log-stream:${input.logStreamName ?? ''}`] },
];

/** For whatever groups there are, as AWS's denials tell it. */
export const onAnyGroup = (action: string, context: RequestContext): Access[] =>
  onGroup(action, {}, context);

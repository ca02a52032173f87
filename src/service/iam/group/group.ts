// Groups of an account: how they are found, named and shown. A group is nobody: it holds policies
// for the users in it.

import type { Group as GroupShape } from '@aws-sdk/client-iam';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { groupName } from '../check.ts';
import { noGroup } from '../error.ts';
import type { Group, IamDraft, IamView, User } from '../resources.ts';
import { arn, type More, type Where } from '../show.ts';

export const groupArn = (where: Where, { path, name }: Pick<Group, 'path' | 'name'>): string =>
  arn(where, `group${path}${name}`);

/** What an operation on a group asks leave for; see `onRole`. */
export const onGroup = (
  action: string,
  name: string | undefined,
  context: RequestContext,
  { path = '/', ...more }: More = {},
): Access[] => [
  { action: `iam:${action}`, resources: [groupArn(context, { path, name: name ?? '' })], ...more },
];

export function foundGroup(iam: IamView, value: string | undefined): Group {
  const wanted = groupName(value);
  const group = iam.get('group', wanted);
  if (group === undefined) throw noGroup(wanted);
  return group;
}

export const putGroup = (draft: IamDraft, group: Group): void =>
  draft.put('group', group.name, group);

/** The users in a group, by name. */
export const membersOf = (iam: IamView, group: string): User[] =>
  iam.all('user').filter(({ groups }) => groups.includes(group));

export const shownGroup = (group: Group, where: Where): GroupShape => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: groupArn(where, group),
  CreateDate: new Date(group.createdAtMs),
});

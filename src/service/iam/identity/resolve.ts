// What a request cannot say of IAM's resources, for who judges it: the whole ARN of what was named
// without its path, the role in an instance profile, the boundary and the tags of who is changed.
// It reads IAM and judges nothing.

import type { Access, Conditions } from '../../../wire/operation.ts';
import { groupArn } from '../group/group.ts';
import type { IamView } from '../resources.ts';
import { profileArn, roleArn, type Where } from '../show.ts';
import { userArn } from '../user/user.ts';

/** An ARN of the account that has no path: it may stand for one that has. */
const withoutPath = /^arn:[\w-]+:iam::(\d{12}):(user|group|role|instance-profile)\/([^/]+)$/;
/** Any ARN of the account, by what it is and what it is called. */
const named = /^arn:[\w-]+:iam::(\d{12}):(user|role|instance-profile)\/(?:.*\/)?([^/]+)$/;

/** Each of IAM's resources by its whole ARN, where there is one of its name. */
export function wholeArns(iam: IamView, { action, resources }: Access, where: Where): string[] {
  return action === 'iam:PassRole'
    ? resources.flatMap((arn) => rolesBehind(iam, arn, where))
    : resources.map((arn) => wholeArn(iam, arn, where));
}

function wholeArn(iam: IamView, arn: string, where: Where): string {
  const [, account, kind, name = ''] = withoutPath.exec(arn) ?? [];
  if (account !== where.account) return arn;
  switch (kind) {
    case 'user': {
      const user = iam.get('user', name);
      return user === undefined ? arn : userArn(where, user);
    }
    case 'group': {
      const group = iam.get('group', name);
      return group === undefined ? arn : groupArn(where, group);
    }
    case 'role': {
      const role = iam.get('role', name);
      return role === undefined ? arn : roleArn(where, role);
    }
    default: {
      const profile = iam.get('instance-profile', name);
      return profile === undefined ? arn : profileArn(where, profile);
    }
  }
}

/**
 * A role that is handed over, or the one in an instance profile; a profile that is not there, or is
 * empty, hands over nothing.
 */
function rolesBehind(iam: IamView, arn: string, where: Where): string[] {
  const [, account, kind, name = ''] = named.exec(arn) ?? [];
  if (account !== where.account || kind !== 'instance-profile') return [wholeArn(iam, arn, where)];
  const role = iam.get('instance-profile', name)?.role;
  const found = role === undefined ? undefined : iam.get('role', role);
  return found === undefined ? [] : [roleArn(where, found)];
}

/** Actions for which `iam:PermissionsBoundary` is the boundary that who is changed has. */
const ofBounded =
  /^iam:(?:(?:Attach|Detach|Put|Delete)(?:User|Role)Policy|Delete(?:User|Role)PermissionsBoundary)$/;

/** Condition keys that follow from what IAM has of the resource. */
export function factsOf(iam: IamView, action: string, arn: string, where: Where): Conditions {
  const [, account, kind, name = ''] = named.exec(arn) ?? [];
  if (account !== where.account) return {};
  const found =
    kind === 'user' || kind === 'role' || kind === 'instance-profile'
      ? iam.get(kind, name)
      : undefined;
  if (found === undefined) return {};
  const boundary: Conditions =
    'boundary' in found && ofBounded.test(action) && found.boundary !== undefined
      ? { 'iam:PermissionsBoundary': found.boundary }
      : {};
  const tags = Object.entries(found.tags).map(([key, value]) => [`iam:ResourceTag/${key}`, value]);
  return { ...boundary, ...(Object.fromEntries(tags) as Conditions) };
}

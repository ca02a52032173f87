// Users of an account: how they are found, named and shown. A request that names no user means the
// caller.

import type { User as UserShape } from '@aws-sdk/client-iam';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { userName } from '../check.ts';
import { mustNameUser, noUser } from '../error.ts';
import type { IamDraft, IamView, User } from '../resources.ts';
import { arn, ifTagged, shownBoundary, type More, type Where } from '../show.ts';

export const userArn = (where: Where, { path, name }: Pick<User, 'path' | 'name'>): string =>
  arn(where, `user${path}${name}`);

/**
 * What an operation on a user asks leave for. Where a request tells no path, the ARN has none:
 * whoever decides finds the user by its name. Where it names no user, it is about the caller.
 */
export function onUser(
  action: string,
  name: string | undefined,
  context: RequestContext,
  { path = '/', ...more }: More = {},
): Access[] {
  const { kind, arn: own } = context.principal;
  const isOwn = name === undefined && kind !== 'assumed-role';
  const resource = isOwn ? own : userArn(context, { path, name: name ?? '*' });
  return [{ action: `iam:${action}`, resources: [resource], ...more }];
}

/**
 * The name of the user that a request means, which may name none; undefined: the account's root,
 * which has none.
 */
export function meantUser(
  name: string | undefined,
  { principal }: RequestContext,
): string | undefined {
  if (name !== undefined) return userName(name);
  if (principal.kind === 'assumed-role') throw mustNameUser();
  return principal.kind === 'root'
    ? undefined
    : principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
}

export function foundUser(iam: IamView, value: string | undefined): User {
  const wanted = userName(value);
  const user = iam.get('user', wanted);
  if (user === undefined) throw noUser(wanted);
  return user;
}

export const putUser = (draft: IamDraft, user: User): void => draft.put('user', user.name, user);

/** As lists show it: without boundary and tags. */
export const listedUser = (user: User, where: Where): UserShape => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: userArn(where, user),
  CreateDate: new Date(user.createdAtMs),
});

export const wholeUser = (user: User, where: Where): UserShape => ({
  ...listedUser(user, where),
  ...shownBoundary(user.boundary),
  ...ifTagged(user.tags),
});

// What all ways to a role's session have in common: the role by its ARN, how long the session may
// last, and how it is told. Who may assume the role is decided elsewhere.

import type { AssumedRoleUser, Credentials } from '@aws-sdk/client-sts';
import { scopeOf, scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOfRegion, partitionPattern } from '../../base/partition.ts';
import type { Principal } from '../../base/principal.ts';
import { limit } from '../../core/limit.ts';
import type { RoleSession as ServiceSession } from '../../port/role-access.ts';
import type { IamView, Role } from '../iam/resources.ts';
import { seconds } from './check.ts';
import type { StsDeps } from './deps.ts';
import { badRoleArn, invalid } from './error.ts';
import { sessionArn, type RoleSession, type TemporaryCredentials } from './session.ts';

/** A role that somebody names, and where it stands. */
export interface NamedRole {
  readonly arn: string;
  readonly account: string;
  readonly partition: string;
  readonly iam: IamView;
  /** Undefined: there is none of this ARN. */
  readonly role: Role | undefined;
}

const arnForm = new RegExp(
  String.raw`^arn:(${partitionPattern}):iam::(\d{12}):role(/(?:[!-~]+/)?)([\w+=,.@-]{1,64})$`,
);

/** Undefined where the text is no role's ARN. */
export function namedRole(deps: Pick<StsDeps, 'iam'>, arn: string): NamedRole | undefined {
  const [, partition = '', account = '', path, name = ''] =
    arn.length > 2048 ? [] : (arnForm.exec(arn) ?? []);
  if (path === undefined) return undefined;
  const iam = deps.iam.current(scopeOf(account, `${partition}-global`));
  const role = iam.get('role', name);
  return { arn, account, partition, iam, role: role?.path === path ? role : undefined };
}

/**
 * A role of the scope's account and partition; undefined where there is none of this ARN. A path
 * that is not the role's names another.
 */
export function ownRole(deps: Pick<StsDeps, 'iam'>, scope: Scope, arn: string): Role | undefined {
  const { account, region } = scopeParts(scope);
  const named = namedRole(deps, arn);
  return named?.account === account && named.partition === partitionOfRegion(region).id
    ? named.role
    : undefined;
}

/**
 * Who it is that a service has taken on a role for, as which it calls: without credentials, for
 * nobody signs. Of a role that is gone it has no policies.
 */
export function servicePrincipal(
  deps: Pick<StsDeps, 'iam'>,
  { scope, roleArn, session: name }: ServiceSession,
  nowMs: number,
): Principal {
  const { account, region } = scopeParts(scope);
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const roleId = ownRole(deps, scope, roleArn)?.id ?? '';
  return {
    kind: 'assumed-role',
    account,
    arn: `arn:${partitionOfRegion(region).id}:sts::${account}:assumed-role/${roleName}/${name}`,
    userId: `${roleId}:${name}`,
    accessKeyId: undefined,
    session: { roleArn, roleId, roleName, name, createdAtMs: nowMs },
  };
}

/** Throws AwsError where the text is no role's ARN. */
export function givenRole(deps: StsDeps, arn = ''): NamedRole {
  const named = namedRole(deps, arn);
  if (named === undefined) throw badRoleArn();
  return named;
}

/** `isChained`: asked for by a role's session. Throws AwsError. */
export function sessionSeconds(given: number | undefined, role: Role, isChained: boolean): number {
  const asked = seconds(given, 900, 43_200);
  if (asked === undefined) return 3_600;
  if (asked > role.maxSessionSeconds)
    throw invalid(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  if (isChained && asked > limit.sts.chainedSessionSeconds)
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  return asked;
}

export const shownCredentials = (credentials: TemporaryCredentials): Credentials => ({
  AccessKeyId: credentials.accessKeyId,
  SecretAccessKey: credentials.secretAccessKey.reveal(),
  SessionToken: credentials.sessionToken.reveal(),
  Expiration: new Date(credentials.expiresAtMs),
});

export const shownUser = (session: RoleSession): AssumedRoleUser => ({
  AssumedRoleId: `${session.role.id}:${session.name}`,
  Arn: sessionArn(session),
});

/** How large a token is: SessionTokenSize, and SessionTokenUtilization in percent. */
export function tokenMeasures({ sessionToken }: TemporaryCredentials) {
  const { length } = sessionToken.reveal();
  const percent = Math.ceil((100 * length) / limit.sts.sessionTokenCharacters);
  return { SessionTokenSize: length, SessionTokenUtilization: Math.min(100, percent) };
}

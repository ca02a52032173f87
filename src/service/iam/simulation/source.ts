// Whose policies a simulation is about: a user, group or role by its ARN.

import { compilePolicy } from '../../../core/policy/compile.ts';
import { PolicySet, type NamedPolicy } from '../../../core/policy/policy-set.ts';
import type { Access } from '../../../wire/operation.ts';
import { given } from '../check.ts';
import { invalidInput, noGroup, noRole, noUser } from '../error.ts';
import { groupArn } from '../group/group.ts';
import { entityPolicies, type HeldPolicy } from '../identity/policies.ts';
import type { IamView } from '../resources.ts';
import { roleArn, type Where } from '../show.ts';
import { userArn } from '../user/user.ts';

interface Source {
  readonly identity: readonly NamedPolicy[];
  readonly boundary: PolicySet | undefined;
  /** Condition keys that follow from who it is. */
  readonly known: ReadonlyMap<string, string>;
}

const form = /^arn:[\w-]+:iam::\d{12}:(user|group|role)\/(?:.*\/)?([^/]+)$/;

export const onSource = (action: string, arn: string | undefined): Access[] => [
  { action: `iam:${action}`, resources: [arn ?? '*'] },
];

export function sourceOf(iam: IamView, value: string | undefined, where: Where): Source {
  const wanted = given(value, 'policySourceArn');
  const [, kind, name = ''] = form.exec(wanted) ?? [];
  const [found, arn, missing] =
    kind === 'user'
      ? ofKind(iam.get('user', name), (user) => userArn(where, user), noUser)
      : kind === 'role'
        ? ofKind(iam.get('role', name), (role) => roleArn(where, role), noRole)
        : kind === 'group'
          ? ofKind(iam.get('group', name), (group) => groupArn(where, group), noGroup)
          : [undefined, undefined, () => invalidInput(`Invalid Entity Arn: ${wanted}`)];
  if (kind === undefined || found === undefined || arn !== wanted) throw missing(name);
  const { policies, boundary, tags } = entityPolicies(
    iam,
    kind as 'user' | 'group' | 'role',
    found,
  );
  return {
    identity: policies.flatMap(named),
    boundary: boundary && new PolicySet(named(boundary)),
    known: new Map([
      ['aws:PrincipalArn', wanted],
      ['aws:PrincipalAccount', where.account],
      ...(kind === 'user'
        ? ([
            ['aws:username', name],
            ['aws:userid', found.id],
          ] as const)
        : []),
      ...Object.entries(tags).map(([key, tag]) => [`aws:PrincipalTag/${key}`, tag] as const),
    ]),
  };
}

const ofKind = <T>(found: T | undefined, arnOf: (found: T) => string, missing: typeof noUser) =>
  [found, found && arnOf(found), missing] as const;

/** A policy of AWS's own that is not known here permits nothing. */
const named = ({ name, arn, document }: HeldPolicy): NamedPolicy[] =>
  document === undefined
    ? []
    : [{ name: arn ?? name, policy: compilePolicy(document, 'identity') }];

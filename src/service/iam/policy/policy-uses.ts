// Who holds managed policies: users, groups and roles that have one attached, and users and roles
// that one bounds. Counted once over the account, for whoever asks of many policies.

import type { PolicyUsageType } from '@aws-sdk/client-iam';
import type { Entity, Group, IamView, Role, User } from '../resources.ts';

/** Written out here, for the SDK's module is loaded at IAM's first request. */
export const policyUsages: Readonly<Record<string, PolicyUsageType>> = {
  granting: 'PermissionsPolicy',
  bounding: 'PermissionsBoundary',
};

/** How often policies are used, by ARN. */
export interface PolicyUses {
  attached(arn: string): number;
  bounding(arn: string): number;
}

export function policyUses(iam: IamView): PolicyUses {
  const [users, groups, roles] = [iam.all('user'), iam.all('group'), iam.all('role')];
  const attached = counted([...users, ...groups, ...roles].flatMap((entity) => entity.attached));
  const bounding = counted([...users, ...roles].flatMap(({ boundary }) => boundary ?? []));
  return { attached: (arn) => attached.get(arn) ?? 0, bounding: (arn) => bounding.get(arn) ?? 0 };
}

function counted(arns: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const arn of arns) counts.set(arn, (counts.get(arn) ?? 0) + 1);
  return counts;
}

interface Holders {
  readonly user: readonly User[];
  readonly group: readonly Group[];
  readonly role: readonly Role[];
}

/** Who has the policy in the way that is asked for; without one, in either. */
export function holdersOf(iam: IamView, arn: string, usage?: PolicyUsageType): Holders {
  const isHeld = ({ attached, boundary }: Entity & { boundary?: string | undefined }): boolean =>
    (usage !== 'PermissionsBoundary' && attached.includes(arn)) ||
    (usage !== 'PermissionsPolicy' && boundary === arn);
  return {
    user: iam.all('user').filter(isHeld),
    group: iam.all('group').filter(isHeld),
    role: iam.all('role').filter(isHeld),
  };
}

// What policies hold for a principal: a user's own, those of its groups, or a role's, and the
// boundary of either. Plain data, read from the account's IAM as of one version; nothing is judged
// here.

import { RecentMap } from '../../../base/recent-map.ts';
import type { Principal } from '../../../base/principal.ts';
import type { Scope } from '../../../base/ids.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { iamScope } from '../deps.ts';
import { defaultDocument } from '../policy/policy.ts';
import type { Entity, EntityKind, Group, IamKinds, IamView, Role, User } from '../resources.ts';

/** A policy that holds for somebody, and through whom. */
export interface HeldPolicy {
  readonly name: string;
  /** Of a managed one. */
  readonly arn?: string | undefined;
  /** Undefined of one of AWS's own that is not known here: it permits nothing. */
  readonly document: string | undefined;
  /** The user, group or role that has it. */
  readonly of: EntityKind;
  readonly holder: string;
}

export interface PrincipalPolicies {
  readonly policies: readonly HeldPolicy[];
  /** The permissions boundary: what it does not permit, no policy of theirs does. */
  readonly boundary?: HeldPolicy | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The policies of a user or of a session's role; undefined where that is gone, even if another has
 * its name now. The account's root has none, and needs none.
 */
function policiesOf(iam: IamView, principal: Principal): PrincipalPolicies | undefined {
  if (principal.kind === 'root') return undefined;
  const found = principal.kind === 'user' ? userOf(iam, principal) : roleOf(iam, principal);
  return found && entityPolicies(iam, principal.kind === 'user' ? 'user' : 'role', found);
}

/** Those of a user, a role, or a group by itself. */
export function entityPolicies(
  iam: IamView,
  kind: EntityKind,
  found: User | Role | Group,
): PrincipalPolicies {
  const groups = 'groups' in found ? found.groups : [];
  const boundary = 'boundary' in found ? found.boundary : undefined;
  return {
    policies: [
      ...held(iam, kind, found),
      ...groups.flatMap((name) => {
        const group = iam.get('group', name);
        return group === undefined ? [] : held(iam, 'group', group);
      }),
    ],
    boundary: boundary === undefined ? undefined : managed(iam, kind, found.name, boundary),
    tags: 'tags' in found ? found.tags : {},
  };
}

function userOf(iam: IamView, { arn, userId }: Principal): User | undefined {
  const user = iam.get('user', arn.slice(arn.lastIndexOf('/') + 1));
  return user?.id === userId ? user : undefined;
}

/** Whose policies they are: all sessions of a role have the role's. */
const holderOf = ({ userId }: Pick<Principal, 'userId'>): string => userId.split(':', 1)[0] ?? '';

/** `arn:aws:sts::123456789012:assumed-role/NAME/SESSION`, and `AROA…:SESSION`. */
function roleOf(iam: IamView, { arn, userId }: Principal): Role | undefined {
  const role = iam.get('role', arn.split('/')[1] ?? '');
  return role?.id === holderOf({ userId }) ? role : undefined;
}

const held = (iam: IamView, of: EntityKind, { name, inline, attached }: Entity): HeldPolicy[] => [
  ...Object.entries(inline).map(([policy, document]) => ({
    name: policy,
    document,
    of,
    holder: name,
  })),
  ...attached.map((arn) => managed(iam, of, name, arn)),
];

const managed = (iam: IamView, of: EntityKind, holder: string, arn: string): HeldPolicy => ({
  name: arn.slice(arn.lastIndexOf('/') + 1),
  arn,
  document: defaultDocument(iam, arn),
  of,
  holder,
});

const mostAccounts = 200;
const mostPrincipals = 1_000;

interface OfAccount {
  readonly version: number;
  /** By the id of the user or the role. */
  readonly byHolder: RecentMap<string, { readonly policies: PrincipalPolicies | undefined }>;
}

/** {@link policiesOf}, remembered for as long as the account's IAM stays as it is. */
export class KnownPolicies {
  readonly #space: Pick<ResourceSpace<IamKinds>, 'view' | 'version'>;
  readonly #accounts = new RecentMap<Scope, OfAccount>(mostAccounts);

  constructor(space: Pick<ResourceSpace<IamKinds>, 'view' | 'version'>) {
    this.#space = space;
  }

  /** Answers at once where they are known. */
  of(
    principal: Principal,
    region: string,
  ): PrincipalPolicies | undefined | Promise<PrincipalPolicies | undefined> {
    const scope = iamScope({ account: principal.account, region });
    const version = this.#space.version(scope);
    const known = this.#accounts.get(scope);
    const found = known?.version === version ? known.byHolder.get(holderOf(principal)) : undefined;
    return found === undefined ? this.#read(scope, version, principal) : found.policies;
  }

  async #read(
    scope: Scope,
    version: number,
    principal: Principal,
  ): Promise<PrincipalPolicies | undefined> {
    const policies = policiesOf(await this.#space.view(scope), principal);
    let known = this.#accounts.get(scope);
    if (known?.version !== version) {
      known = { version, byHolder: new RecentMap(mostPrincipals) };
      this.#accounts.set(scope, known);
    }
    known.byHolder.set(holderOf(principal), { policies });
    return policies;
  }
}

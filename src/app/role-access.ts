// What roles of this server's IAM may do when the server acts for them: by their policies as they
// are now, and the language that requests are judged by. It judges no request.

import { scopeParts, type Scope } from '../base/ids.ts';
import { partitionOfRegion } from '../base/partition.ts';
import { contextOf } from '../core/policy/context.ts';
import { decide, type Decision } from '../core/policy/decide.ts';
import { PolicyCache } from '../core/policy/policy-cache.ts';
import { PolicySet } from '../core/policy/policy-set.ts';
import type { Clock } from '../port/clock.ts';
import type { RoleAccess } from '../port/role-access.ts';
import { iamScope } from '../service/iam/deps.ts';
import type { Identity } from '../service/iam/identity/identity.ts';
import type { IamKinds, Role } from '../service/iam/resources.ts';
import { roleArn as arnOfRole } from '../service/iam/show.ts';
import type { ResourceSpace } from '../service/resource-space.ts';
import type { Tags } from '../wire/authorization.ts';

interface Parts {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'view'>;
  readonly identity: Pick<Identity, 'policies'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Of a secret or a parameter. */
  readonly tagsOf: (arn: string, scope: Scope) => Promise<Tags | undefined>;
}

type Denied = Extract<Decision, { isAllowed: false }>;

/** Of policy texts that stay compiled. */
const mostCharacters = 1_000_000;
const none = new PolicySet([]);
const layerNames: Readonly<Record<Denied['layer'], string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  trust: 'resource-based policy',
};

export function roleAccess({ iam, identity, clock, tagsOf }: Parts): RoleAccess {
  const compiled = new PolicyCache(mostCharacters);

  async function find(roleArn: string, scope: Scope): Promise<Role | undefined> {
    const where = scopeParts(scope);
    const role = (await iam.view(iamScope(where))).get('role', lastPart(roleArn));
    return role !== undefined && arnOfRole(where, role) === roleArn ? role : undefined;
  }

  return {
    async mayBeAssumed(roleArn, scope, service) {
      const role = await find(roleArn, scope);
      if (role === undefined) return false;
      const { account, region } = scopeParts(scope);
      const { id, dnsSuffix } = partitionOfRegion(region);
      const policy = compiled.get(role.trustPolicy, 'trust');
      const { isAllowed } = decide(
        {
          identity: none,
          trust: { account, policies: new PolicySet([{ name: 'trust policy', policy }]) },
        },
        {
          action: 'sts:AssumeRole',
          resource: roleArn,
          context: contextOf(
            Object.entries({
              ...times(clock.now()),
              'aws:SourceAccount': account,
              'aws:SourceArn': `arn:${id}:ecs:${region}:${account}:*`,
            }),
          ),
          asker: {
            kind: 'service',
            names: [`${service}.amazonaws.com`, `${service}.${dnsSuffix}`],
          },
        },
      );
      return isAllowed;
    },

    async denial({ roleArn, scope, session, action, resource, conditions }) {
      const { account, region } = scopeParts(scope);
      const { id } = partitionOfRegion(region);
      const arn = `arn:${id}:sts::${account}:assumed-role/${lastPart(roleArn)}/${session}`;
      const role = await find(roleArn, scope);
      const userId = `${role?.id ?? ''}:${session}`;
      const principal = { kind: 'assumed-role', account, arn, userId } as const;
      const held = await identity.policies.of({ ...principal, accessKeyId: undefined }, region);
      // One of AWS's own whose document nobody here knows permits nothing.
      const setOf = (policies: NonNullable<typeof held>['policies']): PolicySet =>
        new PolicySet(
          policies.flatMap(({ name, document }) =>
            document === undefined ? [] : [{ name, policy: compiled.get(document, 'identity') }],
          ),
        );
      const layers = {
        identity: held === undefined ? none : setOf(held.policies),
        boundary: held?.boundary && setOf([held.boundary]),
      };
      const asksForTags = Object.values(layers).some((layer) =>
        layer
          ?.conditionKeysOn(action)
          .values()
          .some((key) => key.includes(':resourcetag/')),
      );
      const tags = asksForTags ? ((await tagsOf(resource, scope)) ?? {}) : {};
      const [service = ''] = action.split(':', 1);
      const decision = decide(layers, {
        action,
        resource,
        context: contextOf([
          ...Object.entries({
            ...times(clock.now()),
            'aws:PrincipalArn': roleArn,
            'aws:PrincipalAccount': account,
            'aws:PrincipalType': 'AssumedRole',
            'aws:userid': userId,
            'aws:RequestedRegion': resource.split(':', 4)[3] || region,
            'aws:ResourceAccount': account,
            ...conditions,
          }),
          ...prefixed('aws:PrincipalTag/', held?.tags ?? {}),
          ...prefixed('aws:ResourceTag/', tags),
          ...prefixed(`${service}:ResourceTag/`, tags),
        ]),
      });
      return decision.isAllowed
        ? undefined
        : `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${because(decision, action)}`;
    },
  };
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const times = (nowMs: number) => ({
  'aws:CurrentTime': new Date(nowMs).toISOString(),
  'aws:EpochTime': String(Math.floor(nowMs / 1000)),
});

const prefixed = (prefix: string, tags: Tags): [string, string][] =>
  Object.entries(tags).map(([key, value]) => [prefix + key, value]);

function because({ layer, explicit }: Denied, action: string): string {
  const name = layerNames[layer];
  if (explicit === undefined) return `because no ${name} allows the ${action} action`;
  return `with an explicit deny in ${name.startsWith('i') ? 'an' : 'a'} ${name}`;
}

// What roles of this server's IAM may do when the server acts for them: judged as a request would
// be that such a role's session sent, but for what only a request has. It judges no request.

import { scopeParts } from '../base/ids.ts';
import { partitionOfRegion } from '../base/partition.ts';
import type { Principal } from '../base/principal.ts';
import type { Clock } from '../port/clock.ts';
import type { RoleAccess, RoleSession } from '../port/role-access.ts';
import { denialSentence } from '../service/iam/identity/denial.ts';
import type { Identity } from '../service/iam/identity/identity.ts';
import { JudgedRequest, type TagsOf } from '../service/iam/identity/judged-request.ts';
import type { IamKinds, Role } from '../service/iam/resources.ts';
import type { ResourceSpace } from '../service/resource-space.ts';
import { namedRole } from '../service/sts/role-session.ts';
import { trustsTask } from '../service/sts/trust.ts';

interface Parts {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'current'>;
  readonly identity: Pick<Identity, 'policies'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Of a secret or a parameter. */
  readonly tagsOf: (arn: string, scope: RoleSession['scope']) => ReturnType<TagsOf>;
}

export function roleAccess({ iam, identity, clock, tagsOf }: Parts): RoleAccess {
  /** Roles of the account and partition alone; a path that is not the role's names another. */
  function find({ roleArn, scope }: RoleSession): Role | undefined {
    const { account, region } = scopeParts(scope);
    const named = namedRole({ iam }, roleArn);
    return named?.account === account && named.partition === partitionOfRegion(region).id
      ? named.role
      : undefined;
  }

  /** Of a role that is gone it has no policies. */
  function principalOf(session: RoleSession): Principal {
    const { roleArn, session: name } = session;
    const { account, region } = scopeParts(session.scope);
    const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const roleId = find(session)?.id ?? '';
    return {
      kind: 'assumed-role',
      account,
      arn: `arn:${partitionOfRegion(region).id}:sts::${account}:assumed-role/${roleName}/${name}`,
      userId: `${roleId}:${name}`,
      accessKeyId: undefined,
      session: { roleArn, roleId, roleName, name, createdAtMs: clock.now() },
    };
  }

  return {
    async mayBeAssumed(session) {
      const { roleArn, scope, session: taskId } = session;
      const role = find(session);
      return role !== undefined && trustsTask(role, roleArn, { scope, taskId }, clock.now());
    },

    async denial({ action, resource, conditions = {}, ...session }) {
      const { scope } = session;
      const { account, region: own } = scopeParts(scope);
      const region = resource.split(':', 4)[3] || own;
      const principal = principalOf(session);
      const held = await identity.policies.of(principal, own);
      const request = new JudgedRequest({
        iam,
        context: { principal, account, region },
        held,
        nowMs: clock.now(),
      });
      const access = { action, resources: [resource], conditions: () => conditions };
      if (request.asksForTags([access]))
        await request.fetchTags([access], (arn) => tagsOf(arn, scope));
      const denied = request.denialOf(access);
      return denied && denialSentence(principal, denied);
    },
  };
}

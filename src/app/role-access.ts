// What roles of this server's IAM may do when the server acts for them: judged as a request would
// be that such a role's session sent, but for what only a request has. It judges no request.

import { scopeParts } from '../base/ids.ts';
import type { Clock } from '../port/clock.ts';
import type { RoleAccess, RoleSession } from '../port/role-access.ts';
import { denialSentence } from '../service/iam/identity/denial.ts';
import type { Identity } from '../service/iam/identity/identity.ts';
import { JudgedRequest, type TagsOf } from '../service/iam/identity/judged-request.ts';
import type { IamKinds } from '../service/iam/resources.ts';
import type { ResourceSpace } from '../service/resource-space.ts';
import { ownRole, servicePrincipal } from '../service/sts/role-session.ts';
import { trustsService } from '../service/sts/trust.ts';

interface Parts {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'current'>;
  readonly identity: Pick<Identity, 'policies'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Of a secret or a parameter. */
  readonly tagsOf: (arn: string, scope: RoleSession['scope']) => ReturnType<TagsOf>;
}

export function roleAccess({ iam, identity, clock, tagsOf }: Parts): RoleAccess {
  return {
    async mayBeAssumed({ roleArn, scope }, taker) {
      const role = ownRole({ iam }, scope, roleArn);
      return role !== undefined && trustsService(role, { roleArn, scope, taker }, clock.now());
    },

    async denial({ action, resource, conditions = {}, ...session }) {
      const { scope } = session;
      const { account, region: own } = scopeParts(scope);
      const region = resource.split(':', 4)[3] || own;
      const principal = servicePrincipal({ iam }, session, clock.now());
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

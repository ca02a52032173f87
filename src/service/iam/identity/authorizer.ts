// The authorizer of a server with access control: what IAM's policies do not allow is not done.
// Root is limited by no policy but those of resources, and nobody else may do anything of
// themselves. What sessions may not do, whatever is allowed, stands in session-limits.ts. It knows
// no operation.

import type { Principal } from '../../../base/principal.ts';
import type { Clock } from '../../../port/clock.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { Authorizer } from '../../../wire/authorization.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { IamKinds } from '../resources.ts';
import { deniedText } from './denial.ts';
import { JudgedRequest } from './judged-request.ts';
import type { KnownPolicies, PrincipalPolicies } from './policies.ts';
import { sessionLimit } from './session-limits.ts';

interface AuthorizerParts {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'current'>;
  readonly policies: KnownPolicies;
  readonly sealer: Pick<Sealer, 'seal'>;
  readonly clock: Pick<Clock, 'now'>;
}

export function policyAuthorizer({ iam, policies, sealer, clock }: AuthorizerParts): Authorizer {
  const judge = (
    { access, context, dialect, tagsOf, policyOf }: Authorization,
    held: PrincipalPolicies | undefined,
  ): void | Promise<void> => {
    const request = new JudgedRequest({ iam, context, held, nowMs: clock.now(), policyOf });
    const judgeAll = (): void => {
      for (const each of access) {
        const denied = request.denialOf(each);
        if (denied !== undefined) throw dialect.denied(deniedText(sealer, context, denied));
      }
    };
    return request.asksForTags(access)
      ? request.fetchTags(access, tagsOf).then(judgeAll)
      : judgeAll();
  };
  return {
    authorize(request) {
      const { access, context, dialect } = request;
      const limit = sessionLimit(context, dialect);
      if (limit !== undefined) throw limit;
      if (access.length === 0) return;
      if (isUnlimited(context.principal) && !namesResourcesWithPolicies(request)) return;
      if (context.principal.kind === 'service') return judge(request, undefined);
      const held = policies.of(context.principal, context.region);
      return held instanceof Promise
        ? held.then((found) => judge(request, found))
        : judge(request, held);
    },
  };
}

/** Of those root is told too what it may do: of others' resources, and what they deny itself. */
const namesResourcesWithPolicies = ({ access, policyOf }: Authorization): boolean =>
  access.some(({ resources }) => resources.some((arn) => policyOf(arn) !== undefined));

type Authorization = Parameters<Authorizer['authorize']>[0];

/** Sessions of root are root, unless they were given policies. */
const isUnlimited = ({ kind, session }: Principal): boolean =>
  kind === 'root' && (session?.policies?.length ?? 0) === 0;

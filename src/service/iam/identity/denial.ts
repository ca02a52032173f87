// What a caller is told who is denied: AWS's sentence, and behind it an encoded message which says
// more to whoever may decode it, where there is a caller. The sentence names the layer that
// decided, and no policy: that is not everybody's business.

import type { Principal } from '../../../base/principal.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import type { Layer } from '../../../core/policy/decide.ts';
import { encodeDenial, type Denial } from './encoded-denial.ts';
import type { Denied } from './judged-request.ts';

const layerNames: Readonly<Record<Layer, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  trust: 'resource-based policy',
  resource: 'resource-based policy',
};

export const deniedText = (
  sealer: Pick<Sealer, 'seal'>,
  { principal }: Pick<RequestContext, 'principal'>,
  denied: Denied,
): string =>
  `${denialSentence(principal, denied)}. Encoded authorization failure message: ${encodeDenial(sealer, principal.account, denialOf(principal, denied))}`;

/** Without its full stop. */
export const denialSentence = ({ arn }: Pick<Principal, 'arn'>, denied: Denied): string =>
  `User: ${arn} is not authorized to perform: ${denied.action} on resource: ${denied.resource} ${becauseOf(denied)}`;

function becauseOf({ action, decision: { layer, explicit } }: Denied): string {
  const name = layerNames[layer];
  if (explicit !== undefined)
    return `with an explicit deny in ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
  return `because no ${name} allows the ${action} action`;
}

function denialOf(
  { userId, arn }: RequestContext['principal'],
  { action, resource, decision: { layer, explicit }, conditions }: Denied,
): Denial {
  return {
    allowed: false,
    explicitDeny: explicit !== undefined,
    matchedStatements: {
      items:
        explicit === undefined
          ? []
          : [
              {
                statementId: explicit.sid ?? '',
                effect: 'DENY',
                principals: items([userId]),
                principalGroups: items([]),
                actions: items([action]),
                resources: items([resource]),
                conditions: { items: [] },
              },
            ],
    },
    failures: { items: [] },
    context: {
      principal: { id: userId, arn },
      action,
      resource,
      conditions: {
        items: Object.entries(conditions).map(([key, values]) => ({
          key,
          values: items([values].flat()),
        })),
      },
    },
    decidedBy: {
      layer,
      policy: explicit?.policy,
      statement: explicit === undefined ? undefined : (explicit.sid ?? explicit.index),
    },
  };
}

const items = (values: readonly string[]) => ({ items: values.map((value) => ({ value })) });

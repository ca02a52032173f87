// The tags of EC2's resources by their ARNs, for whoever judges access by them.

import type { Tags } from '../../wire/authorization.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { arnOf } from './access.ts';
import type { Ec2Deps } from './deps.ts';
import { knownInstances } from './instance/known-instance.ts';
import { idPrefix, type Ec2Kind } from './resources.ts';

/** Undefined where nothing of the caller's account and region has this ARN. */
export async function resourceTags(
  deps: Ec2Deps,
  arn: string,
  context: RequestContext,
): Promise<Tags | undefined> {
  const [kind = '', id = ''] = arn.slice(arn.lastIndexOf(':') + 1).split('/');
  if (arn !== arnOf(context, kind, id)) return undefined;
  if (kind === 'instance')
    return (await knownInstances(deps, context, {})).find((instance) => instance.id === id)?.tags;
  const ec2 = await deps.space.view(context.scope);
  switch (kind) {
    case 'key-pair':
    case 'placement-group':
      return ec2.all(kind).find(({ name }) => name === id)?.tags;
    case 'security-group-rule':
      return ec2
        .all('security-group')
        .flatMap(({ rules }) => rules)
        .find((rule) => rule.id === id)?.tags;
    default:
      return Object.hasOwn(idPrefix, kind) ? ec2.get(kind as Ec2Kind, id)?.tags : undefined;
  }
}

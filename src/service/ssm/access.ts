// What operations of Parameter Store ask leave for, as Systems Manager's page of the service
// authorization reference lists it; and parameters by their ARNs.

import type { Tags } from '../../wire/authorization.ts';
import type { Access, RequestContext } from '../../wire/operation.ts';
import { orAny } from '../access.ts';
import { namedParameterArn, nameIn } from './arn.ts';
import type { SsmDeps } from './deps.ts';

export const onParameters = (
  action: string,
  names: readonly (string | undefined)[] | undefined,
  context: RequestContext,
  more: Pick<Access, 'conditions'> = {},
): Access[] => [
  {
    action: `ssm:${action}`,
    resources: orAny(
      (names ?? []).flatMap((name) => (name ? [namedParameterArn(context.scope, name)] : [])),
    ),
    ...more,
  },
];

/** Undefined where nothing of the caller's account and region has this ARN. */
export async function resourceTags(
  { space }: Pick<SsmDeps, 'space'>,
  arn: string,
  { scope }: Pick<RequestContext, 'scope'>,
): Promise<Tags | undefined> {
  const parameters = await space.view(scope);
  return parameters.get('parameter', nameIn(parameters, scope, arn))?.tags;
}

// What operations of ECS ask leave for, in IAM's terms, as its page of the service authorization
// reference lists it.

import { containerInstanceArn, nameInArn, namedClusterArn, taskArn } from '../../core/arn.ts';
import type { Access, RequestContext } from '../../wire/operation.ts';
import { orAny } from '../access.ts';

const clusterOf = ({ scope }: RequestContext, given = 'default'): string =>
  namedClusterArn(scope, given);

export const onCluster = (
  action: string,
  cluster: string | undefined,
  context: RequestContext,
): Access[] => [{ action, resources: [clusterOf(context, cluster)] }];

const arnOf = { 'container-instance': containerInstanceArn, task: taskArn } as const;

/**
 * For tasks or container instances of a cluster, by ids or ARNs; for any where none is named. They
 * are looked for in that cluster, whatever cluster their ARNs say.
 */
export function onEach(
  action: string,
  kind: keyof typeof arnOf,
  given: readonly string[] | undefined,
  cluster: string | undefined,
  context: RequestContext,
): Access[] {
  const of = clusterOf(context, cluster);
  const name = nameInArn(of) ?? '';
  const arns = (given ?? []).map((id) =>
    arnOf[kind](context.scope, name, id.slice(id.lastIndexOf('/') + 1)),
  );
  return [{ action, resources: orAny(arns), conditions: () => ({ 'ecs:cluster': of }) }];
}

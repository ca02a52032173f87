// Which service environment a queue of service jobs uses (user guide, Create a SageMaker Training
// job queue): exactly one. Shared by the commands that make and change queues.

import type { ServiceEnvironmentOrder } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../../base/ids.ts';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import { isByType } from '../../service-environment/service-environment.ts';
import type { World } from '../../world/world.ts';
import { queuesOf } from '../service-environment/queues-of.ts';

/**
 * "Quota management": the one service environment of a queue with quota shares counts instances by
 * type, as its shares do, and that of any other queue all together.
 */
export function quotaUnitsRefusal(
  world: World,
  { name, serviceEnvironmentOrder = [], schedulingPolicyArn }: JobQueue,
): Refusal | undefined {
  const [entry] = serviceEnvironmentOrder;
  const environment = entry && world.serviceEnvironments.get(entry.serviceEnvironment);
  if (environment === undefined) return undefined;
  const hasShares =
    schedulingPolicyArn !== undefined &&
    world.schedulingPolicies.get(schedulingPolicyArn)?.kind === 'quota-share';
  if (hasShares === isByType(environment)) return undefined;
  return refuse(
    'invalid',
    hasShares
      ? `Service environment ${environment.name} counts all instances together; that of job queue ${name}, which has quota shares, must have capacity limits of instance types.`
      : `Service environment ${environment.name} counts instances by type for quota shares, and job queue ${name} has no scheduling policy with a quotaSharePolicy.`,
  );
}

/** The order that a request gives by names or ARNs, by ARNs. `of`: the queue, where it is there. */
export function resolveServiceEnvironments(
  world: World,
  scope: Scope,
  given: readonly ServiceEnvironmentOrder[],
  of?: Arn,
): NonNullable<JobQueue['serviceEnvironmentOrder']> | Refusal {
  const [entry, ...others] = given;
  if (entry === undefined || others.length > 0)
    return refuse(
      'invalid',
      `serviceEnvironmentOrder must hold exactly one service environment; it holds ${given.length}.`,
    );
  const name = entry.serviceEnvironment ?? '';
  const environment = world.serviceEnvironments.find(scope, name);
  if (environment === undefined)
    return refuse('not-found', `Service environment ${name} does not exist`);
  const other = queuesOf(world, environment.arn).find(({ arn }) => arn !== of);
  if (isByType(environment) && other !== undefined)
    return refuse(
      'invalid',
      `Service environment ${environment.name} counts instances by type for quota shares and serves one job queue, which is ${other.name}.`,
    );
  return [{ order: entry.order ?? 0, serviceEnvironment: environment.arn }];
}

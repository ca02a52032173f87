// Which compute environments may stand together in one job queue (spec 4.3): at most three, all of one kind and one
// architecture. Shared by the commands that make or change queues and environments.

import type { ComputeEnvironmentOrder } from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../base/refusal.ts';
import type { Scope } from '../../base/ids.ts';
import { isFargate, type ComputeEnvironment } from '../compute-environment/compute-environment.ts';
import { architecturesOf } from '../instance-type/choices.ts';
import type { Catalogue } from '../instance-type/catalogue.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';

export interface QueueEnvironments {
  readonly order: JobQueue['computeEnvironmentOrder'];
  readonly jobQueueType: JobQueue['jobQueueType'];
}

/** The order that a request gives by names or ARNs, as ARNs in ascending order; the order numbers stay the user's. */
export function resolveEnvironments(world: World, scope: Scope, given: readonly ComputeEnvironmentOrder[] | undefined): QueueEnvironments | Refusal {
  const count = given?.length ?? 0;
  const most = world.settings.limits.computeEnvironmentsPerQueue;
  if (given === undefined || count < 1 || count > most) {
    return refuse('invalid', `computeEnvironmentOrder must hold 1 to ${most} compute environments; it holds ${count}.`);
  }
  const environments: ComputeEnvironment[] = [];
  const order: { order: number; computeEnvironment: ComputeEnvironment['arn'] }[] = [];
  for (const entry of given) {
    const environment = world.computeEnvironment(scope, entry.computeEnvironment ?? '');
    if (environment === undefined) return refuse('not-found', `Compute environment ${entry.computeEnvironment} does not exist`);
    // One that is being made or changed is VALID or INVALID in a moment; a queue waits for that as its jobs do.
    if (environment.status === 'INVALID' || environment.status === 'DELETING') return refuse('invalid', `Compute environment ${environment.name} is ${environment.status}; it must be VALID.`);
    if (environments.includes(environment)) return refuse('invalid', `Compute environment ${environment.name} stands twice in computeEnvironmentOrder.`);
    environments.push(environment);
    order.push({ order: entry.order ?? 0, computeEnvironment: environment.arn });
  }
  order.sort((a, b) => a.order - b.order);
  return queueMixRefusal(environments, world.settings.instanceTypes) ?? { order, jobQueueType: environments.some(isFargate) ? 'ECS_FARGATE' : 'ECS' };
}

/** Why these environments may not stand together, if so. UNMANAGED ones have no architecture that Batch knows. */
export function queueMixRefusal(environments: readonly ComputeEnvironment[], catalogue: Catalogue): Refusal | undefined {
  const fargate = environments.filter(isFargate).length;
  if (fargate > 0 && fargate < environments.length) return refuse('invalid', 'EC2 and Fargate compute environments cannot be mixed in one job queue.');
  const types = environments.flatMap((environment) => environment.computeResources?.instanceTypes ?? []);
  if (architecturesOf(types, catalogue).size > 1) {
    return refuse('invalid', 'All compute environments of a job queue must have the same architecture.');
  }
  return undefined;
}

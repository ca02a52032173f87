// Which compute environments may stand together in one job queue (user guide, chapter Job Queues):
// at most three, all of one kind and one architecture. Shared by the commands that make or change
// queues and environments.

import type { ComputeEnvironmentOrder, CreateJobQueueCommandInput } from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import type { Scope } from '../../../base/ids.ts';
import {
  buysSpot,
  isFargate,
  isManagedInstances,
  isEks,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { launchedResources } from '../../compute-environment/managed-instances.ts';
import { architecturesOf } from '../../instance-type/choices.ts';
import { settleEnvironmentEvents } from '../compute-environment/settle-environment.ts';
import type { Catalogue } from '../../instance-type/catalogue.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { resolveServiceEnvironments } from './queue-service-environments.ts';

interface QueueEnvironments {
  readonly order: JobQueue['computeEnvironmentOrder'];
  readonly jobQueueType: JobQueue['jobQueueType'];
}

type Orders = Pick<
  CreateJobQueueCommandInput,
  'computeEnvironmentOrder' | 'serviceEnvironmentOrder'
>;
type QueueOrders = Pick<
  JobQueue,
  'computeEnvironmentOrder' | 'serviceEnvironmentOrder' | 'jobQueueType'
>;

/**
 * What a queue is to run its jobs in, and of which type that makes it. Of one that is there what is
 * not given stays.
 */
export function queueOrders(
  world: World,
  scope: Scope,
  { computeEnvironmentOrder, serviceEnvironmentOrder = [] }: Orders,
  stored?: JobQueue,
): QueueOrders | Refusal {
  if (serviceEnvironmentOrder.length > 0) {
    if (computeEnvironmentOrder !== undefined && computeEnvironmentOrder.length > 0)
      return refuse(
        'invalid',
        'A job queue cannot have both a serviceEnvironmentOrder and a computeEnvironmentOrder.',
      );
    const service = resolveServiceEnvironments(world, scope, serviceEnvironmentOrder, stored?.arn);
    return isRefusal(service)
      ? service
      : {
          computeEnvironmentOrder: [],
          serviceEnvironmentOrder: service,
          jobQueueType: 'SAGEMAKER_TRAINING',
        };
  }
  const isKept =
    computeEnvironmentOrder === undefined ||
    (stored?.serviceEnvironmentOrder !== undefined && computeEnvironmentOrder.length === 0);
  if (stored !== undefined && isKept) return stored;
  const environments = resolveEnvironments(
    world,
    scope,
    computeEnvironmentOrder,
    stored?.computeEnvironmentOrder,
  );
  return isRefusal(environments)
    ? environments
    : {
        computeEnvironmentOrder: environments.order,
        jobQueueType: environments.jobQueueType,
      };
}

/**
 * The order that a request gives by names or ARNs, as ARNs in ascending order; the order numbers
 * stay the user's. Those that are not `present` in the queue must be VALID: what is being replaced
 * in one of the others is no reason to refuse.
 */
function resolveEnvironments(
  world: World,
  scope: Scope,
  given: readonly ComputeEnvironmentOrder[] | undefined,
  present: JobQueue['computeEnvironmentOrder'] = [],
): QueueEnvironments | Refusal {
  const count = given?.length ?? 0;
  const most = world.settings.limits.computeEnvironmentsPerQueue;
  if (given === undefined || count < 1 || count > most) {
    return refuse(
      'invalid',
      `computeEnvironmentOrder must hold 1 to ${most} compute environments; it holds ${count}.`,
    );
  }
  const environments: ComputeEnvironment[] = [];
  const orders: { order: number; computeEnvironment: ComputeEnvironment['arn'] }[] = [];
  for (const entry of given) {
    const environment = world.computeEnvironment(scope, entry.computeEnvironment ?? '');
    if (environment === undefined)
      return refuse('not-found', `Compute environment ${entry.computeEnvironment} does not exist`);
    const status = settledStatus(world, environment);
    const isNew = !present.some(({ computeEnvironment }) => computeEnvironment === environment.arn);
    if (status === 'INVALID' || status === 'DELETING' || (status === 'UPDATING' && isNew))
      return refuse(
        'invalid',
        `Compute environment ${environment.name} is ${status}; it must be VALID.`,
      );
    const order = entry.order ?? 0;
    if (orders.some(({ order: taken }) => taken === order))
      return refuse(
        'invalid',
        `Duplicate ComputeEnvironment order values. ${order} stands twice in computeEnvironmentOrder.`,
      );
    if (environments.includes(environment))
      return refuse(
        'invalid',
        `Compute environment ${environment.name} stands twice in computeEnvironmentOrder.`,
      );
    environments.push(environment);
    orders.push({ order, computeEnvironment: environment.arn });
  }
  orders.sort((a, b) => a.order - b.order);
  const inOrder = orders.flatMap(({ computeEnvironment }) =>
    environments.filter(({ arn }) => arn === computeEnvironment),
  );
  return (
    queueMixRefusal(inOrder, world.settings.instanceTypes) ??
    spotFirst(inOrder) ?? {
      order: orders,
      jobQueueType: queueTypeOf(environments),
    }
  );
}

/**
 * One that was just made or changed is VALID or INVALID in a moment, and which of the two is known:
 * nobody has to wait for that.
 */
function settledStatus(
  world: World,
  environment: ComputeEnvironment,
): ComputeEnvironment['status'] {
  const [event] = settleEnvironmentEvents(world, environment.arn);
  return event?.type === 'compute-environment-stored'
    ? event.environment.status
    : environment.status;
}

const queueTypeOf = (environments: readonly ComputeEnvironment[]): JobQueue['jobQueueType'] => {
  if (environments.some(isEks)) return 'EKS';
  if (environments.some(isManagedInstances)) return 'ECS_MANAGED_INSTANCES';
  return environments.some(isFargate) ? 'ECS_FARGATE' : 'ECS';
};

/**
 * "If your job queue includes both On-Demand and Spot compute environments, all On-Demand
 * environments must appear before any Spot environments" (user guide, Job queues on Amazon ECS
 * Managed Instances). In the queue's order.
 */
function spotFirst(environments: readonly ComputeEnvironment[]): Refusal | undefined {
  if (!environments.some(isManagedInstances)) return undefined;
  const spot = environments.map(buysSpot);
  return spot.includes(true) && spot.lastIndexOf(false) > spot.indexOf(true)
    ? refuse(
        'invalid',
        'On-Demand compute environments of managed instances must be ordered before Spot ones in computeEnvironmentOrder.',
      )
    : undefined;
}

/**
 * Why these environments may not stand together, if so. UNMANAGED ones have no architecture that
 * Batch knows.
 */
export function queueMixRefusal(
  environments: readonly ComputeEnvironment[],
  catalogue: Catalogue,
): Refusal | undefined {
  const onCluster = environments.filter(isEks).length;
  if (onCluster > 0 && onCluster < environments.length)
    return refuse(
      'invalid',
      'Amazon EKS compute environments cannot be mixed with others in one job queue.',
    );
  const managed = environments.filter(isManagedInstances).length;
  if (managed > 0 && managed < environments.length)
    return refuse(
      'invalid',
      'ECS_MANAGED_INSTANCES compute environments cannot be mixed with others in one job queue.',
    );
  const fargate = environments.filter(isFargate).length;
  if (fargate > 0 && fargate < environments.length)
    return refuse(
      'invalid',
      'EC2 and Fargate compute environments cannot be mixed in one job queue.',
    );
  const types = environments.flatMap(
    ({ computeResources }) =>
      (computeResources && launchedResources(computeResources).instanceTypes) ?? [],
  );
  if (architecturesOf(types, catalogue).size > 1) {
    return refuse(
      'invalid',
      'All compute environments of a job queue must have the same architecture.',
    );
  }
  return undefined;
}

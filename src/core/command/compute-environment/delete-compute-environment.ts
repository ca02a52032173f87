// DeleteComputeEnvironment: only a DISABLED one that no queue names. It is gone at once, or, where
// it has instances, as soon as they have ended; one whose cluster others still use becomes INVALID.
// Clients match the text of the refusal (doc/errors.md).

import { refuse } from '../../../base/refusal.ts';
import type { ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import type { Instance } from '../../host/host.ts';
import { endInstance } from '../host/instance-ending.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided, type Followed } from '../decision.ts';
import { deletionRefusal } from './deletion-refusal.ts';
import type { Scope } from '../../../base/ids.ts';

interface DeleteComputeEnvironment {
  readonly type: 'delete-compute-environment';
  readonly scope: Scope;
  /** Name or ARN. */
  readonly computeEnvironment: string;
}

export function decideDeleteComputeEnvironment(
  world: World,
  command: DeleteComputeEnvironment,
  nowMs: number,
): Decided {
  const environment = world.computeEnvironment(command.scope, command.computeEnvironment);
  if (environment === undefined)
    return refuse('not-found', `Compute environment ${command.computeEnvironment} does not exist`);
  if (environment.status === 'DELETING') return { events: [], effects: [], reply: done };
  const queues = [...world.jobQueues.values()].filter(({ computeEnvironmentOrder }) =>
    computeEnvironmentOrder.some((entry) => entry.computeEnvironment === environment.arn),
  );
  const refusal = deletionRefusal(environment, queues);
  if (refusal !== undefined) return refusal;
  const inUse = useOf(world, environment);
  if (inUse !== undefined) {
    const statusReason = `CLIENT_ERROR - ${inUse}; Request ID: ${environment.uuid})`;
    return {
      events: [
        {
          type: 'compute-environment-stored',
          environment: { ...environment, status: 'INVALID', statusReason },
        },
      ],
      effects: [],
      reply: done,
    };
  }
  const instances = [...world.hosts.instancesOf(environment.arn)];
  if (instances.length === 0)
    return {
      events: [{ type: 'compute-environment-deleted', arn: environment.arn }],
      effects: [],
      reply: done,
    };
  const endings = instances.map((instance) =>
    world.attemptsOn(instance.id).size > 0
      ? finish(instance)
      : endInstance(world, instance, 'scaling', nowMs),
  );
  return {
    events: [
      { type: 'compute-environment-stored', environment: { ...environment, status: 'DELETING' } },
      ...endings.flatMap(({ events }) => events),
    ],
    effects: endings.flatMap(({ effects }) => effects),
    reply: done,
  };
}

/**
 * Why its cluster cannot go, in ECS's words: hosts that others registered have to be deregistered
 * first, and jobs that run on no instance of its own to be ended (API reference,
 * DeleteComputeEnvironment: it "enters an invalid state"). Any update repairs it.
 */
function useOf(world: World, { arn, type }: ComputeEnvironment): string | undefined {
  const hasHosts = !world.hosts.of(arn).next().done;
  const ecs = (text: string, code: string): string =>
    `The Cluster cannot be deleted while ${text}. (Service: AmazonECS; Status Code: 400; Error Code: ${code}`;
  if (type === 'UNMANAGED' && hasHosts)
    return ecs(
      'Container Instances are active or draining',
      'ClusterContainsContainerInstancesException',
    );
  return !hasHosts && world.hasRunningIn(arn)
    ? ecs('Tasks are active', 'ClusterContainsTasksException')
    : undefined;
}

/**
 * A queue may have let go of the environment while its jobs run on: they do so to their end, and
 * their instance goes with the last.
 */
const finish = (instance: Instance): Followed => ({
  events:
    instance.state === 'RUNNING'
      ? [{ type: 'host-stored', host: { ...instance, state: 'DRAINING' } }]
      : [],
  effects: [],
});

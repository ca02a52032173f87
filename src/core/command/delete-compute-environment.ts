// DeleteComputeEnvironment (spec 4.3): only a DISABLED one that no queue names. It is gone at once, or, where it has instances, as
// soon as they have ended. Clients match the text of the refusal (spec users-and-clients: "Errors and codes to copy").

import { refuse } from '../../base/refusal.ts';
import { endInstance } from '../instance.ts';
import type { World } from '../world.ts';
import type { Decided, DeleteComputeEnvironment } from './command.ts';
import { done } from './command.ts';

export function decideDeleteComputeEnvironment(world: World, command: DeleteComputeEnvironment, nowMs: number): Decided<DeleteComputeEnvironment> {
  const environment = world.computeEnvironment(command.scope, command.computeEnvironment);
  if (environment === undefined) return refuse('not-found', `Compute environment ${command.computeEnvironment} does not exist`);
  if (environment.status === 'DELETING') return { events: [], effects: [], reply: done };
  for (const queue of world.jobQueues.values()) {
    if (queue.computeEnvironmentOrder.some((entry) => entry.computeEnvironment === environment.arn)) {
      return refuse('invalid', 'Cannot delete, found existing JobQueue relationship');
    }
  }
  if (environment.state !== 'DISABLED') return refuse('invalid', 'Cannot delete, state must be DISABLED');
  // A queue may have let go of it while its jobs run on; they need its books until they end.
  if (world.hasRunningIn(environment.arn)) return refuse('invalid', `Cannot delete, jobs are running in compute environment ${environment.name}`);
  const instances = [...world.hosts.instancesOf(environment.arn)];
  if (instances.length === 0) return { events: [{ type: 'compute-environment-deleted', arn: environment.arn }], effects: [], reply: done };
  const endings = instances.map((instance) => endInstance(world, instance, 'scaling', nowMs));
  return {
    events: [{ type: 'compute-environment-stored', environment: { ...environment, status: 'DELETING' } }, ...endings.flatMap(({ events }) => events)],
    effects: endings.flatMap(({ effects }) => effects),
    reply: done,
  };
}

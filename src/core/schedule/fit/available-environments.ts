// Which environments of a queue take jobs, in the queue's order.

import { isOpen, type ComputeEnvironment } from '../../compute-environment/compute-environment.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';

export function* availableEnvironments(
  world: World,
  queue: JobQueue,
): Generator<ComputeEnvironment> {
  for (const { computeEnvironment } of queue.computeEnvironmentOrder) {
    const environment = world.computeEnvironments.get(computeEnvironment);
    if (environment !== undefined && isAvailable(environment)) yield environment;
  }
}

export const isAvailable = (environment: ComputeEnvironment): boolean =>
  environment.state === 'ENABLED' && isOpen(environment);

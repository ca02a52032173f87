// Which job queues use a service environment. Shared by the commands that change environments and
// queues; it decides nothing.

import type { Arn } from '../../../base/ids.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';

export const queuesOf = (world: World, serviceEnvironment: Arn): JobQueue[] =>
  [...world.jobQueues.values()].filter(({ serviceEnvironmentOrder = [] }) =>
    serviceEnvironmentOrder.some((entry) => entry.serviceEnvironment === serviceEnvironment),
  );

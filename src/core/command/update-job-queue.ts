// UpdateJobQueue (spec 4.3): a member that is not given stays; an empty list of time limit actions clears them. The change
// is complete when it is answered, so that the next DeleteComputeEnvironment sees it.

import { isRefusal, refuse } from '../../base/refusal.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { World } from '../world.ts';
import type { Decided, UpdateJobQueue } from './command.ts';
import { resolveEnvironments } from './queue-environments.ts';

export function decideUpdateJobQueue(world: World, command: UpdateJobQueue, _nowMs: number): Decided<UpdateJobQueue> {
  const { scope, request } = command;
  const stored = world.jobQueue(scope, request.jobQueue as string);
  if (stored === undefined) return refuse('not-found', `Job queue ${request.jobQueue} does not exist`);
  if (stored.status === 'DELETING') return refuse('invalid', `Job queue ${stored.name} is being deleted.`);
  const environments =
    request.computeEnvironmentOrder === undefined
      ? { order: stored.computeEnvironmentOrder, jobQueueType: stored.jobQueueType }
      : resolveEnvironments(world, scope, request.computeEnvironmentOrder);
  if (isRefusal(environments)) return environments;
  if (environments.jobQueueType !== stored.jobQueueType) {
    return refuse('invalid', `A job queue of type ${stored.jobQueueType} cannot become one of type ${environments.jobQueueType}.`);
  }
  const queue: JobQueue = {
    ...stored,
    state: request.state ?? stored.state,
    priority: request.priority ?? stored.priority,
    computeEnvironmentOrder: environments.order,
    jobStateTimeLimitActions: request.jobStateTimeLimitActions ?? stored.jobStateTimeLimitActions,
  };
  return { events: [{ type: 'job-queue-stored', queue }], effects: [], reply: { name: queue.name, arn: queue.arn } };
}

// UpdateJobQueue: a member that is not given stays; an empty list of time limit actions clears
// them. The change is complete when it is answered, so that the next DeleteComputeEnvironment sees
// it.

import type { UpdateJobQueueCommandInput } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../../base/ids.ts';
import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { queueOrders } from './queue-environments.ts';
import { quotaUnitsRefusal } from './queue-service-environments.ts';
import type { Decided } from '../decision.ts';

interface UpdateJobQueue {
  readonly type: 'update-job-queue';
  readonly scope: Scope;
  readonly request: UpdateJobQueueCommandInput;
}

interface UpdateJobQueueReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideUpdateJobQueue(
  world: World,
  command: UpdateJobQueue,
  _nowMs: number,
): Decided<UpdateJobQueueReply> {
  const { scope, request } = command;
  const stored = world.jobQueue(scope, request.jobQueue as string);
  if (stored === undefined)
    return refuse('not-found', `Job queue ${request.jobQueue} does not exist`);
  if (stored.status === 'DELETING')
    return refuse('invalid', `Job queue ${stored.name} is being deleted.`);
  const environments = queueOrders(world, scope, request, stored);
  if (isRefusal(environments)) return environments;
  if (environments.jobQueueType !== stored.jobQueueType) {
    return refuse(
      'invalid',
      `A job queue of type ${stored.jobQueueType} cannot become one of type ${environments.jobQueueType}.`,
    );
  }
  const policy = newPolicy(world, stored, request.schedulingPolicyArn);
  if (isRefusal(policy)) return policy;
  const queue: JobQueue = {
    ...stored,
    state: request.state ?? stored.state,
    priority: request.priority ?? stored.priority,
    computeEnvironmentOrder: environments.computeEnvironmentOrder,
    serviceEnvironmentOrder: environments.serviceEnvironmentOrder,
    schedulingPolicyArn: policy,
    jobStateTimeLimitActions: request.jobStateTimeLimitActions ?? stored.jobStateTimeLimitActions,
  };
  const refusal = quotaUnitsRefusal(world, queue);
  if (refusal !== undefined) return refusal;
  return {
    events: [{ type: 'job-queue-stored', queue }],
    effects: [],
    reply: { name: queue.name, arn: queue.arn },
  };
}

/**
 * "After a job queue has a fair-share scheduling policy, it can be replaced but can't be removed";
 * a FIFO queue never gets one, and none one of the other kind: its line is one for life.
 */
function newPolicy(
  world: World,
  stored: JobQueue,
  given: string | undefined,
): Arn | undefined | Refusal {
  if (given === undefined) return stored.schedulingPolicyArn;
  if (stored.schedulingPolicyArn === undefined) {
    // Clients send empty texts for what is not set.
    return given === ''
      ? undefined
      : refuse(
          'invalid',
          `Job queue ${stored.name} has no scheduling policy and is a FIFO queue; a scheduling policy cannot be added to it.`,
        );
  }
  if (given === '')
    return refuse(
      'invalid',
      `The scheduling policy of job queue ${stored.name} can be replaced, but not removed.`,
    );
  const policy = world.schedulingPolicy(stored.scope, given);
  if (policy === undefined) return refuse('not-found', `Scheduling policy ${given} does not exist`);
  return policy.kind === world.schedulingPolicies.get(stored.schedulingPolicyArn)?.kind
    ? policy.arn
    : refuse(
        'invalid',
        `The scheduling policy of job queue ${stored.name} can be replaced only with one of its kind: a fairsharePolicy with a fairsharePolicy, a quotaSharePolicy with a quotaSharePolicy.`,
      );
}

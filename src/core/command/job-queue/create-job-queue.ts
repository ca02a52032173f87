// CreateJobQueue. A queue has nothing to be prepared for it: it is VALID at once, never CREATING.

import type { CreateJobQueueCommandInput } from '@aws-sdk/client-batch';
import { isRefusal, refuse } from '../../../base/refusal.ts';
import { jobQueueArn } from '../../arn.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { queueOrders } from './queue-environments.ts';
import { quotaUnitsRefusal } from './queue-service-environments.ts';
import type { Decided } from '../decision.ts';
import type { Arn, Scope } from '../../../base/ids.ts';

interface CreateJobQueue {
  readonly type: 'create-job-queue';
  readonly scope: Scope;
  readonly request: CreateJobQueueCommandInput;
}

interface CreateJobQueueReply {
  readonly name: string;
  readonly arn: Arn;
}

export function decideCreateJobQueue(
  world: World,
  command: CreateJobQueue,
  nowMs: number,
): Decided<CreateJobQueueReply> {
  const { scope, request } = command;
  const name = request.jobQueueName as string;
  if (world.jobQueue(scope, name) !== undefined) return refuse('conflict', 'Object already exists');
  let count = 0;
  for (const queue of world.jobQueues.values()) if (queue.scope === scope) count++;
  const most = world.settings.limits.jobQueues;
  if (count >= most) return refuse('limit', `The limit of ${most} job queues is reached.`);
  if (
    request.jobQueueType === 'SAGEMAKER_TRAINING' &&
    (request.serviceEnvironmentOrder ?? []).length === 0
  )
    return refuse(
      'invalid',
      'serviceEnvironmentOrder must be specified for a job queue of type SAGEMAKER_TRAINING.',
    );
  const environments = queueOrders(world, scope, request);
  if (isRefusal(environments)) return environments;
  if (request.jobQueueType !== undefined && request.jobQueueType !== environments.jobQueueType) {
    return refuse(
      'invalid',
      `jobQueueType is ${request.jobQueueType}, but its environments make the queue one of type ${environments.jobQueueType}.`,
    );
  }
  const policy = request.schedulingPolicyArn
    ? world.schedulingPolicy(scope, request.schedulingPolicyArn)
    : undefined;
  if (request.schedulingPolicyArn && policy === undefined)
    return refuse('not-found', `Scheduling policy ${request.schedulingPolicyArn} does not exist`);
  const queue: JobQueue = {
    arn: jobQueueArn(scope, name),
    scope,
    name,
    state: request.state ?? 'ENABLED',
    status: 'VALID',
    priority: request.priority as number,
    computeEnvironmentOrder: environments.computeEnvironmentOrder,
    serviceEnvironmentOrder: environments.serviceEnvironmentOrder,
    jobQueueType: environments.jobQueueType,
    schedulingPolicyArn: policy?.arn,
    jobStateTimeLimitActions: request.jobStateTimeLimitActions,
    createdAtMs: nowMs,
    firstSequence: world.nextSequence,
  };
  const refusal = quotaUnitsRefusal(world, queue);
  if (refusal !== undefined) return refusal;
  return {
    events: [{ type: 'job-queue-stored', queue, tags: request.tags }],
    effects: [],
    reply: { name, arn: queue.arn },
  };
}

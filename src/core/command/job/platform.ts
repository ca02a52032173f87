// Whether jobs of a platform go to a queue: asked when one is submitted, and when one is moved.

import type { PlatformCapability } from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';

/** Queues in which jobs of definitions wait. */
type JobsQueueType = Exclude<JobQueue['jobQueueType'], 'SAGEMAKER_TRAINING'>;

/** What a definition must be for, to be run from a queue of the type. */
const platformOf: Readonly<Record<JobsQueueType, PlatformCapability>> = {
  ECS: 'EC2',
  ECS_FARGATE: 'FARGATE',
  ECS_MANAGED_INSTANCES: 'MANAGED_INSTANCES',
};

/** `what` has these capabilities, none of them meaning EC2. */
export function platformRefusal(
  type: JobsQueueType,
  capabilities: readonly PlatformCapability[] = [],
  what: string,
  queueName: string,
): Refusal | undefined {
  const platform = platformOf[type];
  return (capabilities.length === 0 ? ['EC2'] : capabilities).includes(platform)
    ? undefined
    : refuse(
        'invalid',
        `${what} for ${capabilities.join(', ') || 'EC2'}, and job queue ${queueName} has ${platform} compute environments.`,
      );
}

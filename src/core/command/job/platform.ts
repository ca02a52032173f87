// Whether jobs of a platform go to a queue: asked when one is submitted, and when one is moved.

import type { PlatformCapability } from '@aws-sdk/client-batch';
import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';

/** Queues in which jobs of definitions wait. */
type JobsQueueType = Exclude<JobQueue['jobQueueType'], 'SAGEMAKER_TRAINING'>;

/** What a definition must be for, to be run from a queue of the type. */
const platformOf: Readonly<Record<JobsQueueType, PlatformCapability | 'EKS'>> = {
  ECS: 'EC2',
  ECS_FARGATE: 'FARGATE',
  ECS_MANAGED_INSTANCES: 'MANAGED_INSTANCES',
  EKS: 'EKS',
};

/** `what` is for these: those of pods for EKS alone, and others for EC2 where they say nothing. */
export function platformRefusal(
  type: JobsQueueType,
  {
    capabilities = [],
    isPod,
  }: {
    readonly capabilities: readonly PlatformCapability[] | undefined;
    readonly isPod: boolean;
  },
  what: string,
  queueName: string,
): Refusal | undefined {
  const platform = platformOf[type];
  const own = isPod ? ['EKS'] : capabilities.length === 0 ? ['EC2'] : capabilities;
  return own.some((one) => one === platform)
    ? undefined
    : refuse(
        'invalid',
        `${what} for ${own.join(', ')}, and job queue ${queueName} has ${platform} compute environments.`,
      );
}

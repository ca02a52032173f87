// A job queue as DescribeJobQueues answers it.

import type { JobQueueDetail } from '@aws-sdk/client-batch';
import type { JobQueueView } from '../../../port/reader.ts';

export function jobQueueDetail({ queue, tags }: JobQueueView): JobQueueDetail {
  return {
    jobQueueName: queue.name,
    jobQueueArn: queue.arn,
    state: queue.state,
    schedulingPolicyArn: queue.schedulingPolicyArn,
    status: queue.status,
    statusReason: queue.statusReason ?? (queue.status === 'VALID' ? 'JobQueue Healthy' : undefined),
    priority: queue.priority,
    computeEnvironmentOrder: [...queue.computeEnvironmentOrder],
    serviceEnvironmentOrder: [...(queue.serviceEnvironmentOrder ?? [])],
    jobQueueType: queue.jobQueueType,
    tags: { ...tags },
    jobStateTimeLimitActions: [...(queue.jobStateTimeLimitActions ?? [])],
  };
}

// What the service jobs of a queue use of their service's instances, at this moment, by share and
// by instance type (GetJobQueueSnapshot). Changes nothing.

import type { JobQueue } from '../../core/job-queue/job-queue.ts';
import type { World } from '../../core/world/world.ts';
import type { InstanceUse } from '../../port/reader.ts';

/** Undefined of a queue of container jobs. */
export function instancesUsed(
  world: World,
  { arn, jobQueueType }: JobQueue,
): readonly InstanceUse[] | undefined {
  if (jobQueueType !== 'SAGEMAKER_TRAINING') return undefined;
  const found = new Map<string, InstanceUse>();
  for (const id of world.attempts.values()) {
    const job = world.jobs.get(id);
    if (job?.queueArn !== arn || job.terms.service === undefined) continue;
    const { instanceType: capacityUnit, instances } = job.terms.service;
    const share = job.terms.share?.identifier;
    const key = `${capacityUnit} ${share ?? ''}`;
    const quantity = (found.get(key)?.quantity ?? 0) + instances;
    found.set(key, { capacityUnit, quantity, share });
  }
  return [...found.values()];
}

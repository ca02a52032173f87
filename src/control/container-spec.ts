// An attempt at a job becomes what an engine runs: the stored container with the AWS_BATCH_* variables put in. What cannot be
// given to any engine yet is said here, in the words in which the attempt then fails.

import type { JobId } from '../base/ids.ts';
import type { JobDetailRecord } from '../core/job/job.ts';
import type { Placement } from '../core/job/attempt.ts';
import type { Needs } from '../core/job/needs.ts';
import { batchVariables } from '../core/job/variables.ts';
import type { World } from '../core/world.ts';
import type { ContainerSpec } from '../port/engine.ts';

export type SpecOrReason = { readonly spec: ContainerSpec } | { readonly cannotStart: string };

/** `needs` are the job's; `detail` is its parent's for an array's child. */
export function containerSpec(world: World, jobId: JobId, placement: Placement, needs: Needs, detail: JobDetailRecord): SpecOrReason {
  const { container } = detail;
  if (container.secrets && container.secrets.length > 0) {
    return { cannotStart: 'ResourceInitializationError: unable to pull secrets: this server has no source of secrets' };
  }
  const queueName = world.jobQueues.get(detail.queueArn)?.name ?? detail.queueArn;
  const environment = world.computeEnvironments.get(placement.computeEnvironmentArn);
  const variables = batchVariables({
    jobId,
    attemptNumber: placement.number,
    queueName,
    computeEnvironmentName: environment?.name ?? '',
    arraySize: detail.arraySize,
  });
  return {
    spec: {
      attemptId: placement.attemptId,
      image: container.image ?? '',
      command: container.command ?? [],
      environment: [...(container.environment ?? []), ...variables],
      ...needs,
      user: container.user,
      privileged: container.privileged,
      readonlyRootFilesystem: container.readonlyRootFilesystem,
      ulimits: container.ulimits,
      volumes: container.volumes,
      mountPoints: container.mountPoints,
      linuxParameters: container.linuxParameters,
      logConfiguration: container.logConfiguration,
      labels: { 'longshore.job': jobId, 'longshore.job-name': detail.name, 'longshore.job-queue': queueName },
    },
  };
}

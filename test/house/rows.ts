// Rows that a server finds when it starts, of the account that tests ask for.

import { arn } from '../../src/base/ids.ts';
import type { ComputeEnvironment } from '../../src/core/compute-environment/compute-environment.ts';
import type { JobQueue } from '../../src/core/job-queue/job-queue.ts';
import { scope } from './caller.ts';

/** An UNMANAGED environment, whose hosts are the owner's. */
export const ownEnvironment: ComputeEnvironment = {
  arn: arn('arn:aws:batch:eu-west-1:123456789012:compute-environment/own'),
  scope,
  name: 'own',
  uuid: 'uuid',
  type: 'UNMANAGED',
  state: 'ENABLED',
  status: 'VALID',
  serviceRole: 'role',
  revision: 1,
  ecsClusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/own',
  createdAtMs: 0,
};

/** Its queue. */
export const ownQueue: JobQueue = {
  arn: arn('arn:aws:batch:eu-west-1:123456789012:job-queue/q'),
  scope,
  name: 'q',
  state: 'ENABLED',
  status: 'VALID',
  priority: 1,
  computeEnvironmentOrder: [{ order: 1, computeEnvironment: ownEnvironment.arn }],
  jobQueueType: 'ECS',
  createdAtMs: 0,
  firstSequence: 1,
};

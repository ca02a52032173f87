// A job queue: where jobs wait, and which environments may run them. Holds no job; waiting jobs are facts of the world.

import type { JobStateTimeLimitAction } from '@aws-sdk/client-batch';
import type { Arn, Scope } from '../../base/ids.ts';

export interface JobQueue {
  readonly arn: Arn;
  readonly scope: Scope;
  readonly name: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly status: 'CREATING' | 'UPDATING' | 'DELETING' | 'VALID' | 'INVALID';
  readonly statusReason?: string | undefined;
  /** Higher goes first. */
  readonly priority: number;
  /** Ascending by order, one to three. The order numbers are the user's. */
  readonly computeEnvironmentOrder: readonly { readonly order: number; readonly computeEnvironment: Arn }[];
  readonly jobQueueType: 'ECS' | 'ECS_FARGATE';
  /** A fair share queue, for life; absent: FIFO, for life (spec 4.3). */
  readonly schedulingPolicyArn?: Arn | undefined;
  readonly jobStateTimeLimitActions?: readonly JobStateTimeLimitAction[] | undefined;
  readonly createdAtMs: number;
  /** Jobs submitted before this sequence number were those of another queue, which had the same name and is gone. */
  readonly firstSequence: number;
}

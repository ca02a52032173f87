// A service environment: how much of a service, SageMaker Training, the service jobs of a queue may
// use at once (user guide, chapter Service environments). It holds no job and no usage; what is in
// use of it follows from the attempts under way.

import type { Arn, Scope } from '../../base/ids.ts';

/** At most so much of a unit may be in use at once. */
export interface CapacityLimit {
  /** {@link allInstances}, or an instance type (`ml.m5.large`). */
  readonly capacityUnit: string;
  /** Instances. */
  readonly maxCapacity: number;
}

export interface ServiceEnvironment {
  readonly arn: Arn;
  readonly scope: Scope;
  readonly name: string;
  readonly serviceEnvironmentType: 'SAGEMAKER_TRAINING';
  /** A DISABLED one starts no jobs; those that run in it run on. */
  readonly state: 'ENABLED' | 'DISABLED';
  /** All by instance types, or one of {@link allInstances}. */
  readonly capacityLimits: readonly CapacityLimit[];
  readonly createdAtMs: number;
}

/** What counts instances of one type. */
export const isTrainingInstance = (unit: string): boolean =>
  /^ml\.[a-z0-9-]{1,30}\.[a-z0-9-]{1,30}$/.test(unit);

/** The unit that counts instances of whatever type. */
export const allInstances = 'NUM_INSTANCES';

/** Whether it counts instances by their types, for queues with quota shares. */
export const isByType = ({ capacityLimits }: Pick<ServiceEnvironment, 'capacityLimits'>): boolean =>
  capacityLimits.some(({ capacityUnit }) => capacityUnit !== allInstances);

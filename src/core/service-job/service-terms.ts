// What makes a job a service job, as far as deciding about it goes: which service runs it, how much
// of that service's capacity it takes, and what its end is told as. Part of a job's terms; what it
// runs is its payload.

import { allInstances } from '../service-environment/service-environment.ts';

export interface ServiceTerms {
  readonly type: 'SAGEMAKER_TRAINING';
  /** SageMaker's name: `ml.m5.large`. */
  readonly instanceType: string;
  readonly instances: number;
  /** Shown also where its queue goes by submission alone. */
  readonly schedulingPriority?: number | undefined;
  /** Its timeout is the service's own, and is told as the service tells it. */
  readonly hasOwnTimeout?: true | undefined;
}

/** What it takes of a service environment, by the unit of a limit; 0: it takes nothing of that. */
export const quantityIn = (
  { instanceType, instances }: Pick<ServiceTerms, 'instanceType' | 'instances'>,
  capacityUnit: string,
): number => (capacityUnit === allInstances || capacityUnit === instanceType ? instances : 0);

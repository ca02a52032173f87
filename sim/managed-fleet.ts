// Environments of managed instances in the simulated workload: what they are made with, and what is
// changed of them. All of one run are bought in one way, for a queue has On-Demand ones first.

import type { ComputeResource, ComputeResourceUpdate } from '@aws-sdk/client-batch';
import type { Random } from './random.ts';

/** Seconds; none is told apart from Amazon's own. */
const delays = [0, 5, 60, 300, undefined];

export class ManagedFleet {
  readonly #random: Random;
  readonly #isSpot: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#isSpot = random.chance(40);
  }

  resources(maxvCpus: number, allowedInstanceTypes: string[]): ComputeResource {
    return {
      type: 'ECS_MANAGED_INSTANCES',
      maxvCpus,
      subnets: undefined,
      managedInstancesProvider: {
        infrastructureRoleArn: 'arn:aws:iam::000000000000:role/ecsInfrastructureRole',
        infrastructureOptimization: { scaleInAfter: this.#random.pick(delays) },
        instanceLaunchTemplate: {
          ec2InstanceProfileArn: 'ecsInstanceRole',
          networkConfiguration: { subnets: ['subnet-00000000'], securityGroups: ['sg-00000000'] },
          instanceRequirements: { allowedInstanceTypes },
          capacityOptionType: this.#isSpot ? 'SPOT' : 'ON_DEMAND',
        },
      },
    };
  }

  change(allowedInstanceTypes: string[]): ComputeResourceUpdate {
    const random = this.#random;
    return random.pick<ComputeResourceUpdate>([
      { maxvCpus: random.between(1, 5) },
      {
        managedInstancesProvider: {
          infrastructureOptimization: { scaleInAfter: random.pick(delays) },
        },
      },
      {
        managedInstancesProvider: {
          instanceLaunchTemplate: { instanceRequirements: { allowedInstanceTypes } },
        },
      },
    ]);
  }
}

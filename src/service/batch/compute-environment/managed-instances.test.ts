// Environments of Amazon ECS Managed Instances and their queues: what is taken comes back verbatim,
// what does not go together is refused by name, and what an update changes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  ComputeEnvironmentDetail,
  ComputeResource,
  InstanceLaunchTemplate,
  ManagedInstancesProvider,
  UpdateComputeEnvironmentCommandInput,
} from '@aws-sdk/client-batch';
import { ec2Resources } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { describeJobQueues } from '../job-queue/describe-job-queues.ts';
import { createComputeEnvironment } from './create-compute-environment.ts';
import { describeComputeEnvironments } from './describe-compute-environments.ts';
import { updateComputeEnvironment } from './update-compute-environment.ts';

const template: InstanceLaunchTemplate = {
  ec2InstanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/ecsInstanceRole',
  networkConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
};
const provider: ManagedInstancesProvider = {
  infrastructureRoleArn: 'arn:aws:iam::999999999999:role/ecsInfrastructureRole',
  instanceLaunchTemplate: template,
};
const managed = (
  launch: Partial<InstanceLaunchTemplate> = {},
  more: Partial<ManagedInstancesProvider> = {},
  beside: Partial<ComputeResource> = {},
): ComputeResource => ({
  type: 'ECS_MANAGED_INSTANCES',
  maxvCpus: 64,
  managedInstancesProvider: {
    ...provider,
    ...more,
    instanceLaunchTemplate: { ...template, ...launch },
  },
  ...beside,
});
const spot = managed({ capacityOptionType: 'SPOT' });

async function make(rig: Rig, resources: ComputeResource, name = 'ce'): Promise<void> {
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: name,
    type: 'MANAGED',
    computeResources: resources,
  });
}

async function shown(rig: Rig, name = 'ce'): Promise<ComputeEnvironmentDetail> {
  const input = { computeEnvironments: [name] };
  const { computeEnvironments } = await rig.call(describeComputeEnvironments, input);
  const [environment] = computeEnvironments ?? [];
  assert.ok(environment);
  return environment;
}

describe('an environment of managed instances', () => {
  const taken: [string, ComputeResource][] = [
    ['the least', managed()],
    [
      'all that has a meaning here',
      managed(
        {
          instanceRequirements: { allowedInstanceTypes: ['m5.large', 'c5'] },
          capacityOptionType: 'SPOT',
          monitoring: 'BASIC',
          fipsEnabled: false,
        },
        { propagateTags: 'CAPACITY_PROVIDER', infrastructureOptimization: { scaleInAfter: -1 } },
        { capacityTags: { team: 'blue' } },
      ),
    ],
    [
      'what has none',
      managed({
        monitoring: 'DETAILED',
        storageConfiguration: { storageSizeGiB: 100 },
        localStorageConfiguration: { useLocalStorage: true },
        instanceMetadataTagsPropagation: true,
        capacityReservations: { reservationPreference: 'RESERVATIONS_FIRST' },
      }),
    ],
  ];
  for (const [title, resources] of taken)
    it(`is taken with ${title}, and comes back verbatim`, async () => {
      const rig = await Rig.bare();
      await make(rig, resources);
      const environment = await shown(rig);
      assert.deepEqual(environment.computeResources, resources);
      assert.deepEqual([environment.status, environment.updatePolicy], ['VALID', undefined]);
    });

  it('says what of it has no effect here', async () => {
    const rig = await Rig.bare();
    await make(
      rig,
      managed({ monitoring: 'DETAILED', storageConfiguration: { storageSizeGiB: 9 } }),
    );
    assert.match(
      (await shown(rig)).statusReason ?? '',
      /Of managedInstancesProvider, monitoring, storageConfiguration have no effect here\./,
    );
  });

  const wrong: [string, ComputeResource, RegExp][] = [
    [
      'no provider',
      { type: 'ECS_MANAGED_INSTANCES', maxvCpus: 4, subnets: undefined },
      /infrastructureRoleArn must be specified/,
    ],
    [
      'no infrastructure role',
      managed({}, { infrastructureRoleArn: '' }),
      /infrastructureRoleArn must be specified/,
    ],
    [
      'no profile',
      managed({ ec2InstanceProfileArn: '' }),
      /ec2InstanceProfileArn must be specified/,
    ],
    [
      'no networks',
      managed({ networkConfiguration: { subnets: [], securityGroups: ['sg-1'] } }),
      /networkConfiguration must specify subnets and securityGroups/,
    ],
    [
      'a subnet that is none',
      managed({ networkConfiguration: { subnets: ['net-1'], securityGroups: ['sg-1'] } }),
      /networkConfiguration.subnets must be the ID of a subnet/,
    ],
    [
      'members of EC2',
      managed({}, {}, { instanceTypes: ['m5.large'] }),
      /instanceTypes is not applicable to ECS_MANAGED_INSTANCES/,
    ],
    ['a minimum', managed({}, {}, { minvCpus: 2 }), /minvCpus is not applicable/],
    [
      'an unknown type',
      managed({ instanceRequirements: { allowedInstanceTypes: ['m99.large'] } }),
      /m99\.large/,
    ],
    [
      'two architectures',
      managed({ instanceRequirements: { allowedInstanceTypes: ['m5.large', 'm6g.large'] } }),
      /same architecture/,
    ],
    [
      'an unknown way to buy',
      managed({ capacityOptionType: 'RESERVED' }),
      /capacityOptionType must be one of ON_DEMAND, SPOT/,
    ],
    [
      'an unknown propagation',
      managed({}, { propagateTags: 'ALL' }),
      /propagateTags must be one of CAPACITY_PROVIDER, NONE/,
    ],
    ['unknown monitoring', managed({ monitoring: 'MUCH' }), /monitoring must be one of/],
    [
      'a long delay',
      managed({}, { infrastructureOptimization: { scaleInAfter: 3601 } }),
      /scaleInAfter must be a whole number from -1 to 3600/,
    ],
    [
      'no disk',
      managed({ storageConfiguration: { storageSizeGiB: 0 } }),
      /storageSizeGiB must be a whole number from 1/,
    ],
    ['FIPS', managed({ fipsEnabled: true }), /fipsEnabled is not supported by Longshore/],
    [
      'reservations alone',
      managed({ capacityReservations: { reservationPreference: 'RESERVATIONS_ONLY' } }),
      /RESERVATIONS_ONLY is not supported by Longshore/,
    ],
    [
      'a provider on EC2',
      { ...ec2Resources, managedInstancesProvider: provider },
      /managedInstancesProvider is only applicable to ECS_MANAGED_INSTANCES/,
    ],
    [
      'capacity tags on EC2',
      { ...ec2Resources, capacityTags: { a: 'b' } },
      /capacityTags is only applicable to ECS_MANAGED_INSTANCES/,
    ],
  ];
  for (const [title, resources, message] of wrong)
    it(`is refused with ${title}`, async () => {
      const rig = await Rig.bare();
      await assert.rejects(make(rig, resources), message);
    });

  it('is INVALID by an infrastructure role of the account that is not there', async () => {
    const rig = await Rig.bare();
    await make(rig, managed({}, { infrastructureRoleArn: 'arn:aws:iam::123456789012:role/none' }));
    const { status, statusReason } = await shown(rig);
    assert.equal(status, 'INVALID');
    assert.match(statusReason ?? '', /infrastructure role 'arn:aws:iam::123456789012:role\/none'/);
  });

  it('is changed member by member, and keeps its type and how it buys', async () => {
    const rig = await Rig.bare();
    await make(rig, spot);
    const update = (change: UpdateComputeEnvironmentCommandInput['computeResources']) =>
      rig.call(updateComputeEnvironment, { computeEnvironment: 'ce', computeResources: change });
    await update({
      maxvCpus: 8,
      capacityTags: { team: 'red' },
      managedInstancesProvider: {
        propagateTags: 'NONE',
        instanceLaunchTemplate: { instanceRequirements: { allowedInstanceTypes: ['m5'] } },
        infrastructureOptimization: { scaleInAfter: 60 },
      },
    });
    const environment = await shown(rig);
    assert.equal(environment.status, 'VALID');
    assert.deepEqual(environment.computeResources, {
      ...managed(
        {
          capacityOptionType: 'SPOT',
          instanceRequirements: { allowedInstanceTypes: ['m5'] },
        },
        { propagateTags: 'NONE', infrastructureOptimization: { scaleInAfter: 60 } },
      ),
      maxvCpus: 8,
      capacityTags: { team: 'red' },
    });
    for (const [change, message] of [
      [{ type: 'EC2' }, /cannot be changed from ECS_MANAGED_INSTANCES to EC2/],
      [{ updateToLatestImageVersion: true }, /cannot be updated on an ECS_MANAGED_INSTANCES/],
      [{ instanceTypes: ['m5'] }, /instanceTypes/],
    ] as const)
      await assert.rejects(
        update(change as UpdateComputeEnvironmentCommandInput['computeResources']),
        message,
      );
  });
});

describe('a queue of managed instances', () => {
  const queue = (rig: Rig, names: readonly string[], jobQueueType?: string) =>
    rig.call(createJobQueue, {
      jobQueueName: 'q',
      priority: 1,
      jobQueueType: jobQueueType as 'ECS_MANAGED_INSTANCES' | undefined,
      computeEnvironmentOrder: names.map((computeEnvironment, order) => ({
        order,
        computeEnvironment,
      })),
    });
  const rigWithAll = async (): Promise<Rig> => {
    const rig = await Rig.bare();
    await make(rig, managed(), 'demand');
    await make(rig, spot, 'spot');
    await make(rig, managed({ instanceRequirements: { allowedInstanceTypes: ['m6g'] } }), 'arm');
    await make(rig, ec2Resources, 'ec2');
    return rig;
  };

  it('is of its own type, said or not', async () => {
    const rig = await rigWithAll();
    await queue(rig, ['demand', 'spot'], 'ECS_MANAGED_INSTANCES');
    const { jobQueues } = await rig.call(describeJobQueues, { jobQueues: ['q'] });
    assert.equal(jobQueues?.[0]?.jobQueueType, 'ECS_MANAGED_INSTANCES');
  });

  it('has no environments of other kinds or architectures, and On-Demand before Spot', async () => {
    const rig = await rigWithAll();
    const cases: [readonly string[], RegExp, string?][] = [
      [['demand', 'ec2'], /ECS_MANAGED_INSTANCES compute environments cannot be mixed/],
      [['spot', 'demand'], /On-Demand compute environments .* must be ordered before Spot/],
      [['demand', 'arm'], /same architecture/],
      [['demand'], /jobQueueType is ECS, but .* type ECS_MANAGED_INSTANCES/, 'ECS'],
    ];
    for (const [names, message, type] of cases)
      await assert.rejects(queue(rig, names, type), message);
  });
});

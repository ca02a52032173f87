// Compute environments on Amazon EKS and their queues: what is taken, how it is shown, and what AWS
// forbids there.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type {
  ComputeResource,
  CreateComputeEnvironmentCommandInput,
  EksConfiguration,
} from '@aws-sdk/client-batch';
import { ec2Resources } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { listClusters } from '../../ecs/list-clusters.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { describeJobQueues } from '../job-queue/describe-job-queues.ts';
import { getJobQueueSnapshot } from '../job-queue/get-job-queue-snapshot.ts';
import { createComputeEnvironment } from './create-compute-environment.ts';
import { describeComputeEnvironments } from './describe-compute-environments.ts';
import { updateComputeEnvironment } from './update-compute-environment.ts';

const cluster = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';
const other = 'arn:aws:eks:eu-west-1:123456789012:cluster/other';

const onEks = (
  resources: Partial<ComputeResource> = {},
  more: Partial<CreateComputeEnvironmentCommandInput> = {},
  eks: Partial<EksConfiguration> = {},
): CreateComputeEnvironmentCommandInput => ({
  computeEnvironmentName: 'pods',
  type: 'MANAGED',
  computeResources: {
    ...ec2Resources,
    allocationStrategy: 'BEST_FIT_PROGRESSIVE',
    ...resources,
  },
  eksConfiguration: { eksClusterArn: cluster, kubernetesNamespace: 'batch', ...eks },
  ...more,
});

const lab = (): Promise<Rig> => Rig.bare({ settings: { clusters: [cluster] } });

async function described(rig: Rig) {
  const { computeEnvironments } = await rig.call(describeComputeEnvironments, {
    computeEnvironments: ['pods'],
  });
  const [environment] = computeEnvironments ?? [];
  assert.ok(environment);
  return environment;
}

test('an environment on EKS comes back with its cluster, and is none of ECS’s', async () => {
  const rig = await lab();
  await rig.call(
    createComputeEnvironment,
    onEks(
      { launchTemplate: { launchTemplateName: 'nodes', userdataType: 'EKS_NODEADM' } },
      {},
      { accessEntry: { desiredState: 'INHERIT_FROM_CLUSTER', status: 'ACTIVE' } },
    ),
  );
  const environment = await described(rig);
  assert.equal(environment.status, 'VALID');
  assert.match(
    environment.statusReason ?? '',
    /^ComputeEnvironment Healthy. Its jobs run on nodes/,
  );
  assert.equal(environment.containerOrchestrationType, 'EKS');
  assert.match(environment.uuid ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(environment.ecsClusterArn, undefined);
  assert.deepEqual(environment.eksConfiguration, {
    eksClusterArn: cluster,
    kubernetesNamespace: 'batch',
    accessEntry: { desiredState: 'INHERIT_FROM_CLUSTER', status: 'INACTIVE' },
  });
  assert.deepEqual(environment.computeResources?.ec2Configuration, [{ imageType: 'EKS_AL2023' }]);
  assert.equal(environment.computeResources?.launchTemplate?.userdataType, 'EKS_NODEADM');
  assert.deepEqual((await rig.call(listClusters, {})).clusterArns, []);
});

test('nothing is launched for it, whatever its least is', async () => {
  const rig = await lab();
  await rig.call(createComputeEnvironment, onEks({ minvCpus: 8 }));
  await rig.clock.pass(60_000);
  const { world } = rig.control;
  const [environment] = world.computeEnvironments.keys();
  assert.ok(environment);
  assert.deepEqual([...world.hosts.instancesOf(environment)], []);
});

describe('an update of it', () => {
  it('changes whether an access entry is managed, and the rest as elsewhere', async () => {
    const rig = await lab();
    await rig.call(createComputeEnvironment, onEks());
    await rig.call(updateComputeEnvironment, {
      computeEnvironment: 'pods',
      eksConfiguration: { accessEntry: { desiredState: 'DISABLED' } },
      computeResources: { maxvCpus: 4, instanceTypes: ['m5'] },
      updatePolicy: { terminateJobsOnUpdate: true },
    });
    const environment = await described(rig);
    assert.equal(environment.status, 'VALID');
    assert.deepEqual(environment.eksConfiguration?.accessEntry, {
      desiredState: 'DISABLED',
      status: 'INACTIVE',
    });
    assert.equal(environment.computeResources?.maxvCpus, 4);
    assert.deepEqual(environment.computeResources?.instanceTypes, ['m5']);
    assert.equal(environment.updatePolicy?.terminateJobsOnUpdate, true);
  });

  it('refuses a wish for capacity, and an access entry of an environment on ECS', async () => {
    const rig = await lab();
    await rig.call(createComputeEnvironment, onEks());
    await assert.rejects(
      rig.call(updateComputeEnvironment, {
        computeEnvironment: 'pods',
        computeResources: { desiredvCpus: 4 },
      }),
      /desiredvCpus cannot be specified for an Amazon EKS/,
    );
    await rig.call(createComputeEnvironment, {
      computeEnvironmentName: 'ecs',
      type: 'MANAGED',
      computeResources: ec2Resources,
    });
    await assert.rejects(
      rig.call(updateComputeEnvironment, {
        computeEnvironment: 'ecs',
        eksConfiguration: { accessEntry: { desiredState: 'ENABLED' } },
      }),
      /can only be updated in an Amazon EKS compute environment, and ecs is none/,
    );
  });

  it('finds a cluster that the server knows no more, and makes the environment INVALID', async () => {
    const before = await lab();
    await before.call(createComputeEnvironment, onEks());
    const { store, clock, engine, engines, capacity, sink, ids, sealer } = before;
    const around = { store, clock, engine, engines, capacity, sink, ids, sealer };
    const rig = await new Rig({ settings: { clusters: [other] } }, around).up();
    await rig.call(updateComputeEnvironment, { computeEnvironment: 'pods', state: 'ENABLED' });
    const { status, statusReason } = await described(rig);
    assert.deepEqual(
      [status, statusReason],
      ['INVALID', 'CLIENT_ERROR - No cluster found for name: lab.'],
    );
  });
});

const wrong: readonly [string, CreateComputeEnvironmentCommandInput, RegExp][] = [
  ['an ARN of something else', onEks({}, {}, { eksClusterArn: 'arn:aws:s3:::x' }), /eksClusterArn/],
  [
    'a cluster that nobody knows',
    onEks({}, {}, { eksClusterArn: other }),
    /No cluster found for name: other\./,
  ],
  ...['', 'default', 'kube-system', 'kubes', 'Batch', '-a', 'a-', 'a.b', 'a'.repeat(64)].map(
    (kubernetesNamespace): [string, CreateComputeEnvironmentCommandInput, RegExp] => [
      `the namespace ${kubernetesNamespace}`,
      onEks({}, {}, { kubernetesNamespace }),
      /eksConfiguration\.kubernetesNamespace must/,
    ],
  ),
  [
    'an unknown state of an access entry',
    onEks({}, {}, { accessEntry: { desiredState: 'ON' } }),
    /accessEntry\.desiredState must be one of ENABLED, DISABLED, INHERIT_FROM_CLUSTER/,
  ],
  [
    'UNMANAGED',
    onEks({}, { type: 'UNMANAGED', serviceRole: 'role', computeResources: undefined }),
    /eksConfiguration can only be specified for a MANAGED/,
  ],
  ['a role of its own', onEks({}, { serviceRole: 'role' }), /serviceRole cannot be specified/],
  ['Fargate', onEks({ type: 'FARGATE' }), /must be EC2 or SPOT; it is FARGATE/],
  ['no strategy', onEks({ allocationStrategy: undefined }), /allocationStrategy must be specified/],
  ['a wish for capacity', onEks({ desiredvCpus: 1 }), /desiredvCpus cannot be specified/],
  [
    'an image for ECS',
    onEks({ ec2Configuration: [{ imageType: 'ECS_AL2023' }] }),
    /imageType ECS_AL2023 is for ECS compute environments/,
  ],
  [
    'an image for EKS elsewhere',
    onEks({ ec2Configuration: [{ imageType: 'EKS_AL2023' }] }, { eksConfiguration: undefined }),
    /imageType EKS_AL2023 is for EKS compute environments/,
  ],
  [
    'a version of Kubernetes elsewhere',
    onEks(
      { ec2Configuration: [{ imageType: 'mine', imageKubernetesVersion: '1.34' }] },
      { eksConfiguration: undefined },
    ),
    /imageKubernetesVersion is for EKS compute environments/,
  ],
];

for (const [title, input, message] of wrong)
  test(`CreateComputeEnvironment refuses ${title}`, async () => {
    const rig = await lab();
    await assert.rejects(rig.call(createComputeEnvironment, input), message);
    assert.equal(rig.control.world.computeEnvironments.size, 0);
  });

test('a sixth environment of one cluster is refused', async () => {
  const rig = await lab();
  for (let count = 1; count <= 5; count++)
    await rig.call(createComputeEnvironment, onEks({}, { computeEnvironmentName: `e${count}` }));
  await assert.rejects(
    rig.call(createComputeEnvironment, onEks()),
    /The limit of 5 compute environments of one EKS cluster is reached/,
  );
});

describe('a queue', () => {
  const queue = (...names: string[]) => ({
    jobQueueName: 'q',
    priority: 1,
    computeEnvironmentOrder: names.map((computeEnvironment, order) => ({
      order,
      computeEnvironment,
    })),
  });

  it('of environments on EKS is one of type EKS, whose capacity is counted in cpu', async () => {
    const rig = await lab();
    await rig.call(createComputeEnvironment, onEks());
    await rig.call(createJobQueue, { ...queue('pods'), jobQueueType: 'EKS' });
    const { jobQueues } = await rig.call(describeJobQueues, { jobQueues: ['q'] });
    assert.equal(jobQueues?.[0]?.jobQueueType, 'EKS');
    const { queueUtilization } = await rig.call(getJobQueueSnapshot, { jobQueue: 'q' });
    assert.deepEqual(queueUtilization?.totalCapacityUsage, [{ capacityUnit: 'cpu', quantity: 0 }]);
  });

  it('has no others beside them', async () => {
    const rig = await lab();
    await rig.call(createComputeEnvironment, onEks());
    await rig.call(createComputeEnvironment, {
      computeEnvironmentName: 'ecs',
      type: 'MANAGED',
      computeResources: ec2Resources,
    });
    await assert.rejects(
      rig.call(createJobQueue, queue('pods', 'ecs')),
      /Amazon EKS compute environments cannot be mixed with others in one job queue/,
    );
  });
});

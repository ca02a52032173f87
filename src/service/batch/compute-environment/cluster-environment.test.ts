// Compute environments of ordinary kinds whose capacity is a Kubernetes cluster, by a tag or by the
// server's setting: what is taken, how it is shown and what is refused.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { CreateComputeEnvironmentCommandInput } from '@aws-sdk/client-batch';
import { ec2Resources } from '../../../../test/house/batch-requests.ts';
import { context } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { ownEnvironment } from '../../../../test/house/rows.ts';
import { listClusters } from '../../ecs/list-clusters.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { describeJobQueues } from '../job-queue/describe-job-queues.ts';
import { tagResource } from '../tag/tag-resource.ts';
import { untagResource } from '../tag/untag-resource.ts';
import { createComputeEnvironment } from './create-compute-environment.ts';
import { describeComputeEnvironments } from './describe-compute-environments.ts';
import { updateComputeEnvironment } from './update-compute-environment.ts';

const cluster = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';

type Request = CreateComputeEnvironmentCommandInput;
const request = (more: Partial<Request> = {}): Request => ({
  computeEnvironmentName: 'pods',
  type: 'MANAGED',
  computeResources: ec2Resources,
  tags: { 'longshore:cluster': 'lab', 'longshore:namespace': 'batch' },
  ...more,
});

const fargateResources: Request['computeResources'] = {
  type: 'FARGATE',
  maxvCpus: 4,
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
};

const lab = (clusterCapacity?: string): Promise<Rig> =>
  Rig.bare({ settings: { clusters: [cluster], clusterCapacity } });

async function described(rig: Rig) {
  const { computeEnvironments } = await rig.call(describeComputeEnvironments, {});
  const [environment] = computeEnvironments ?? [];
  assert.ok(environment);
  return environment;
}

const capacityIn = ({ control }: Rig) =>
  [...control.world.computeEnvironments.values()][0]?.capacity;

test('an environment that is tagged so is what it else would be, and says where its jobs run', async () => {
  const rig = await lab();
  const resources = { ...ec2Resources, minvCpus: 8 };
  await rig.call(createComputeEnvironment, request({ computeResources: resources }));
  await rig.clock.pass(60_000);
  const environment = await described(rig);
  assert.equal(environment.status, 'VALID');
  assert.match(
    environment.statusReason ?? '',
    /Its jobs run as pods on nodes that cluster lab has/,
  );
  assert.equal(environment.containerOrchestrationType, 'ECS');
  assert.equal(environment.eksConfiguration, undefined);
  assert.deepEqual((await rig.call(listClusters, {})).clusterArns, [environment.ecsClusterArn]);
  assert.equal(environment.updatePolicy?.terminateJobsOnUpdate, false);
  assert.equal(environment.tags?.['longshore:cluster'], 'lab');
  assert.deepEqual(capacityIn(rig), { clusterArn: cluster, namespace: 'batch' });
  const { world } = rig.control;
  const [arn] = world.computeEnvironments.keys();
  assert.deepEqual([...world.hosts.instancesOf(arn ?? ('' as never))], [], 'none is launched');
});

test('it stands in a queue beside one that is not', async () => {
  const rig = await lab();
  await rig.call(createComputeEnvironment, request());
  await rig.call(
    createComputeEnvironment,
    request({ computeEnvironmentName: 'here', tags: undefined }),
  );
  await rig.call(createJobQueue, {
    jobQueueName: 'q',
    priority: 1,
    computeEnvironmentOrder: ['pods', 'here'].map((computeEnvironment, order) => ({
      order,
      computeEnvironment,
    })),
  });
  const { jobQueues } = await rig.call(describeJobQueues, {});
  assert.equal(jobQueues?.[0]?.jobQueueType, 'ECS');
});

test('the setting of the server is for those that say nothing, of the kinds that can', async () => {
  const rig = await lab(cluster);
  const resources: [string, Partial<Request>, boolean][] = [
    ['ec2', {}, true],
    ['fargate', { computeResources: fargateResources }, true],
    [
      'unmanaged',
      { type: 'UNMANAGED', computeResources: undefined, serviceRole: 'service' },
      false,
    ],
  ];
  for (const [name, more] of resources)
    await rig.call(
      createComputeEnvironment,
      request({ computeEnvironmentName: name, tags: undefined, ...more }),
    );
  assert.deepEqual(
    [...rig.control.world.computeEnvironments.values()].map(({ name, capacity }) => [
      name,
      capacity?.clusterArn === cluster,
    ]),
    resources.map(([name, , isOn]) => [name, isOn]),
  );
});

test('a cluster that the server is no longer told of makes it INVALID', async () => {
  const again = await Rig.bare({
    rows: {
      computeEnvironments: [
        {
          ...ownEnvironment,
          type: 'MANAGED',
          computeResources: ec2Resources,
          serviceRole:
            'arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch',
          capacity: { clusterArn: cluster },
        },
      ],
    },
  });
  await again.call(updateComputeEnvironment, {
    computeEnvironment: ownEnvironment.arn,
    state: 'ENABLED',
  });
  await again.clock.pass(1_000);
  const environment = await described(again);
  assert.equal(environment.status, 'INVALID');
  assert.match(environment.statusReason ?? '', /No cluster found for name: lab/);
});

test('who chooses the nodes is said by a tag, and our scheduler does where nothing is', async () => {
  const rig = await lab();
  const tags = { 'longshore:cluster': 'lab' };
  const eks = {
    computeResources: { ...ec2Resources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' as const },
    eksConfiguration: { eksClusterArn: cluster, kubernetesNamespace: 'batch' },
  };
  const made: [string, Partial<Request>, 'cluster' | undefined][] = [
    ['usual', { tags }, undefined],
    ['node', { tags: { ...tags, 'longshore:placement': 'node' } }, undefined],
    ['cluster', { tags: { ...tags, 'longshore:placement': 'cluster' } }, 'cluster'],
    ['eks', { ...eks, tags: { 'longshore:placement': 'cluster' } }, 'cluster'],
  ];
  for (const [computeEnvironmentName, more, placement] of made) {
    await rig.call(createComputeEnvironment, request({ computeEnvironmentName, ...more }));
    await rig.clock.pass(1_000);
    const { computeEnvironments = [] } = await rig.call(describeComputeEnvironments, {
      computeEnvironments: [computeEnvironmentName],
    });
    assert.equal(
      /where (the cluster|cluster lab) places them: no node is launched/.test(
        computeEnvironments[0]?.statusReason ?? '',
      ),
      placement === 'cluster',
    );
  }
  assert.deepEqual(
    [...rig.control.world.computeEnvironments.values()].map(({ placement }) => placement),
    made.map(([, , placement]) => placement),
  );
});

const refusals: [what: string, more: Partial<Request>, message: RegExp][] = [
  [
    'an unknown cluster',
    { tags: { 'longshore:cluster': 'prod' } },
    /No cluster found for name: prod/,
  ],
  [
    'a namespace alone',
    { tags: { 'longshore:namespace': 'batch' } },
    /longshore:namespace says nothing without longshore:cluster/,
  ],
  [
    'a placement without a cluster',
    { tags: { 'longshore:placement': 'cluster' } },
    /longshore:placement is for compute environments on a Kubernetes cluster/,
  ],
  [
    'an UNMANAGED one',
    { type: 'UNMANAGED', computeResources: undefined, serviceRole: 'service' },
    /longshore:cluster is for MANAGED compute environments/,
  ],
  [
    'one on Amazon EKS',
    {
      computeResources: { ...ec2Resources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
      eksConfiguration: { eksClusterArn: cluster, kubernetesNamespace: 'batch' },
    },
    /names its cluster in eksConfiguration/,
  ],
];

describe('a cluster for capacity', () => {
  for (const [what, more, message] of refusals)
    it(`is refused for ${what}`, async () => {
      const rig = await lab();
      await assert.rejects(rig.call(createComputeEnvironment, request(more)), message);
    });

  it('cannot be changed afterwards', async () => {
    const rig = await lab();
    const { computeEnvironmentArn: resourceArn } = await rig.call(
      createComputeEnvironment,
      request(),
    );
    const late = /longshore:cluster is read when a compute environment is created/;
    await assert.rejects(
      rig.call(tagResource, { resourceArn, tags: { 'longshore:cluster': 'lab' } }),
      late,
    );
    await assert.rejects(
      rig.call(untagResource, { resourceArn, tagKeys: ['longshore:cluster'] }),
      late,
    );
  });

  it('takes leave to look at the cluster, by name and by ARN', () => {
    for (const named of ['lab', cluster]) {
      const asked = createComputeEnvironment.authorizes(
        request({ tags: { 'longshore:cluster': named } }),
        context,
      );
      const [access] = [asked].flat().filter(({ action }) => action === 'eks:DescribeCluster');
      assert.deepEqual(access?.resources, [cluster]);
    }
  });
});

// What was given of an environment comes back as it was given: clients compare the two, and make
// another environment where they differ.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComputeEnvironmentDetail, ComputeResource } from '@aws-sdk/client-batch';
import { limit } from '../../../core/limit.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { createComputeEnvironment } from './create-compute-environment.ts';
import { describeComputeEnvironments } from './describe-compute-environments.ts';
import { updateComputeEnvironment } from './update-compute-environment.ts';

const resources: ComputeResource = {
  type: 'EC2',
  allocationStrategy: 'BEST_FIT_PROGRESSIVE',
  minvCpus: 0,
  maxvCpus: 8,
  instanceTypes: ['m5.large', 'c5'],
  subnets: ['subnet-1', 'subnet-2'],
  securityGroupIds: ['sg-1'],
  ec2KeyPair: 'key',
  instanceRole: 'ecsInstanceRole',
  tags: { team: 'blue' },
  placementGroup: 'group',
  bidPercentage: 50,
  ec2Configuration: [{ imageType: 'ECS_AL2023', imageIdOverride: 'ami-0a1b' }],
  scalingPolicy: { minScaleDownDelayMinutes: 30 },
};

async function described(rig: Rig): Promise<ComputeEnvironmentDetail | undefined> {
  const input = { computeEnvironments: ['fleet'] };
  return (await rig.call(describeComputeEnvironments, input)).computeEnvironments?.[0];
}

async function rigWith(computeResources: ComputeResource): Promise<Rig> {
  const rig = await Rig.open();
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'fleet',
    type: 'MANAGED',
    computeResources,
    tags: { of: 'fleet' },
  });
  await rig.clock.pass(1_000);
  return rig;
}

test('an environment of EC2', async () => {
  const shown = await described(await rigWith(resources));
  assert.deepEqual(shown?.computeResources, { ...resources, desiredvCpus: 0 });
  assert.deepEqual(
    [shown?.state, shown?.status, shown?.type, shown?.tags, shown?.containerOrchestrationType],
    ['ENABLED', 'VALID', 'MANAGED', { of: 'fleet' }, 'ECS'],
  );
});

test('what AWS fills in where nothing is said, and what is empty is not said', async () => {
  const { minvCpus: _, ec2Configuration: __, ...given } = resources;
  const shown = await described(
    await rigWith({ ...given, minvCpus: 0, ec2KeyPair: '', launchTemplate: { version: '' } }),
  );
  const { ec2KeyPair: ___, ...rest } = given;
  assert.deepEqual(shown?.computeResources, {
    ...rest,
    minvCpus: 0,
    desiredvCpus: 0,
    ec2Configuration: shown?.computeResources?.ec2Configuration,
  });
  assert.match(shown?.computeResources?.ec2Configuration?.[0]?.imageType ?? '', /^ECS_/);
});

test('an update changes what it names, and nothing else', async () => {
  const rig = await rigWith(resources);
  const change = { maxvCpus: 16, instanceTypes: ['m5.xlarge'], tags: { team: 'red' } };
  await rig.call(updateComputeEnvironment, {
    computeEnvironment: 'fleet',
    computeResources: change,
    updatePolicy: { jobExecutionTimeoutMinutes: 5 },
  });
  await rig.clock.pass(1_000);
  const shown = await described(rig);
  assert.deepEqual(shown?.computeResources, { ...resources, ...change, desiredvCpus: 0 });
  assert.equal(shown?.updatePolicy?.jobExecutionTimeoutMinutes, 5);
  assert.equal(shown?.state, 'ENABLED');
  await rig.call(updateComputeEnvironment, {
    computeEnvironment: 'fleet',
    updatePolicy: { terminateJobsOnUpdate: true },
  });
  assert.deepEqual((await described(rig))?.updatePolicy, {
    terminateJobsOnUpdate: true,
    jobExecutionTimeoutMinutes: 5,
  });
  await rig.call(updateComputeEnvironment, { computeEnvironment: 'fleet', state: 'DISABLED' });
  assert.deepEqual(
    [(await described(rig))?.state, (await described(rig))?.computeResources?.maxvCpus],
    ['DISABLED', 16],
  );
});

test('numbers that no environment can have are refused', async () => {
  const rig = await rigWith(resources);
  for (const change of [
    { unmanagedvCpus: -1 },
    { updatePolicy: { jobExecutionTimeoutMinutes: 0 } },
    { updatePolicy: { jobExecutionTimeoutMinutes: limit.jobExecutionTimeoutMinutesMax + 1 } },
    { state: 'RESTING' as never },
  ])
    await assert.rejects(
      rig.call(updateComputeEnvironment, { computeEnvironment: 'fleet', ...change }),
      { name: 'ClientException' },
    );
});

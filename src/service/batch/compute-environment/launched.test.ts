// What an environment launches: instances with what its launch template says, and what it says
// itself in the template's place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComputeResource } from '@aws-sdk/client-batch';
import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Instance } from '../../../core/host/host.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { createLaunchTemplate } from '../../ec2/launch-template/create-launch-template.ts';
import { createJobQueue } from '../job-queue/create-job-queue.ts';
import { createComputeEnvironment } from './create-compute-environment.ts';

const data: RequestLaunchTemplateData = {
  KeyName: 'of-template',
  SecurityGroupIds: ['sg-0a'],
  TagSpecifications: [
    { ResourceType: 'instance', Tags: [{ Key: 'from', Value: 'template' }] },
    { ResourceType: 'volume', Tags: [{ Key: 'of', Value: 'volume' }] },
  ],
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 50, VolumeType: 'gp3', Encrypted: true } },
  ],
  Placement: { GroupName: 'group' },
};

async function launched(more: Partial<ComputeResource>): Promise<Instance['launch']> {
  const rig = await Rig.open();
  await rig.call(createLaunchTemplate, {
    LaunchTemplateName: 'template',
    LaunchTemplateData: data,
  });
  await rig.call(createComputeEnvironment, {
    computeEnvironmentName: 'fleet',
    type: 'MANAGED',
    computeResources: {
      type: 'EC2',
      allocationStrategy: 'BEST_FIT_PROGRESSIVE',
      minvCpus: 0,
      maxvCpus: 8,
      instanceTypes: ['m5.large'],
      subnets: ['subnet-1'],
      instanceRole: 'ecsInstanceRole',
      launchTemplate: { launchTemplateName: 'template', version: '$Latest' },
      ...more,
    },
  });
  await rig.clock.pass(1_000);
  await rig.call(createJobQueue, {
    jobQueueName: 'fleet',
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'fleet' }],
  });
  await rig.submit('d', { jobQueue: 'fleet' });
  await rig.clock.pass(5_000);
  for (const host of rig.control.world.hosts.values())
    if (host.kind === 'instance') return host.launch;
  return undefined;
}

const always = { subnetId: 'subnet-1', instanceProfile: 'ecsInstanceRole', addressNumber: 0 };
const disk = { volumeSizeGib: 50, volumeType: 'gp3', encrypted: true };

test('an instance has what the template says', async () => {
  assert.deepEqual(await launched({}), {
    ...always,
    securityGroupIds: ['sg-0a'],
    keyName: 'of-template',
    tags: { Name: 'fleet', from: 'template' },
    placementGroup: 'group',
    blockDevices: [{ deviceName: '/dev/xvda', ebs: { ...disk, deleteOnTermination: true } }],
  });
});

test('what the environment says itself goes before', async () => {
  const own = { ec2KeyPair: 'own', securityGroupIds: ['sg-1'], placementGroup: 'mine' };
  const launch = await launched({ ...own, tags: { from: 'environment' }, imageId: 'ami-0b' });
  assert.deepEqual(launch, {
    ...always,
    securityGroupIds: own.securityGroupIds,
    keyName: own.ec2KeyPair,
    tags: { from: 'environment' },
    placementGroup: own.placementGroup,
    blockDevices: [{ deviceName: '/dev/xvda', ebs: disk }],
  });
});

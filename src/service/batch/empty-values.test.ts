// What is empty in a request and means something all the same; whatever else is empty is as good as
// left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptySays } from './empty-values.ts';

/** What is registered is described as it was registered. */
const verbatim = [
  'ContainerProperties.command',
  'LinuxParameters.devices',
  'LogConfiguration.options',
  'Volume.host',
  'MountPoint.containerPath',
  'KeyValuePair.value',
  'NetworkConfiguration.assignPublicIp',
  'FargatePlatformConfiguration.platformVersion',
  'RuntimePlatform.cpuArchitecture',
  'NodeProperties.nodeRangeProperties',
  'NodeRangeProperty.instanceTypes',
  'EcsProperties.taskProperties',
  'EcsTaskProperties.volumes',
  'TaskContainerProperties.dependsOn',
  'TaskContainerDependency.condition',
  'FirelensConfiguration.options',
];
/** An update takes it away, or is refused where it cannot. */
const cleared = [
  'LaunchTemplateSpecification.launchTemplateId',
  'LaunchTemplateSpecificationOverride.launchTemplateName',
  ...['ec2KeyPair', 'imageId', 'placementGroup', 'subnets', 'securityGroupIds'].map(
    (member) => `ComputeResourceUpdate.${member}`,
  ),
  'ComputeResourceUpdate.ec2Configuration',
  'ComputeResourceUpdate.tags',
  'Ec2Configuration.imageIdOverride',
  'UpdateJobQueueRequest.jobStateTimeLimitActions',
  'UpdateJobQueueRequest.computeEnvironmentOrder',
  'UpdateJobQueueRequest.schedulingPolicyArn',
  'FairsharePolicy.shareDistribution',
];
const nothing = [
  'SubmitJobRequest.dependsOn',
  'SubmitJobRequest.shareIdentifier',
  'RegisterJobDefinitionRequest.retryStrategy',
  'ComputeResource.ec2KeyPair',
  'UpdateJobQueueRequest.state',
];

for (const [says, members] of [
  [true, verbatim],
  [true, cleared],
  [false, nothing],
] as const)
  for (const each of members)
    test(`an empty ${each} says ${says ? 'something' : 'nothing'}`, () => {
      const [structure = '', member = ''] = each.split('.');
      assert.equal(emptySays(structure, member), says);
    });

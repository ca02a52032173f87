// Empty values in requests of AWS Batch. Clients fill in what they have nothing to say about:
// `retryStrategy: {}`, `dependsOn: []`, `shareIdentifier: ''`. That is the same as leaving it out,
// and is decided here, once, for all operations: what is empty and optional never reaches them.
// What stands here is the exception, where AWS means something by it. It reads no request itself.

import type { EmptySays } from '../../wire/schema.ts';

/** Members of which all that is inside is kept as it was sent. */
const verbatim = new Set([
  // What is registered is described as it was registered, and clients compare the two.
  'ContainerProperties',
  'LinuxParameters',
  'LogConfiguration',
  'Volume',
  'EFSVolumeConfiguration',
  'EFSAuthorizationConfig',
  'S3FilesVolumeConfiguration',
  'MountPoint',
  'KeyValuePair',
  'NetworkConfiguration',
  'FargatePlatformConfiguration',
  'RuntimePlatform',
  'NodeProperties',
  'NodeRangeProperty',
  'EcsProperties',
  'EcsTaskProperties',
  'TaskContainerProperties',
  'TaskContainerDependency',
  'FirelensConfiguration',
  'EksPodProperties',
  'EksContainer',
  'EksContainerResourceRequirements',
  'EksContainerVolumeMount',
  'EksContainerSecurityContext',
  'EksContainerLinuxCapabilities',
  'EksPodSecurityContext',
  'EksSeccompProfile',
  'EksVolume',
  'EksHostPath',
  'EksEmptyDir',
  'EksSecret',
  'EksPersistentVolumeClaim',
  // An empty value of a variable or a label is a value.
  'EksContainerEnvironmentVariable',
  // "Specify an empty string to remove the launch template", by its ID or its name.
  'LaunchTemplateSpecification',
  'LaunchTemplateSpecificationOverride',
]);

const members = new Set([
  // Updates by which a member is cleared (API reference, ComputeResourceUpdate).
  ...[
    'ec2KeyPair',
    'imageId',
    'placementGroup',
    'subnets',
    'securityGroupIds',
    'ec2Configuration',
    'tags',
  ].map((member) => `ComputeResourceUpdate.${member}`),
  'Ec2Configuration.imageIdOverride',
  // An empty list takes all actions away; of the other two an empty value is refused, for a queue
  // cannot be without.
  ...['jobStateTimeLimitActions', 'computeEnvironmentOrder', 'schedulingPolicyArn'].map(
    (member) => `UpdateJobQueueRequest.${member}`,
  ),
  // A policy is replaced as a whole, so that an empty distribution is one.
  'FairsharePolicy.shareDistribution',
]);

export const emptySays: EmptySays = (structure, member) =>
  verbatim.has(structure) || members.has(`${structure}.${member}`);

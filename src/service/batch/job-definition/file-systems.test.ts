// Volumes on file systems of AWS, and what Fargate's jobs alone say, in job definitions: what is
// taken comes back verbatim, what is refused says why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ContainerProperties,
  EFSVolumeConfiguration,
  RegisterJobDefinitionCommandInput,
  S3FilesVolumeConfiguration,
  Volume,
} from '@aws-sdk/client-batch';
import { comparable } from '../../../../test/house/batch-requests.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { describeJobDefinitions } from './describe-job-definitions.ts';
import { registerJobDefinition } from './register-job-definition.ts';

const definition = (container: ContainerProperties = {}): RegisterJobDefinitionCommandInput => ({
  jobDefinitionName: 'd',
  type: 'container',
  containerProperties: {
    image: 'busybox',
    resourceRequirements: [
      { type: 'VCPU', value: '1' },
      { type: 'MEMORY', value: '2048' },
    ],
    ...container,
  },
});

const onFargate = (container: ContainerProperties = {}): RegisterJobDefinitionCommandInput => ({
  ...definition({ executionRoleArn: 'arn:aws:iam::123456789012:role/execution', ...container }),
  platformCapabilities: ['FARGATE'],
});

const role = 'arn:aws:iam::123456789012:role/job';
const s3Files = 'arn:aws:s3files:us-east-1:123456789012:file-system/fs-0123456789abcdef0';

/** With one volume, which is mounted. */
const withVolume = (
  volume: Volume,
  more: ContainerProperties = {},
): RegisterJobDefinitionCommandInput =>
  definition({
    volumes: [{ name: 'v', ...volume }],
    mountPoints: [{ sourceVolume: 'v', containerPath: '/v', readOnly: true }],
    ...more,
  });
const withEfs = (
  efs: Partial<EFSVolumeConfiguration>,
  more: ContainerProperties = {},
): RegisterJobDefinitionCommandInput =>
  withVolume({ efsVolumeConfiguration: { fileSystemId: 'fs-12345678', ...efs } }, more);
const withS3Files = (
  files: Partial<S3FilesVolumeConfiguration>,
  more: ContainerProperties = { jobRoleArn: role },
): RegisterJobDefinitionCommandInput =>
  withVolume({ s3filesVolumeConfiguration: { fileSystemArn: s3Files, ...files } }, more);
const encrypted = { transitEncryption: 'ENABLED' } as const;

const taken: [string, RegisterJobDefinitionCommandInput][] = [
  ['the least of an EFS volume', withEfs({})],
  [
    'all of an EFS volume',
    withEfs(
      {
        rootDirectory: '/path/to/my data',
        transitEncryption: 'ENABLED',
        transitEncryptionPort: 65_535,
        authorizationConfig: { iam: 'ENABLED' },
      },
      { jobRoleArn: role },
    ),
  ],
  [
    'an access point of EFS, with the root',
    withEfs({
      ...encrypted,
      rootDirectory: '/',
      authorizationConfig: { accessPointId: 'fsap-1234567890abcdef0', iam: 'DISABLED' },
    }),
  ],
  [
    'an EFS volume with empty members, as Terraform sends them',
    withEfs({ rootDirectory: '', authorizationConfig: {} }),
  ],
  [
    'an EFS volume on Fargate',
    onFargate({
      volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-12345678' } }],
      fargatePlatformConfiguration: { platformVersion: '1.4.0' },
    }),
  ],
  ['the least of an S3 Files volume', withS3Files({})],
  [
    'all of an S3 Files volume',
    withS3Files({
      rootDirectory: '/',
      transitEncryptionPort: 0,
      accessPointArn: `${s3Files}/access-point/fsap-0123456789abcdef0`,
    }),
  ],
  [
    'what Fargate alone has',
    onFargate({
      networkConfiguration: { assignPublicIp: 'DISABLED' },
      fargatePlatformConfiguration: { platformVersion: '1.4.0' },
      ephemeralStorage: { sizeInGiB: 200 },
      runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
    }),
  ],
];

for (const [title, input] of taken) {
  test(`RegisterJobDefinition takes ${title}, and it comes back verbatim`, async () => {
    const rig = await Rig.bare();
    const { jobDefinitionArn } = await rig.call(registerJobDefinition, input);
    const { jobDefinitions } = await rig.call(describeJobDefinitions, {
      jobDefinitions: [jobDefinitionArn ?? ''],
    });
    assert.deepEqual(
      comparable(jobDefinitions?.[0]?.containerProperties ?? {}),
      comparable(input.containerProperties),
    );
  });
}

const wrong: [string, RegisterJobDefinitionCommandInput, RegExp][] = [
  ['an EFS volume of no file system', withEfs({ fileSystemId: 'shared' }), /fileSystemId must be/],
  [
    'a file system that brings options',
    withEfs({ fileSystemId: 'fs-1,addr=10.0.0.1' }),
    /fileSystemId must be the ID of an EFS file system/,
  ],
  ['a relative root', withEfs({ rootDirectory: 'data' }), /rootDirectory must be an absolute path/],
  ['a root that leads out', withEfs({ rootDirectory: '/a/../../b' }), /must not hold '\.\.'/],
  ['a root of two lines', withEfs({ rootDirectory: '/a\nb' }), /without control characters/],
  [
    'unknown encryption',
    withEfs({ transitEncryption: 'ON' as never }),
    /transitEncryption must be one of/,
  ],
  ['a port beyond all', withEfs({ transitEncryptionPort: 65_536 }), /from 0 to 65535/],
  [
    'an access point without encryption',
    withEfs({ authorizationConfig: { accessPointId: 'fsap-1' } }),
    /transitEncryption must be ENABLED where authorizationConfig.accessPointId is specified/,
  ],
  [
    'an access point with a root',
    withEfs({
      ...encrypted,
      rootDirectory: '/a',
      authorizationConfig: { accessPointId: 'fsap-1' },
    }),
    /rootDirectory must be omitted or \/ where authorizationConfig.accessPointId/,
  ],
  [
    'an access point that is none',
    withEfs({ ...encrypted, authorizationConfig: { accessPointId: 'fs-1' } }),
    /accessPointId must be the ID of an EFS access point/,
  ],
  [
    'IAM without encryption',
    withEfs({ authorizationConfig: { iam: 'ENABLED' } }, { jobRoleArn: role }),
    /transitEncryption must be ENABLED where authorizationConfig.iam is ENABLED/,
  ],
  [
    'IAM without a job role',
    withEfs({ ...encrypted, authorizationConfig: { iam: 'ENABLED' } }),
    /iam requires that a job role is specified/,
  ],
  [
    'unknown IAM',
    withEfs({ ...encrypted, authorizationConfig: { iam: 'YES' as never } }),
    /iam must be one of/,
  ],
  [
    'a volume of two kinds',
    withVolume({
      host: { sourcePath: '/x' },
      efsVolumeConfiguration: { fileSystemId: 'fs-12345678' },
    }),
    /volume v has host and efsVolumeConfiguration/,
  ],
  [
    'EFS on an old Fargate',
    onFargate({
      volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-12345678' } }],
      fargatePlatformConfiguration: { platformVersion: '1.3.0' },
    }),
    /needs Fargate platform version 1.4.0 or later/,
  ],
  ['S3 Files by ID', withS3Files({ fileSystemArn: 'fs-1' }), /fileSystemArn must be the ARN/],
  ['S3 Files without a job role', withS3Files({}, {}), /requires that a job role is specified/],
  [
    'an access point of other S3 Files',
    withS3Files({
      accessPointArn: `${s3Files.replace('0123', '9999')}/access-point/fsap-0123456789abcdef0`,
    }),
    /accessPointArn is of another file system/,
  ],
  [
    'an access point of S3 Files with a root',
    withS3Files({
      rootDirectory: '/a',
      accessPointArn: `${s3Files}/access-point/fsap-0123456789abcdef0`,
    }),
    /rootDirectory must be omitted or \/ where accessPointArn/,
  ],
  [
    'little storage',
    onFargate({ ephemeralStorage: { sizeInGiB: 20 } }),
    /ephemeralStorage.sizeInGiB must be a whole number from 21 to 200/,
  ],
  ['much storage', onFargate({ ephemeralStorage: { sizeInGiB: 201 } }), /from 21 to 200/],
  [
    'storage on an old Fargate',
    onFargate({
      ephemeralStorage: { sizeInGiB: 30 },
      fargatePlatformConfiguration: { platformVersion: '1.3.0' },
    }),
    /ephemeralStorage needs Fargate platform version 1.4.0/,
  ],
  [
    'a platform version in words',
    onFargate({ fargatePlatformConfiguration: { platformVersion: 'newest' } }),
    /platformVersion must be LATEST or a version/,
  ],
  [
    'an unknown public address',
    onFargate({ networkConfiguration: { assignPublicIp: 'MAYBE' as never } }),
    /assignPublicIp must be one of/,
  ],
  [
    'Windows',
    onFargate({ runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } }),
    /WINDOWS_SERVER_2022_CORE is not supported by Longshore: its engines run Linux containers/,
  ],
  [
    'an unknown operating system',
    onFargate({ runtimePlatform: { operatingSystemFamily: 'BEOS' } }),
    /operatingSystemFamily must be LINUX/,
  ],
  [
    'an unknown architecture',
    onFargate({ runtimePlatform: { cpuArchitecture: 'RISCV' } }),
    /cpuArchitecture must be X86_64 or ARM64/,
  ],
  [
    'storage on EC2',
    definition({ ephemeralStorage: { sizeInGiB: 30 } }),
    /ephemeralStorage is only for jobs on Fargate/,
  ],
  [
    'a runtime platform on EC2',
    definition({ runtimePlatform: { cpuArchitecture: 'ARM64' } }),
    /runtimePlatform is only for jobs on Fargate/,
  ],
];

for (const [title, input, message] of wrong) {
  test(`RegisterJobDefinition refuses ${title}`, async () => {
    const rig = await Rig.bare();
    await assert.rejects(rig.call(registerJobDefinition, input), message);
  });
}

// Where the rules on requests begin and end: of each the last values that are taken, and the first
// that are refused. What a refusal says, and whole requests, are tried beside the operations.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ComputeResource,
  ContainerProperties,
  EvaluateOnExit,
  LinuxParameters,
} from '@aws-sdk/client-batch';
import { awsLimits, limit } from '../../../core/limit.ts';
import { scope } from '../../../../test/house/caller.ts';
import { AwsError } from '../../../wire/aws-error.ts';
import { byNames, pageSize } from '../page.ts';
import { checkLogOptions } from './awslogs-options.ts';
import { checkChangedResourceMembers, checkNewResourceMembers } from './compute-resources.ts';
import { checkConsumables } from './consumables.ts';
import { checkContainerOverrides } from './container-overrides.ts';
import { checkContainer } from './container-properties.ts';
import { readDependencies } from './dependencies.ts';
import { checkOrder } from './environment-order.ts';
import { checkPolicies, checkShareIdentifier } from './fair-share.ts';
import { checkImage } from './image.ts';
import { checkEnvironmentRole, checkName, checkRole } from './name.ts';
import { checkNodeOverrides, checkNodeProperties } from './node-properties.ts';
import { checkPlatform, checkPlatforms } from './platform.ts';
import { checkFargateSize } from './resource-requirements.ts';
import { checkRetryStrategy } from './retry.ts';
import { checkTags } from './tags.ts';
import { checkTimeLimitActions } from './time-limit-actions.ts';

const jobId = '00000000-0000-7000-8000-000000000001';

const times = <T>(count: number, of: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => of(index));

const container = (more: ContainerProperties) =>
  checkContainer({ image: 'busybox', ...more }, 'at', false);
const linux = (linuxParameters: LinuxParameters) => container({ linuxParameters });
const tmpfs = (option: string) =>
  linux({ tmpfs: [{ containerPath: '/t', size: 1, mountOptions: [option] }] });
const size = (VCPU: string, MEMORY: string | number) => [
  { type: 'VCPU' as const, value: VCPU },
  { type: 'MEMORY' as const, value: String(MEMORY) },
];
const onFargate = (more: ContainerProperties) =>
  checkPlatform(
    { executionRoleArn: 'role', resourceRequirements: size('1', 2048), ...more },
    'at',
    'FARGATE',
  );
const onEc2 = (more: ContainerProperties) => checkPlatform(more, 'at', 'EC2');
const resources = (more: Partial<ComputeResource>) =>
  checkNewResourceMembers({ type: 'EC2', minvCpus: 0, maxvCpus: 1, subnets: [], ...more });
const policy = (fairsharePolicy: object) => checkPolicies({ fairsharePolicy });
const shares = (...shareIdentifiers: string[]) =>
  policy({ shareDistribution: shareIdentifiers.map((shareIdentifier) => ({ shareIdentifier })) });
const weight = (weightFactor: number) =>
  policy({ shareDistribution: [{ shareIdentifier: 's', weightFactor }] });
const retry = (attempts: number | undefined, ...rules: object[]) =>
  checkRetryStrategy({ attempts, evaluateOnExit: rules as EvaluateOnExit[] }, awsLimits);
const exit = (more: object) => retry(1, { action: 'EXIT', ...more });
const range = (more: object) => ({
  targetNodes: '0:',
  container: { image: 'busybox' },
  ...more,
});
const nodes = (numNodes: number, mainNode = 0, ranges: object[] = [range({})]) =>
  checkNodeProperties({ numNodes, mainNode, nodeRangeProperties: ranges as never });
const nodeChange = (...changes: object[]) =>
  checkNodeOverrides({ nodePropertyOverrides: changes as never });
const depends = (isArray: boolean, ...on: object[]) =>
  readDependencies(
    scope,
    on.map((one) => ({ jobId, ...one })),
    isArray,
    awsLimits,
  );
const cancelled = {
  reason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  state: 'RUNNABLE',
  maxTimeSeconds: 600,
  action: 'CANCEL',
} as const;
const action = (more: object) => checkTimeLimitActions([{ ...cancelled, ...more }], false);
const wanted = (quantity: number | undefined, consumableResource: string | undefined = 'r') =>
  checkConsumables({ consumableResourceList: [{ consumableResource, quantity }] }, 'at');
const tag = (key: string, value = '') => checkTags({ [key]: value }, awsLimits);
const log = (options: Record<string, string>) => checkLogOptions(options, 'at');
const ulimit = (softLimit: number, hardLimit: number) =>
  container({ ulimits: [{ name: 'core', softLimit, hardLimit }] });

const ulimitNames =
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack';
const tmpfsOptions =
  'defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime mode=0777 uid=1 gid=1 nr_inodes=1k nr_blocks=2M mpol=bind:0-1';
const logOptions =
  'awslogs-group awslogs-stream-prefix awslogs-region awslogs-credentials-endpoint awslogs-format awslogs-force-flush-interval-seconds awslogs-max-buffered-events';

/** vCPUs, and some of the MiB that go with them: the ends, and one step from the lower end. */
const fargateSizes: readonly [string, ...number[]][] = [
  ['0.25', 512, 1024, 2048],
  ['0.5', 1024, 2048, 4096],
  ['1', 2048, 3072, 8192],
  ['2', 4096, 5120, 16_384],
  ['4', 8192, 9216, 30_720],
  ['8', 16_384, 20_480, 61_440],
  ['16', 32_768, 40_960, 122_880],
  ['32', 61_440, 122_880, 249_856],
];

type Try = () => unknown;
const cases: Readonly<Record<string, { taken?: readonly Try[]; refused?: readonly Try[] }>> = {
  'vcpus and memory': {
    taken: [
      () => container({ vcpus: 0, memory: 0 }),
      () => container({ vcpus: 1_000_000, memory: 1_000_000_000 }),
      () => container({ vcpus: 1, memory: 4 }),
      () => container({ resourceRequirements: size('1', 4) }),
      () => container({ vcpus: 0, memory: 0, resourceRequirements: size('1', 4) }),
    ],
    refused: [
      () => container({ vcpus: -1 }),
      () => container({ vcpus: 1_000_001 }),
      () => container({ memory: 3 }),
      () => container({ memory: 1_000_000_001 }),
      () => container({ resourceRequirements: size('0', 4) }),
      () => container({ resourceRequirements: size('1', 3) }),
      () => container({ memory: 4, resourceRequirements: size('1', 4) }),
      () => checkContainer({ image: 'i', vcpus: 1 }, 'at', true),
      () => checkContainer({ image: 'i', memory: 4 }, 'at', true),
      () =>
        checkContainer(
          { image: 'i', resourceRequirements: [{ type: 'GPU', value: '1' }] },
          'at',
          true,
        ),
    ],
  },
  ulimits: {
    taken: [
      () =>
        container({
          ulimits: ulimitNames.split(' ').map((name) => ({ name, softLimit: 1, hardLimit: 1 })),
        }),
      () => ulimit(-1, -1),
      () => ulimit(5, -1),
      () => ulimit(0, 0),
    ],
    refused: [
      () => ulimit(-2, 1),
      () => ulimit(-2, -2),
      () => ulimit(-1, 5),
      () => ulimit(2, 1),
      () => ulimit(0.5, 1),
      () => container({ ulimits: times(2, () => ({ name: 'core', softLimit: 1, hardLimit: 1 })) }),
    ],
  },
  'Linux parameters': {
    taken: [
      () => linux({ sharedMemorySize: 1, maxSwap: 0, swappiness: 0 }),
      () => linux({ sharedMemorySize: 1_000_000_000, maxSwap: 1_000_000_000, swappiness: 100 }),
      () => linux({ devices: [{ hostPath: '/a', permissions: ['READ', 'WRITE', 'MKNOD'] }] }),
    ],
    refused: [
      () => linux({ sharedMemorySize: 0 }),
      () => linux({ sharedMemorySize: 1_000_000_001 }),
      () => linux({ maxSwap: -1 }),
      () => linux({ swappiness: 101 }),
      () => linux({ swappiness: -1 }),
      () => linux({ devices: [{ hostPath: 'a' }] }),
      () => linux({ devices: [{ hostPath: '/a', containerPath: 'b' }] }),
      () => linux({ devices: [{ hostPath: '/a', permissions: ['ALL' as never] }] }),
      () => linux({ tmpfs: [{ containerPath: '/t', size: 0 }] }),
    ],
  },
  'options of a tmpfs': {
    taken: tmpfsOptions.split(' ').map((option) => () => tmpfs(option)),
    refused: ['mode', 'ro=1', 'mode=999', 'uid=x', 'mpol=', 'size=1', 'nr_inodes=1t', ''].map(
      (option) => () => tmpfs(option),
    ),
  },
  'options of awslogs': {
    taken: [
      ...logOptions.split(' ').map((name) => () => log({ [name]: 'a' })),
      () => log({ 'awslogs-group': 'a/b_c-d.e#1' }),
      () => log({ 'awslogs-multiline-pattern': '^a', 'awslogs-group': 'a'.repeat(512) }),
      () => log({ 'awslogs-datetime-format': '%Y' }),
      ...['true', 'True', '1', 't', 'false', 'F', '0', ''].map(
        (given) => () => log({ 'awslogs-create-group': given }),
      ),
      ...['true', ''].map((given) => () => log({ 'awslogs-create-stream': given })),
      () => log({ 'awslogs-endpoint': '' }),
      ...['blocking', 'non-blocking', ''].map((mode) => () => log({ mode })),
      ...['1', '1g', '1.5 MiB', '1024m', '4KB', ''].map(
        (buffered) => () => log({ mode: 'non-blocking', 'max-buffer-size': buffered }),
      ),
      () => log({ 'max-buffer-size': '1m' }),
    ],
    refused: [
      () => log({ mode: 'Blocking' }),
      () => log({ 'awslogs-create-group': 'yes' }),
      () => log({ 'awslogs-create-stream': 'yes' }),
      () => log({ 'awslogs-create-stream': 'false' }),
      () => log({ 'awslogs-endpoint': 'https://logs.example' }),
      () => log({ mode: 'blocking', 'max-buffer-size': '1m' }),
      ...['m', '-1', '1x', '1 m m', '1025m', '2g'].map(
        (buffered) => () => log({ 'max-buffer-size': buffered }),
      ),
      () => log({ 'awslogs-groups': 'a' }),
      () => log({ 'awslogs-group': 'a'.repeat(513) }),
      () => log({ 'awslogs-group': 'a b' }),
      () => log({ 'awslogs-multiline-pattern': '(' }),
      () => log({ 'awslogs-multiline-pattern': 'a', 'awslogs-datetime-format': '%Y' }),
    ],
  },
  images: {
    taken: [
      'busybox',
      'a/b/c:1.0',
      'localhost/a',
      'localhost:5000/a',
      'Registry/a',
      'registry.example:5000/team/tool@sha256:0f',
      'a__b/c-d.e',
      `a:${'t'.repeat(128)}`,
      'a'.repeat(255),
    ].map((image) => () => checkImage(image, 'at')),
    refused: [
      undefined,
      '',
      'A',
      'a/B',
      'a//b',
      'a/',
      'a:',
      'a:.b',
      'a@sha256',
      'a@sha256:xyz',
      '-a',
      'a_-b',
      'host.example:x/a',
      `a:${'t'.repeat(129)}`,
      'a'.repeat(256),
    ].map((image) => () => checkImage(image, 'at')),
  },
  'sizes of Fargate': {
    taken: fargateSizes.flatMap(([vcpu, ...memory]) =>
      memory.map((each) => () => checkFargateSize(size(vcpu, each), 'at')),
    ),
    refused: fargateSizes.flatMap(([vcpu, ...memory]) =>
      [Math.min(...memory) / 2, Math.max(...memory) * 2, Math.min(...memory) + 1].map(
        (each) => () => checkFargateSize(size(vcpu, each), 'at'),
      ),
    ),
  },
  'what Fargate has': {
    taken: [
      () => onFargate({}),
      () => onFargate({ privileged: false, ulimits: [], volumes: [{ name: 'v' }] }),
      () => onFargate({ linuxParameters: { devices: [], tmpfs: [], initProcessEnabled: true } }),
      () => onFargate({ logConfiguration: { logDriver: 'splunk' } }),
      () => onFargate({ logConfiguration: { logDriver: 'awslogs' } }),
      () => onFargate({ ephemeralStorage: { sizeInGiB: 200 } }),
      () => onFargate({ fargatePlatformConfiguration: { platformVersion: '1.4.0' } }),
      () => onFargate({ runtimePlatform: { cpuArchitecture: 'X86_64' } }),
    ],
    refused: [
      () => onFargate({ executionRoleArn: '' }),
      () => onFargate({ privileged: true }),
      () => onFargate({ ulimits: [{ name: 'core', softLimit: 1, hardLimit: 1 }] }),
      () => onFargate({ volumes: [{ name: 'v', host: { sourcePath: '/v' } }] }),
      () => onFargate({ linuxParameters: { devices: [{ hostPath: '/a' }] } }),
      () => onFargate({ linuxParameters: { sharedMemorySize: 1 } }),
      () => onFargate({ linuxParameters: { tmpfs: [{ containerPath: '/t', size: 1 }] } }),
      () => onFargate({ linuxParameters: { maxSwap: 0 } }),
      () => onFargate({ linuxParameters: { swappiness: 0 } }),
      () => onFargate({ logConfiguration: { logDriver: 'json-file' } }),
      () => onFargate({ networkConfiguration: { assignPublicIp: 'ON' as never } }),
      () => onFargate({ fargatePlatformConfiguration: { platformVersion: '1.4' } }),
      () => onFargate({ ephemeralStorage: { sizeInGiB: 20 } }),
      () => onFargate({ ephemeralStorage: { sizeInGiB: 201 } }),
      () => onFargate({ runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } }),
      () => onFargate({ runtimePlatform: { operatingSystemFamily: 'BSD' } }),
      () => onFargate({ runtimePlatform: { cpuArchitecture: 'ARM' } }),
      () => onFargate({ instanceType: 'm5.large' }),
      () => checkPlatforms(['EC2', 'FARGATE']),
    ],
  },
  'what EC2 has': {
    taken: [() => onEc2({ networkConfiguration: {}, runtimePlatform: { cpuArchitecture: '' } })],
    refused: [
      () => onEc2({ networkConfiguration: { assignPublicIp: 'ENABLED' } }),
      () => onEc2({ fargatePlatformConfiguration: { platformVersion: 'LATEST' } }),
      () => onEc2({ ephemeralStorage: { sizeInGiB: 21 } }),
      () => onEc2({ runtimePlatform: { cpuArchitecture: 'ARM64' } }),
    ],
  },
  'volumes and mount points': {
    taken: [() => container({ volumes: [{ name: 'v'.repeat(255) }] })],
    refused: [
      () => container({ volumes: [{ name: 'v'.repeat(256) }] }),
      () => container({ volumes: [{ name: 'v', host: { sourcePath: 'v' } }] }),
      () =>
        container({
          volumes: [{ name: 'v' }],
          mountPoints: times(2, () => ({ sourceVolume: 'v', containerPath: '/v' })),
        }),
      () =>
        container({
          volumes: [{ name: 'v', s3filesVolumeConfiguration: { fileSystemArn: 'a' } }],
        }),
    ],
  },
  'users and variables': {
    taken: ['', '0', 'root', '1000:1000', 'a.b-c:d'].map((user) => () => container({ user })),
    refused: [
      ...['Root', 'a:', ':a', 'a:b:c', 'a b'].map((user) => () => container({ user })),
      () => container({ environment: [{ name: '', value: '1' }] }),
      () => container({ environment: [{ name: 'A=B', value: '1' }] }),
      () => container({ environment: [{ name: 'AWS_BATCH_X', value: '1' }] }),
      () => container({ command: ['a\0'] }),
      () => container({ logConfiguration: { logDriver: 'json-file', options: { 'a\0': 'b' } } }),
      () => checkContainerOverrides({ command: ['a', ''] }, 'at', false),
      () => checkContainerOverrides({ environment: [{ name: 'A', value: '\0' }] }, 'at', false),
    ],
  },
  'names and roles': {
    taken: [
      () => checkName('a'.repeat(128), 'at'),
      () => checkName('0_-', 'at'),
      () => checkRole('', 'at'),
      () => checkRole('service/role', 'at'),
      () => checkEnvironmentRole('r'.repeat(2048), 'at'),
    ],
    refused: [
      () => checkName('a'.repeat(129), 'at'),
      () => checkName('-a', 'at'),
      () => checkName('a.b', 'at'),
      () => checkRole('arn:aws:s3:::x', 'at'),
      () => checkEnvironmentRole('r'.repeat(2049), 'at'),
    ],
  },
  tags: {
    taken: [
      () => tag('k'.repeat(128), 'v'.repeat(256)),
      () => tag('ä 1_.:/=+-@', ''),
      () => checkTags(Object.fromEntries(times(50, (at) => [`k${at}`, ''])), awsLimits),
    ],
    refused: [
      () => tag(''),
      () => tag('k'.repeat(129)),
      () => tag('k', 'v'.repeat(257)),
      () => tag('k!'),
      () => tag('k', '!'),
      () => tag('AWS:k'),
      () => checkTags(Object.fromEntries(times(51, (at) => [`k${at}`, ''])), awsLimits),
    ],
  },
  'compute resources': {
    taken: [
      () => resources({ minvCpus: 2 ** 31 - 1, bidPercentage: 100, imageId: '' }),
      () => resources({ bidPercentage: 0, subnets: ['subnet-1'], securityGroupIds: ['sg-0a'] }),
      () => resources({ instanceTypes: ['m5', 'm5.large', 'optimal', 'default_arm64'] }),
      () => resources({ ec2Configuration: times(2, () => ({ imageType: 'ECS_AL2023' })) }),
      () => resources({ launchTemplate: { launchTemplateName: 't', version: '$Latest' } }),
      () => resources({ launchTemplate: { launchTemplateName: 't', version: '' } }),
      ...[0, 20, 10_080].map(
        (minScaleDownDelayMinutes) => () =>
          resources({ scalingPolicy: { minScaleDownDelayMinutes } }),
      ),
      () => checkNewResourceMembers({ type: 'FARGATE', maxvCpus: 1, subnets: [] }),
      () => checkChangedResourceMembers({ allocationStrategy: 'BEST_FIT_PROGRESSIVE' }),
    ],
    refused: [
      () => resources({ minvCpus: undefined }),
      () => resources({ type: 'SPOT', minvCpus: undefined }),
      () => resources({ minvCpus: -1 }),
      () => resources({ maxvCpus: 2 ** 31 }),
      () => resources({ desiredvCpus: -1 }),
      () => resources({ bidPercentage: 101 }),
      () => resources({ bidPercentage: -1 }),
      () => resources({ type: 'METAL' as never }),
      () => resources({ allocationStrategy: 'WORST_FIT' as never }),
      () => resources({ instanceTypes: ['M5'] }),
      () => resources({ subnets: ['sg-1'] }),
      () => resources({ securityGroupIds: ['subnet-1'] }),
      () => resources({ imageId: 'ami-x' }),
      () => resources({ ec2Configuration: times(3, () => ({ imageType: 'ECS_AL2' })) }),
      () => resources({ ec2Configuration: [{ imageType: '' }] }),
      () => resources({ ec2Configuration: [{ imageType: 'a'.repeat(257) }] }),
      () => resources({ ec2Configuration: [{ imageType: 'E', imageKubernetesVersion: 'v1' }] }),
      () => resources({ ec2Configuration: [{ imageType: 'ECS_AL2', imageIdOverride: 'x' }] }),
      () => resources({ launchTemplate: { version: 'latest' } }),
      () => resources({ launchTemplate: { overrides: [{ version: 'latest' }] } }),
      () => resources({ scalingPolicy: { minScaleDownDelayMinutes: 19 } }),
      () => resources({ scalingPolicy: { minScaleDownDelayMinutes: 10_081 } }),
      () => checkChangedResourceMembers({ allocationStrategy: 'BEST_FIT' as never }),
    ],
  },
  'fair shares': {
    taken: [
      () => policy({ shareDecaySeconds: 604_800, computeReservation: 99 }),
      () => shares('a', 'b*', 'ab', 'a1'),
      () => shares(...times(limit.shareDistributionEntries, (at) => `s${at}x`)),
      () => weight(0.0001),
      () => weight(999.9999),
      () => checkShareIdentifier('', 'at'),
      () => checkShareIdentifier('a-b_c', 'at'),
      () => checkShareIdentifier(`${'a'.repeat(255)}*`, 'at'),
    ],
    refused: [
      () => policy({ shareDecaySeconds: 604_801 }),
      () => policy({ shareDecaySeconds: -1 }),
      () => policy({ computeReservation: 100 }),
      () => policy({ computeReservation: -1 }),
      () => shares('a', 'a'),
      () => shares('a', 'a*'),
      () => shares('b', 'ab', 'a*'),
      () => shares('a*', 'ab*'),
      () => shares(...times(limit.shareDistributionEntries + 1, (at) => `s${at}x`)),
      () => weight(0.00009),
      () => weight(1000),
      () => checkShareIdentifier('a'.repeat(256), 'at'),
      () => checkShareIdentifier('*', 'at'),
      () => checkShareIdentifier('a.b', 'at'),
    ],
  },
  retries: {
    taken: [
      () => retry(10),
      () => retry(undefined),
      () => exit({ onExitCode: '1*' }),
      () => exit({ onReason: 'a'.repeat(512) }),
      () => retry(1, ...times(5, () => ({ action: 'retry', onStatusReason: 'Host EC2*' }))),
    ],
    refused: [
      () => retry(0),
      () => retry(11),
      () => retry(undefined, { action: 'EXIT', onReason: '*' }),
      () => retry(1, { action: 'STOP', onReason: '*' }),
      () => retry(1, ...times(6, () => ({ action: 'EXIT', onReason: '*' }))),
      () => exit({}),
      () => exit({ onExitCode: '*1' }),
      () => exit({ onExitCode: 'a' }),
      () => exit({ onReason: 'a'.repeat(513) }),
      () => exit({ onReason: 'a**' }),
      () => exit({ onStatusReason: 'a-b' }),
    ],
  },
  nodes: {
    taken: [
      () => nodes(1),
      () => nodes(limit.nodes, limit.nodes - 1),
      () =>
        nodes(
          2,
          0,
          times(5, () => range({})),
        ),
      () => nodes(2, 0, [range({ targetNodes: ':' }), range({ targetNodes: '1' })]),
      () => nodes(2, 0, [range({ instanceTypes: ['m5.large'] })]),
      () => nodeChange({ targetNodes: '0:1' }, { targetNodes: '2:' }),
    ],
    refused: [
      () => nodes(0),
      () => nodes(limit.nodes + 1),
      () => nodes(2, -1),
      () => nodes(2, limit.nodes),
      () => nodes(2, 0, []),
      () =>
        nodes(
          2,
          0,
          times(6, () => range({})),
        ),
      () => nodes(2, 0, [range({ targetNodes: '0-1' })]),
      () => nodes(2, 0, [range({ container: undefined })]),
      () => nodes(2, 0, [range({ container: {} })]),
      () =>
        nodes(2, 0, [range({ container: { image: 'i', ephemeralStorage: { sizeInGiB: 21 } } })]),
      () => nodes(2, 0, [range({ instanceTypes: ['m5.large', 'm5.xlarge'] })]),
      () => nodes(2, 0, [range({ instanceTypes: ['M5'] })]),
      () =>
        nodes(2, 0, [
          range({ instanceTypes: ['m5'], container: { image: 'i', instanceType: 'm6i' } }),
        ]),
      () =>
        nodes(2, 0, [
          range({ consumableResourceProperties: { consumableResourceList: [{ quantity: 1 }] } }),
        ]),
      () => nodeChange({ targetNodes: '0:' }, { targetNodes: '0:' }),
      () => nodeChange({ targetNodes: '0:', instanceTypes: ['M5'] }),
      () => nodeChange({ targetNodes: '0:', containerOverrides: { command: [''] } }),
      () =>
        nodeChange({
          targetNodes: '0:',
          consumableResourcePropertiesOverride: { consumableResourceList: [{ quantity: 1 }] },
        }),
      () => nodeChange({}),
    ],
  },
  dependencies: {
    taken: [
      () => depends(false, {}, { type: 'SEQUENTIAL' }),
      () => depends(true, {}),
      () => depends(true, { type: 'N_TO_N' }),
      () => depends(true, { jobId: '', type: 'SEQUENTIAL' }),
      () => depends(false, ...times(20, () => ({}))),
    ],
    refused: [
      () => depends(false, { type: 'N_TO_N' }),
      () => depends(false, { jobId: '', type: 'SEQUENTIAL' }),
      () => depends(true, { type: 'SEQUENTIAL' }),
      () => depends(true, { jobId: '' }),
      () => depends(true, { jobId: '', type: 'N_TO_N' }),
      () => depends(true, { type: 'ALL' }),
      () => depends(false, ...times(21, () => ({}))),
    ],
  },
  'time limits of queues': {
    taken: [
      () => action({ maxTimeSeconds: 86_400 }),
      ...[
        'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
        'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
        'MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED',
      ].map((reason) => () => action({ reason })),
    ],
    refused: [
      () =>
        checkTimeLimitActions(
          times(2, () => cancelled),
          false,
        ),
      () => action({ maxTimeSeconds: 599 }),
      () => action({ maxTimeSeconds: 86_401 }),
      () => action({ reason: 'MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS' }),
      () => action({ state: 'PENDING' }),
      () => action({ action: 'TERMINATE' }),
    ],
  },
  'consumable resources': {
    taken: [() => wanted(0), () => wanted(Number.MAX_SAFE_INTEGER), () => wanted(undefined)],
    refused: [() => wanted(-1), () => wanted(2 ** 53), () => wanted(1, ''), () => wanted(0.5)],
  },
  'pages, lists and orders': {
    taken: [
      () => pageSize(1),
      () => pageSize(100),
      () => checkOrder([{ order: -(2 ** 31), computeEnvironment: 'ce' }]),
      () => checkOrder([{ order: 2 ** 31 - 1, computeEnvironment: 'ce' }]),
      () => byNames(times(100, String), 'at', String, String),
    ],
    refused: [
      () => pageSize(0),
      () => pageSize(101),
      () => checkOrder([{ order: 2 ** 31, computeEnvironment: 'ce' }]),
      () => checkOrder([{ order: -(2 ** 31) - 1, computeEnvironment: 'ce' }]),
      () => byNames(times(101, String), 'at', String, String),
    ],
  },
};

for (const [what, { taken = [], refused = [] }] of Object.entries(cases))
  test(`${what}: ${taken.length} are taken, and ${refused.length} refused`, () => {
    for (const attempt of taken) assert.doesNotThrow(attempt, attempt.toString());
    for (const attempt of refused)
      assert.throws(attempt, (error) => error instanceof AwsError, attempt.toString());
  });

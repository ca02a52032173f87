// What Docker is asked to create for a specification: one table, a row for each property of the
// API.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hidden } from '../../base/hidden.ts';
import { containerId } from '../../base/ids.ts';
import type { ContainerSpec } from '../../port/engine.ts';
import type { CreateBody } from './docker-api.ts';
import { createBody, type MappingOptions } from './container-mapping.ts';
import { withoutMountNoise } from './volume-mounts.ts';

const id = containerId('0123456789abcdef0123456789abcdef');
const spec: ContainerSpec = {
  containerId: id,
  image: 'busybox',
  command: [],
  environment: [],
  milliVcpu: 1000,
  memoryMib: 128,
  gpus: 0,
  region: 'us-east-1',
  labels: {},
};
const options: MappingOptions = {
  mark: 'here',
  jobNetwork: 'host',
  keptOutput: { Type: 'local', Config: { 'max-size': '1m' } },
  dropsOutput: true,
};
const mib = 1024 * 1024;

function bodyOf(
  over: Partial<ContainerSpec>,
  optionsOver: Partial<MappingOptions> = {},
): CreateBody {
  const mapped = createBody({ ...spec, ...over }, { ...options, ...optionsOver });
  assert.ok('body' in mapped, JSON.stringify(mapped));
  return mapped.body;
}

test('a plain job is the least that Docker needs', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(bodyOf({ labels: { 'longshore.job': 'j' } }))), {
    Image: 'busybox',
    Env: [],
    Labels: {
      'longshore.job': 'j',
      'longshore.output': 'kept',
      'longshore.network': '',
      'longshore.address': '',
      'longshore.task': '',
      'longshore.attempt': id,
      'longshore.instance': 'here',
    },
    HostConfig: {
      NetworkMode: 'host',
      CpuShares: 1024,
      Memory: 128 * mib,
      CapDrop: ['NET_RAW'],
      LogConfig: { Type: 'local', Config: { 'max-size': '1m' } },
    },
  });
});

test('top-level properties', () => {
  const cases: [Partial<ContainerSpec>, Partial<CreateBody>][] = [
    [
      { image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/tool:1' },
      { Image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/tool:1' },
    ],
    [{ command: ['echo', 'a b'] }, { Cmd: ['echo', 'a b'] }],
    [{ command: [] }, { Cmd: undefined }],
    [
      { environment: [{ name: 'A', value: 'b=c' }, { name: 'EMPTY' }, { value: 'nameless' }] },
      { Env: ['A=b=c', 'EMPTY='] },
    ],
    [
      {
        environment: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
          { name: 'A', value: '3' },
        ],
      },
      { Env: ['A=3', 'B=2'] },
    ],
    [{ user: '1000:1000' }, { User: '1000:1000' }],
    [{ user: '' }, { User: undefined }],
  ];
  for (const [over, expected] of cases) {
    const body = bodyOf(over);
    for (const [name, value] of Object.entries(expected))
      assert.deepEqual(body[name as keyof CreateBody], value, JSON.stringify(over));
  }
});

test('properties of the host configuration', () => {
  const linux = (linuxParameters: ContainerSpec['linuxParameters']): Partial<ContainerSpec> => ({
    linuxParameters,
  });
  const cases: [string, Partial<ContainerSpec>, Partial<CreateBody['HostConfig']>][] = [
    ['memory', { memoryMib: 512 }, { Memory: 512 * mib, MemorySwap: undefined }],
    ['memory below what Docker takes', { memoryMib: 4 }, { Memory: 6 * mib }],
    ['half a vCPU', { milliVcpu: 500 }, { CpuShares: 512 }],
    ['a quarter vCPU', { milliVcpu: 250 }, { CpuShares: 256 }],
    ['next to no vCPU', { milliVcpu: 1 }, { CpuShares: 2 }],
    ['more vCPUs than shares can say', { milliVcpu: 448_000 }, { CpuShares: 262_144 }],
    ['privileged', { privileged: true }, { Privileged: true, CapDrop: undefined }],
    ['not privileged', { privileged: false }, { Privileged: undefined, CapDrop: ['NET_RAW'] }],
    ['read-only root', { readonlyRootFilesystem: true }, { ReadonlyRootfs: true }],
    [
      'ulimits',
      { ulimits: [{ name: 'nofile', softLimit: 10, hardLimit: 20 }] },
      { Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }] },
    ],
    [
      'gpus',
      { gpus: 2 },
      { DeviceRequests: [{ Driver: 'nvidia', Count: 2, Capabilities: [['gpu']] }] },
    ],
    ['no gpus', { gpus: 0 }, { DeviceRequests: undefined }],
    ['init', linux({ initProcessEnabled: true }), { Init: true }],
    ['shared memory', linux({ sharedMemorySize: 128 }), { ShmSize: 128 * mib }],
    ['swap', linux({ maxSwap: 100 }), { MemorySwap: 228 * mib, MemorySwappiness: undefined }],
    ['no swap', linux({ maxSwap: 0 }), { MemorySwap: 128 * mib }],
    [
      'swappiness',
      linux({ maxSwap: 100, swappiness: 0 }),
      { MemorySwap: 228 * mib, MemorySwappiness: 0 },
    ],
    [
      'swappiness without swap counts for nothing',
      linux({ swappiness: 60 }),
      { MemorySwap: undefined, MemorySwappiness: undefined },
    ],
    [
      'tmpfs',
      linux({ tmpfs: [{ containerPath: '/run', size: 16 }] }),
      { Tmpfs: { '/run': 'size=16m' } },
    ],
    [
      'tmpfs with options',
      linux({ tmpfs: [{ containerPath: '/run', size: 16, mountOptions: ['ro', 'noexec'] }] }),
      { Tmpfs: { '/run': 'ro,noexec,size=16m' } },
    ],
    [
      'a device',
      linux({ devices: [{ hostPath: '/dev/fuse' }] }),
      {
        Devices: [
          { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' },
        ],
      },
    ],
    [
      'a device elsewhere',
      linux({
        devices: [
          { hostPath: '/dev/null', containerPath: '/dev/sink', permissions: ['WRITE', 'READ'] },
        ],
      }),
      {
        Devices: [
          { PathOnHost: '/dev/null', PathInContainer: '/dev/sink', CgroupPermissions: 'rw' },
        ],
      },
    ],
    [
      'awslogs is ours',
      { logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'g' } } },
      { LogConfig: options.keptOutput },
    ],
    [
      'another log driver',
      { logConfiguration: { logDriver: 'syslog', options: { tag: 't' } } },
      { LogConfig: { Type: 'syslog', Config: { tag: 't' } } },
    ],
    [
      'a host path',
      {
        volumes: [{ name: 'v', host: { sourcePath: '/data' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/in' }],
      },
      { Binds: ['/data:/in'], Mounts: undefined },
    ],
    [
      'a host path, read only',
      {
        volumes: [{ name: 'v', host: { sourcePath: '/data' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/in', readOnly: true }],
      },
      { Binds: ['/data:/in:ro'] },
    ],
    [
      'a volume that nothing mounts',
      { volumes: [{ name: 'v', host: { sourcePath: '/data' } }] },
      { Binds: undefined, Mounts: undefined },
    ],
    [
      'a volume of the engine’s',
      { volumes: [{ name: 'v' }], mountPoints: [{ sourceVolume: 'v', containerPath: '/w' }] },
      { Mounts: [{ Type: 'volume', Target: '/w', ReadOnly: false }] },
    ],
    [
      'a volume of the engine’s at two places',
      {
        volumes: [{ name: 'v', host: {} }],
        mountPoints: [
          { sourceVolume: 'v', containerPath: '/a' },
          { sourceVolume: 'v', containerPath: '/b', readOnly: true },
        ],
      },
      {
        Mounts: (['/a', '/b'] as const).map((Target) => ({
          Type: 'volume',
          Target,
          ReadOnly: Target === '/b',
          Source: `longshore-${id}-0`,
          VolumeOptions: { Labels: { 'longshore.attempt': id, 'longshore.instance': 'here' } },
        })),
      },
    ],
  ];
  for (const [title, over, expected] of cases) {
    const { HostConfig } = bodyOf(over);
    for (const [name, value] of Object.entries(expected))
      assert.deepEqual(HostConfig[name as keyof CreateBody['HostConfig']], value, title);
  }
});

test('output that another driver takes is not marked as kept', () => {
  assert.equal(
    bodyOf({ logConfiguration: { logDriver: 'json-file' } }).Labels['longshore.output'],
    '',
  );
  assert.equal(
    bodyOf({ logConfiguration: { logDriver: 'awslogs' } }).Labels['longshore.output'],
    'kept',
  );
});

test('output that comes too fast waits, or is dropped where the job would not wait', () => {
  const { Type, Config } = options.keptOutput;
  const cases: [Record<string, string>, Record<string, string>][] = [
    [{}, {}],
    [{ mode: 'blocking' }, {}],
    [{ mode: 'non-blocking' }, { mode: 'non-blocking' }],
    [
      { mode: 'non-blocking', 'max-buffer-size': '4m' },
      { mode: 'non-blocking', 'max-buffer-size': '4m' },
    ],
    [{ 'max-buffer-size': '4m' }, { mode: 'non-blocking', 'max-buffer-size': '4m' }],
  ];
  for (const [given, expected] of cases) {
    const logConfiguration = { logDriver: 'awslogs' as const, options: given };
    assert.deepEqual(bodyOf({ logConfiguration }).HostConfig.LogConfig, {
      Type,
      Config: { ...Config, ...expected },
    });
    assert.deepEqual(
      bodyOf({ logConfiguration }, { dropsOutput: false }).HostConfig.LogConfig,
      options.keptOutput,
    );
  }
});

test('a router has a socket and a configuration of its own, and others are led to it', () => {
  const labels = { 'longshore.attempt': id, 'longshore.instance': 'here' };
  const volume = (Target: string, Source: string) => ({
    Type: 'volume',
    Target,
    ReadOnly: false,
    Source,
    VolumeOptions: { Labels: labels },
  });
  const router = bodyOf({
    logRouter: {
      socket: { directory: '/var/run', name: 'fluent.sock' },
      file: { path: '/fluent-bit/etc/fluent-bit.conf', text: '' },
    },
  });
  assert.deepEqual(router.HostConfig.Mounts, [
    volume('/var/run', `ls-${id}`),
    volume('/fluent-bit/etc', `ls-${id}-config`),
  ]);
  const mapped = createBody(
    {
      ...spec,
      logConfiguration: { logDriver: 'awsfirelens', options: { Name: 'null' } },
      routedTo: {
        containerId: id,
        socketName: 'fluent.sock',
        tag: 'a-firelens-t',
        bufferLimit: '9',
      },
    },
    options,
    { routerSocket: '/volumes/v/_data/fluent.sock' },
  );
  assert.ok('body' in mapped);
  assert.equal(mapped.body.Labels['longshore.output'], '');
  assert.deepEqual(mapped.body.HostConfig.LogConfig, {
    Type: 'fluentd',
    Config: {
      'fluentd-address': 'unix:///volumes/v/_data/fluent.sock',
      'fluentd-async': 'true',
      'fluentd-sub-second-precision': 'true',
      tag: 'a-firelens-t',
      'fluentd-buffer-limit': '9',
    },
  });
});

test('a socket whose path the daemon could not use fails the start, for the driver says nothing', () => {
  const routed: ContainerSpec = {
    ...spec,
    logConfiguration: { logDriver: 'awsfirelens' },
    routedTo: { containerId: id, socketName: 'fluent.sock', tag: 'a-firelens-t' },
  };
  const of = (bytes: number) => `/${'ü'.repeat((bytes - 1) / 2)}`;
  assert.ok('body' in createBody(routed, options, { routerSocket: of(107) }));
  const mapped = createBody(routed, options, { routerSocket: of(109) });
  assert.ok('cannotStart' in mapped);
  assert.match(mapped.cannotStart, /^CannotCreateContainerError: .* of 109 bytes, .* 107: /);
});

test('labels of ours cannot be forged', () => {
  assert.equal(
    bodyOf({ labels: { 'longshore.instance': 'elsewhere' } }).Labels['longshore.instance'],
    'here',
  );
});

test('a container may have as many processes as it likes, unless there is a limit', () => {
  assert.equal(bodyOf({}).HostConfig.PidsLimit, undefined);
  assert.equal(bodyOf({}, { pidsLimit: 64 }).HostConfig.PidsLimit, 64);
});

test('jobs may have a network of their own', () => {
  assert.equal(bodyOf({}, { jobNetwork: 'bridge' }).HostConfig.NetworkMode, 'bridge');
});

test('secrets are variables and options of the log driver, above what is no secret', () => {
  const body = bodyOf({
    environment: [
      { name: 'A', value: 'seen' },
      { name: 'B', value: 'b' },
    ],
    secretEnvironment: [{ name: 'A', value: new Hidden('hush') }],
    logConfiguration: { logDriver: 'splunk', options: { 'splunk-url': 'u', 'splunk-token': 't' } },
    secretLogOptions: [{ name: 'splunk-token', value: new Hidden('hush too') }],
  });
  assert.deepEqual(body.Env, ['A=hush', 'B=b']);
  assert.deepEqual(body.HostConfig.LogConfig, {
    Type: 'splunk',
    Config: { 'splunk-url': 'u', 'splunk-token': 'hush too' },
  });
  const elsewhere = { ...body, Env: [], HostConfig: { ...body.HostConfig, LogConfig: undefined } };
  assert.ok(!JSON.stringify(elsewhere).includes('hush'));
});

test('volumes on file systems of AWS are bound from a directory, or mounted by NFS', () => {
  const mapped = createBody(
    {
      ...spec,
      volumes: ['dir', 'nfs'].map((name) => ({
        name,
        efsVolumeConfiguration: { fileSystemId: `fs-${name}` },
      })),
      mountPoints: [
        { sourceVolume: 'dir', containerPath: '/a', readOnly: true },
        { sourceVolume: 'nfs', containerPath: '/b' },
        { sourceVolume: 'nfs', containerPath: '/c', readOnly: true },
      ],
    },
    options,
    {
      sources: new Map([
        ['dir', { title: 'EFS file system fs-dir', directory: '/mnt/a:b,c' }],
        ['nfs', { title: 'EFS file system fs-nfs', server: 'nas.lab', path: '/x' }],
      ]),
    },
  );
  assert.ok('body' in mapped);
  const VolumeOptions = {
    NoCopy: true,
    DriverConfig: {
      Name: 'local',
      Options: {
        type: 'nfs',
        o: 'addr=nas.lab,nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport',
        device: ':/x',
      },
    },
  };
  assert.deepEqual(mapped.body.HostConfig.Mounts, [
    { Type: 'bind', Source: '/mnt/a:b,c', Target: '/a', ReadOnly: true },
    { Type: 'volume', Target: '/b', ReadOnly: false, VolumeOptions },
    { Type: 'volume', Target: '/c', ReadOnly: true, VolumeOptions },
  ]);
  assert.equal(mapped.body.HostConfig.Binds, undefined);
});

test('ephemeral storage is a bound where the daemon has one', () => {
  const storage = { ephemeralStorageGib: 30 };
  assert.deepEqual(bodyOf(storage).HostConfig.StorageOpt, { size: '30G' });
  assert.equal(bodyOf(storage, { storageUnbounded: true }).HostConfig.StorageOpt, undefined);
  assert.equal(bodyOf({}).HostConfig.StorageOpt, undefined);
});

test('of a mount that failed what matters is kept', () => {
  const volume = 'a'.repeat(64);
  const said = `error while mounting volume '/var/lib/docker/volumes/${volume}/_data': failed to mount local volume: mount :/x:/var/lib/docker/volumes/${volume}/_data, data: addr=10.0.0.1,nfsvers=4.1,hard: no such device`;
  const sources = new Map([
    ['v', { title: 'EFS file system fs-1', server: 'nas.lab', path: '/x' }],
  ]);
  assert.equal(
    withoutMountNoise(said, sources),
    'error while mounting volume: failed to mount local volume: mount :/x: no such device; EFS file system fs-1 is mounted by NFS from nas.lab',
  );
  assert.equal(withoutMountNoise(said, new Map()), said);
});

test('what Docker cannot be given is said', () => {
  const cases: [Partial<ContainerSpec>, RegExp][] = [
    [
      { logConfiguration: { logDriver: 'awsfirelens' } },
      /^CannotCreateContainerError: .*awsfirelens/,
    ],
    [
      {
        volumes: [{ name: 'v', host: { sourcePath: '/scratch' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/x:rw,z' }],
      },
      /^CannotCreateContainerError: .*invalid volume specification: '\/x:rw,z'/,
    ],
    [
      {
        volumes: [{ name: 'v', host: { sourcePath: '/scratch:/etc' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/x' }],
      },
      /^CannotCreateContainerError: .*invalid volume specification/,
    ],
    [
      { mountPoints: [{ sourceVolume: 'gone', containerPath: '/x' }] },
      /^CannotCreateContainerError: .*gone/,
    ],
  ];
  for (const [over, expected] of cases) {
    const mapped = createBody({ ...spec, ...over }, options);
    assert.ok('cannotStart' in mapped);
    assert.match(mapped.cannotStart, expected);
  }
});

test('a container finds itself by the names that it is given', () => {
  assert.deepEqual(bodyOf({ hostNames: ['algo-1'] }).HostConfig.ExtraHosts, ['algo-1:127.0.0.1']);
});

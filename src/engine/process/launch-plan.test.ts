// What each container property means for a plain process, by table.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSpec } from '../../port/engine.ts';
import { newAttempt, plainSpec } from '../../../test/house/contract/engine-contract.ts';
import { planLaunch, type Surroundings } from './launch-plan.ts';
import { resolveUser } from './launch-user.ts';
import type { LaunchRequest } from './protocol.ts';

const files = {
  passwd: 'root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/:/bin/sh\n',
  group: 'root:x:0:\nstaff:x:50:alice\n',
};
const asRoot: Surroundings = {
  path: '/usr/bin:/bin',
  uid: 0,
  users: () => files,
  isExecutable: (path) => ['/usr/bin/prlimit', '/bin/true', '/opt/run'].includes(path),
  sources: new Map(),
};
const asAlice: Surroundings = { ...asRoot, uid: 1000 };
const spec = (facts: Partial<ContainerSpec>): ContainerSpec =>
  plainSpec(newAttempt(), { command: ['true'], ...facts });

test('what a process can have is in the request', () => {
  const cases: [string, Partial<ContainerSpec>, Partial<LaunchRequest>, Surroundings?][] = [
    ['a command is not touched', { command: ['a b', '$c'] }, { argv: ['a b', '$c'] }],
    [
      'the environment is whole, and the last of a name wins',
      {
        environment: [
          { name: 'A', value: '1' },
          { name: 'A', value: '' },
          { name: 'HOME', value: '/h' },
        ],
      },
      { environment: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', A: '', HOME: '/h' } },
    ],
    [
      'limits',
      { memoryMib: 100, milliVcpu: 1500 },
      { limits: { memoryMib: 100, swapMib: 100, swappiness: undefined, cpuShares: 1536 } },
    ],
    [
      'shares are clamped',
      { milliVcpu: 500_000, memoryMib: 4 },
      { limits: { memoryMib: 4, swapMib: 4, swappiness: undefined, cpuShares: 262_144 } },
    ],
    [
      'swap',
      { memoryMib: 8, milliVcpu: 1, linuxParameters: { maxSwap: 0, swappiness: 7 } },
      { limits: { memoryMib: 8, swapMib: 0, swappiness: 7, cpuShares: 2 } },
    ],
    [
      'ulimits',
      { ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: -1 }] },
      { argv: ['/usr/bin/prlimit', '--nofile=1:unlimited', '--', '/bin/true'] },
    ],
    ['a user', { user: 'alice:staff' }, { uid: 1000, gid: 50 }],
    ['one’s own user', { user: 'alice' }, { uid: undefined, gid: undefined }, asAlice],
    [
      'a volume that is there anyway',
      {
        volumes: [{ name: 'v', host: { sourcePath: '/data' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/data' }],
      },
      { argv: ['true'] },
    ],
    [
      'a directory in place of a file system of AWS that is there anyway',
      {
        volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/shared' }],
        ephemeralStorageGib: 21,
      },
      { argv: ['true'] },
      {
        ...asRoot,
        sources: new Map([['v', { title: 'EFS file system fs-1', directory: '/shared' }]]),
      },
    ],
    ['a volume that nobody mounts', { volumes: [{ name: 'v' }] }, { argv: ['true'] }],
    [
      'a device that is there anyway',
      { linuxParameters: { devices: [{ hostPath: '/dev/fuse' }] } },
      { argv: ['true'] },
    ],
    [
      'what has no effect',
      {
        privileged: true,
        readonlyRootFilesystem: true,
        linuxParameters: { initProcessEnabled: true, sharedMemorySize: 64 },
      },
      { argv: ['true'] },
    ],
    ['our own log driver', { logConfiguration: { logDriver: 'awslogs' } }, { argv: ['true'] }],
  ];
  for (const [title, facts, expected, surroundings = asRoot] of cases) {
    const made = planLaunch(spec(facts), surroundings);
    assert.ok('request' in made, title);
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(made.request[key as keyof LaunchRequest], value, title);
  }
});

test('what a process cannot have says why it does not start', () => {
  const cases: [Partial<ContainerSpec>, RegExp, Surroundings?][] = [
    [{ command: [] }, /needs a command/],
    [{ gpus: 1 }, /GPU/],
    [{ logConfiguration: { logDriver: 'syslog' } }, /no log driver syslog/],
    [{ user: 'bob' }, /no user bob/],
    [{ user: 'root' }, /only where the server runs as root/, asAlice],
    [
      { volumes: [{ name: 'v' }], mountPoints: [{ sourceVolume: 'v', containerPath: '/data' }] },
      /volume v at \/data/,
    ],
    [
      {
        volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/elsewhere' }],
      },
      /volume v at \/elsewhere/,
      {
        ...asRoot,
        sources: new Map([['v', { title: 'EFS file system fs-1', directory: '/shared' }]]),
      },
    ],
    [
      {
        volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/shared' }],
      },
      /EFS file system fs-1 is at nas\.lab/,
      {
        ...asRoot,
        sources: new Map([['v', { title: 'EFS file system fs-1', server: 'nas.lab', path: '/' }]]),
      },
    ],
    [
      {
        volumes: [{ name: 'v', host: { sourcePath: '/d' } }],
        mountPoints: [{ sourceVolume: 'v', containerPath: '/d', readOnly: true }],
      },
      /volume v at \/d/,
    ],
    [{ mountPoints: [{ sourceVolume: 'none', containerPath: '/data' }] }, /volume none/],
    [
      { linuxParameters: { devices: [{ hostPath: '/dev/a', containerPath: '/dev/b' }] } },
      /device \/dev\/a as \/dev\/b/,
    ],
    [
      { linuxParameters: { tmpfs: [{ containerPath: '/scratch', size: 1 }] } },
      /tmpfs at \/scratch/,
    ],
    [{ ulimits: [{ name: 'speed', softLimit: 1, hardLimit: 1 }] }, /no ulimit 'speed'/],
    [
      { ulimits: [{ name: 'core', softLimit: 0, hardLimit: 0 }] },
      /prlimit, which this machine does not have/,
      { ...asRoot, isExecutable: () => false },
    ],
    [
      { command: ['nothing'], ulimits: [{ name: 'core', softLimit: 0, hardLimit: 0 }] },
      /"nothing": executable file not found in \$PATH/,
    ],
  ];
  for (const [facts, expected, surroundings = asRoot] of cases) {
    const made = planLaunch(spec(facts), surroundings);
    assert.ok('cannotStart' in made, String(expected));
    assert.match(made.cannotStart, /^CannotStartContainerError: the process engine /);
    assert.match(made.cannotStart, expected);
  }
});

test('users are named as for docker run', () => {
  const cases: [string, ReturnType<typeof resolveUser>][] = [
    ['alice', { uid: 1000, gid: 100 }],
    ['1000', { uid: 1000, gid: 100 }],
    ['alice:staff', { uid: 1000, gid: 50 }],
    ['alice:7', { uid: 1000, gid: 7 }],
    ['77', { uid: 77, gid: 0 }],
    ['77:88', { uid: 77, gid: 88 }],
    ['bob', 'finds no user bob in /etc/passwd'],
    ['alice:none', 'finds no group none in /etc/group'],
    ['-1', 'finds no user -1 in /etc/passwd'],
  ];
  for (const [user, expected] of cases) assert.deepEqual(resolveUser(user, files), expected, user);
});

// Where a volume on a file system of AWS is: a table of what jobs say and what the operator named.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EFSVolumeConfiguration, S3FilesVolumeConfiguration } from '@aws-sdk/client-batch';
import { volumeSources, type FileSystems, type VolumeSource } from './file-systems.ts';

const places: FileSystems = {
  efs: new Map([
    ['fs-dir', { directory: '/mnt/shared' }],
    ['fs-nfs', { server: 'nas.lab', path: '/export' }],
    ['fs-root', { server: 'nas.lab', path: '/' }],
    ['fsap-dir', { directory: '/mnt/point' }],
  ]),
  s3Files: new Map([
    ['fs-dir', { directory: '/mnt/s3' }],
    ['fsap-dir', { directory: '/mnt/s3-point' }],
  ]),
};

const sourceOf = (
  volume: {
    efsVolumeConfiguration?: EFSVolumeConfiguration;
    s3filesVolumeConfiguration?: S3FilesVolumeConfiguration;
  },
  region = 'eu-west-1',
): VolumeSource | string | undefined => {
  const found = volumeSources([{ name: 'v', ...volume }], region, places);
  return 'cannotStart' in found ? found.cannotStart : found.get('v');
};
const efs = (
  fileSystemId: string,
  more: Partial<EFSVolumeConfiguration> = {},
  region?: string,
): VolumeSource | string | undefined =>
  sourceOf({ efsVolumeConfiguration: { fileSystemId, ...more } }, region);
const s3Files = (
  id: string,
  more: Partial<S3FilesVolumeConfiguration> = {},
): VolumeSource | string | undefined =>
  sourceOf({
    s3filesVolumeConfiguration: {
      fileSystemArn: `arn:aws:s3files:eu-west-1:123456789012:file-system/${id}`,
      ...more,
    },
  });
const encrypted = { transitEncryption: 'ENABLED' } as const;
const through = (accessPointId: string): Partial<EFSVolumeConfiguration> => ({
  ...encrypted,
  authorizationConfig: { accessPointId, iam: 'ENABLED' },
});

test('a directory of the host stands for a file system, encrypted or not, as for an access point', () => {
  const title = 'EFS file system fs-dir';
  const cases: [VolumeSource | string | undefined, VolumeSource][] = [
    [efs('fs-dir'), { title, directory: '/mnt/shared', within: '' }],
    [
      efs('fs-dir', { rootDirectory: '/', ...encrypted }),
      { title, directory: '/mnt/shared', within: '' },
    ],
    [
      efs('fs-dir', { rootDirectory: '//a/./b/' }),
      { title, directory: '/mnt/shared', within: '/a/b' },
    ],
    [efs('fs-dir', through('fsap-dir')), { title, directory: '/mnt/point', within: '' }],
    [
      s3Files('fs-dir', { rootDirectory: '/a' }),
      { title: 'S3 Files file system fs-dir', directory: '/mnt/s3', within: '/a' },
    ],
    [
      s3Files('fs-dir', {
        accessPointArn:
          'arn:aws:s3files:eu-west-1:123456789012:file-system/fs-dir/access-point/fsap-dir',
      }),
      { title: 'S3 Files file system fs-dir', directory: '/mnt/s3-point', within: '' },
    ],
  ];
  for (const [found, expected] of cases) assert.deepEqual(found, expected);
});

test('an NFS server stands for one, else EFS is where its users find it', () => {
  const cases: [VolumeSource | string | undefined, string, string][] = [
    [efs('fs-nfs'), 'nas.lab', '/export'],
    [efs('fs-nfs', { rootDirectory: '/a', ...encrypted }), 'nas.lab', '/export/a'],
    [efs('fs-root', { rootDirectory: '/a' }), 'nas.lab', '/a'],
    [efs('fs-root'), 'nas.lab', '/'],
    [efs('fs-1'), 'fs-1.efs.eu-west-1.amazonaws.com', '/'],
    [efs('fs-1', { rootDirectory: '/a/b' }), 'fs-1.efs.eu-west-1.amazonaws.com', '/a/b'],
    [efs('fs-1', {}, 'cn-north-1'), 'fs-1.efs.cn-north-1.amazonaws.com.cn', '/'],
  ];
  for (const [found, server, path] of cases) {
    assert.ok(typeof found === 'object' && 'server' in found, JSON.stringify(found));
    assert.deepEqual([found.server, found.path], [server, path]);
  }
});

test('what takes Amazon’s mount helper says so, and which flag would do', () => {
  const cases: [VolumeSource | string | undefined, RegExp][] = [
    [
      efs('fs-1', encrypted),
      /^ResourceInitializationError: unable to set up volume v: EFS file system fs-1 .*encryption.*--efs fs-1=\/path/,
    ],
    [efs('fs-1', through('fsap-1')), /--efs fsap-1=\/path/],
    [efs('fs-dir', through('fsap-1')), /what access point fsap-1 shows .*--efs fsap-1=\/path/],
    [s3Files('fs-1'), /S3 Files file system fs-1 .*--s3-files fs-1=\/path/],
    [
      s3Files('fs-dir', { accessPointArn: 'arn:x:file-system/fs-dir/access-point/fsap-1' }),
      /what access point fsap-1 shows .*--s3-files fsap-1=\/path/,
    ],
    [efs('fs-dir', { rootDirectory: '/a/../..' }), /holds '\.\.'/],
  ];
  for (const [found, expected] of cases) {
    assert.ok(typeof found === 'string', JSON.stringify(found));
    assert.match(found, expected);
  }
});

test('volumes of other kinds have no source here', () => {
  const found = volumeSources(
    [
      { name: 'host', host: { sourcePath: '/x' } },
      { name: 'made' },
      { name: 'nothing', efsVolumeConfiguration: {} as EFSVolumeConfiguration },
    ],
    'us-east-1',
    places,
  );
  assert.ok(!('cannotStart' in found));
  assert.equal(found.size, 0);
});

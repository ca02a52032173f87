// Launch templates in an environment: who has the last word on what, which override and which
// version apply, and the disks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ec2Catalogue } from '../instance-type/catalogue.ts';
import { mergeBlockDevices } from './block-devices.ts';
import {
  launchParameters,
  templateFor,
  versionOf,
  type LaunchTemplateData,
} from './launch-template.ts';

const root = {
  deviceName: '/dev/xvda',
  ebs: { volumeSizeGib: 30, volumeType: 'gp2', snapshotId: 'snap-1', deleteOnTermination: true },
};

test('the environment’s parameters take precedence, tags are merged, and what Batch controls is ignored', () => {
  const template: LaunchTemplateData = {
    keyName: 'theirs',
    securityGroupIds: ['sg-t'],
    instanceTags: { a: 't', b: 't' },
    placementGroup: 'pg-t',
    instanceType: 'm5.large',
    instanceProfile: 'p',
    instanceMarketOptions: { MarketType: 'spot' },
    disableApiTermination: true,
    networkInterfaces: [{ subnetId: 'subnet-t', associatePublicIp: false }],
    blockDevices: [
      { deviceName: '/dev/xvdcz', ebs: { encrypted: true, volumeSizeGib: 100, volumeType: 'gp2' } },
    ],
  };
  const merged = launchParameters(
    {
      ec2KeyPair: 'ours',
      securityGroupIds: ['sg-e'],
      tags: { b: 'e', c: 'e' },
      instanceRole: 'role',
      placementGroup: 'pg-e',
    },
    template,
    [root],
  );
  assert.deepEqual(merged, {
    keyName: 'ours',
    securityGroupIds: ['sg-e'],
    tags: { a: 't', b: 'e', c: 'e' },
    instanceProfile: 'role',
    placementGroup: 'pg-e',
    publicIp: false,
    blockDevices: [
      root,
      { deviceName: '/dev/xvdcz', ebs: { encrypted: true, volumeSizeGib: 100, volumeType: 'gp2' } },
    ],
    ignored: [
      'InstanceType',
      'IamInstanceProfile',
      'NetworkInterfaces.SubnetId',
      'InstanceMarketOptions',
      'DisableApiTermination',
    ],
  });
});

test('what the environment does not say comes from the template', () => {
  const given = { instanceRole: 'role', securityGroupIds: [], ec2KeyPair: '' };
  const merged = launchParameters(
    given,
    { keyName: 'theirs', networkInterfaces: [{ groups: ['sg-1', 'sg-2'] }, { groups: ['sg-1'] }] },
    [],
  );
  assert.deepEqual(
    [merged.keyName, merged.securityGroupIds, merged.ignored],
    ['theirs', ['sg-1', 'sg-2'], []],
  );
});

const specification = {
  launchTemplateId: 'lt-own',
  version: '3',
  overrides: [
    { launchTemplateId: 'lt-family', targetInstanceTypes: ['m5'] },
    { launchTemplateId: 'lt-exact', targetInstanceTypes: ['m5.large', 'c5.large'] },
  ],
};
const overrides: [string, string | undefined][] = [
  ['m5.large', 'lt-exact'],
  ['m5.xlarge', 'lt-family'],
  ['c5.large', 'lt-exact'],
  ['c5.xlarge', 'lt-own'],
];

test('an override is for its types, an exact one before a family', () => {
  for (const [type, id] of overrides)
    assert.equal(
      templateFor(specification, ec2Catalogue.type(type)!, ec2Catalogue)?.launchTemplateId,
      id,
      type,
    );
  assert.equal(templateFor(undefined, ec2Catalogue.type('m5.large')!, ec2Catalogue), undefined);
});

const versions = {
  defaultVersion: 2,
  latestVersion: 5,
  has: (version: number) => [1, 2, 5].includes(version),
};

test('versions: the default, the latest, or one that there is', () => {
  const cases: [string | undefined, number][] = [
    [undefined, 2],
    ['', 2],
    ['$Default', 2],
    ['$Latest', 5],
    ['1', 1],
  ];
  for (const [text, version] of cases) assert.equal(versionOf(text, versions), version);
  assert.match(JSON.stringify(versionOf('3', versions)), /has no version 3/);
  assert.match(
    JSON.stringify(versionOf('latest', versions)),
    /must be \$Default, \$Latest or a number/,
  );
});

test('disks: a later list changes what it names and leaves the rest', () => {
  assert.deepEqual(
    mergeBlockDevices(
      [root],
      [{ deviceName: '/dev/xvda', ebs: { volumeSizeGib: 100, volumeType: undefined } }],
    ),
    [{ deviceName: '/dev/xvda', ebs: { ...root.ebs, volumeSizeGib: 100 } }],
  );
  assert.deepEqual(
    mergeBlockDevices(
      [root, { deviceName: '/dev/sdb', virtualName: 'ephemeral0' }],
      [{ deviceName: '/dev/sdb', noDevice: true }],
    ),
    [root],
  );
  assert.deepEqual(
    mergeBlockDevices(
      [{ deviceName: '/dev/sdb', ebs: { volumeSizeGib: 8 } }],
      [{ deviceName: '/dev/sdb', virtualName: 'ephemeral0' }],
    ),
    [{ deviceName: '/dev/sdb', virtualName: 'ephemeral0' }],
  );
});

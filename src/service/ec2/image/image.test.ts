// EC2's images: those that come with the service, registering one's own from their snapshots, what
// is installed in them, and every refusal by its code.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkImage } from '../../../core/image/specification.ts';
import { Ec2, type Answer } from '../../../../test/house/ec2.ts';
import { imagesOf } from './image.ts';

async function catalogue(ec2 = new Ec2()) {
  const { Images } = await ec2.call('DescribeImages', {
    Owners: ['amazon'],
    Filters: [{ Name: 'name', Values: ['al2023-ami-ecs-hvm-*-x86_64'] }],
  });
  const base = Images.at(-1) as Answer;
  const snapshot = base['BlockDeviceMappings'][0].Ebs.SnapshotId as string;
  const root = { DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot } };
  const image = { Name: 'my image', RootDeviceName: '/dev/xvda', BlockDeviceMappings: [root] };
  const register = async (more: object = {}): Promise<string> =>
    (await ec2.call('RegisterImage', { ...image, ...more }))['ImageId'];
  return { ec2, base, snapshot, root, image, register };
}

describe('images that come with the service', () => {
  it('are Amazon’s ECS-optimized ones, for everybody', async () => {
    const { ec2, base } = await catalogue();
    assert.match(base['ImageId'], /^ami-0[0-9a-f]{16}$/);
    assert.deepEqual(
      [
        base['State'],
        base['Public'],
        base['ImageOwnerAlias'],
        base['Architecture'],
        base['VirtualizationType'],
        base['RootDeviceType'],
      ],
      ['available', true, 'amazon', 'x86_64', 'hvm', 'ebs'],
    );
    assert.deepEqual((await ec2.call('DescribeImages', { Owners: ['self'] }))['Images'], []);
    assert.equal(
      await ec2.refusal('DeregisterImage', { ImageId: base['ImageId'] }),
      'AuthFailure 403',
    );
    assert.equal(
      await ec2.refusal('CreateTags', {
        Resources: [base['ImageId']],
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
      'InvalidAMIID.NotFound',
    );
    const first = await ec2.call('DescribeImages', { MaxResults: 2 });
    assert.deepEqual([first['Images'].length, typeof first['NextToken']], [2, 'string']);
  });
});

describe('an image of one’s own', () => {
  it('is registered from a snapshot, shown, and deregistered', async () => {
    const { ec2, register, snapshot } = await catalogue();
    const ImageId = await register({
      Description: 'with tools',
      TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'a', Value: 'b' }] }],
      EnaSupport: true,
    });
    const { Images } = await ec2.call('DescribeImages', { Owners: ['self'] });
    assert.equal(Images.length, 1);
    const [shown] = Images;
    assert.deepEqual(
      [
        shown.ImageId,
        shown.OwnerId,
        shown.ImageLocation,
        shown.Public,
        shown.Tags,
        shown.EnaSupport,
      ],
      [ImageId, '123456789012', '123456789012/my image', false, [{ Key: 'a', Value: 'b' }], true],
    );
    assert.deepEqual(
      { ...shown.BlockDeviceMappings[0].Ebs },
      {
        VolumeSize: 30,
        VolumeType: 'gp2',
        SnapshotId: snapshot,
        Iops: undefined,
        Throughput: undefined,
        Encrypted: false,
        KmsKeyId: undefined,
        DeleteOnTermination: true,
      },
    );
    assert.deepEqual(await ec2.call('DeregisterImage', { ImageId }), { Return: true });
    assert.equal(
      await ec2.refusal('DescribeImages', { ImageIds: [ImageId] }),
      'InvalidAMIID.NotFound',
    );
  });

  it('has installed what its snapshot had, unless its tags say otherwise', async () => {
    const { ec2, register } = await catalogue();
    const ImageId = await register();
    const failures = (): string[] => {
      const rows = ec2.rig.control.reader.resources
        .resources({ service: 'ec2', scope: '123456789012/eu-west-1' as never }, 'image')
        .map(({ body }) => body);
      const image = imagesOf({
        all: () => rows as never[],
        from: () => rows as never[],
        get: () => undefined,
      }).find((one) => one.id === ImageId);
      return checkImage(image ?? assert.fail(), {
        architecture: 'X86_64',
        gpus: false,
        multiNode: true,
      }).map(({ requirement }) => requirement);
    };
    assert.deepEqual(failures(), []);
    for (const [key, value, requirement] of [
      ['longshore:kernel', '2.6.32', 'kernel'],
      ['longshore:docker', 'none', 'docker'],
      ['longshore:docker', '1.8.3', 'docker'],
      ['longshore:agent', 'none', 'agent'],
      ['longshore:agent-checkpoint', 'true', 'agent-checkpoint'],
      ['longshore:logging-drivers', 'json-file, syslog', 'awslogs'],
      ['longshore:operating-system', 'windows', 'linux'],
      ['longshore:ecs-init', 'false', 'ecs-init'],
    ] as const) {
      await ec2.call('CreateTags', { Resources: [ImageId], Tags: [{ Key: key, Value: value }] });
      assert.deepEqual(failures(), [requirement], `${key}=${value}`);
      await ec2.call('DeleteTags', { Resources: [ImageId] });
    }
  });

  it('is refused with what is wrong', async () => {
    const { ec2, image, root, register } = await catalogue();
    await register();
    const other = { ...image, Name: 'other' };
    const disk = (more: object) => ({
      ...other,
      BlockDeviceMappings: [root, { DeviceName: '/dev/sdb', ...more }],
    });
    for (const [input, code] of [
      [image, 'InvalidAMIName.Duplicate'],
      [{ ...other, Name: 'a' }, 'InvalidAMIName.Malformed'],
      [{ ...other, Name: undefined }, 'MissingParameter'],
      [{ ...other, RootDeviceName: undefined }, 'MissingParameter'],
      [{ ...other, RootDeviceName: '/dev/sda1' }, 'MissingParameter'],
      [
        { ...other, BlockDeviceMappings: [{ ...root, Ebs: { SnapshotId: 'snap-1' } }] },
        'InvalidSnapshot.NotFound',
      ],
      [
        { ...other, BlockDeviceMappings: [{ ...root, Ebs: { ...root.Ebs, VolumeSize: 8 } }] },
        'InvalidBlockDeviceMapping',
      ],
      [{ ...other, Architecture: 'i386' }, 'InvalidParameterValue'],
      [{ ...other, VirtualizationType: 'qemu' }, 'InvalidParameterValue'],
      [{ ...other, BootMode: 'floppy' }, 'InvalidParameterValue'],
      [{ ...other, ImageLocation: 'bucket/manifest' }, 'UnsupportedOperation'],
      [disk({}), 'InvalidBlockDeviceMapping'],
      [disk({ Ebs: {} }), 'MissingParameter'],
      [disk({ Ebs: { VolumeSize: 0 } }), 'InvalidBlockDeviceMapping'],
      [disk({ Ebs: { VolumeSize: 9, VolumeType: 'tape' } }), 'InvalidParameterValue'],
      [disk({ VirtualName: 'tape0' }), 'InvalidBlockDeviceMapping'],
      [disk({ DeviceName: '../x', VirtualName: 'ephemeral0' }), 'InvalidBlockDeviceMapping'],
    ] as const)
      assert.equal(await ec2.refusal('RegisterImage', input), code, JSON.stringify(input));
    for (const [name, input, code] of [
      ['DescribeImages', { ImageIds: ['x'] }, 'InvalidAMIID.Malformed'],
      ['DescribeImages', { ImageIds: ['ami-00000000'] }, 'InvalidAMIID.NotFound'],
      ['DescribeImages', { ExecutableUsers: ['self'] }, 'UnsupportedOperation'],
      ['DeregisterImage', { ImageId: 'ami-00000000' }, 'InvalidAMIID.NotFound'],
    ] as const)
      assert.equal(await ec2.refusal(name, input), code, name);
  });
});

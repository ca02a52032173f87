// EC2's launch templates: their versions, how each is named, and every refusal by its code.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import * as sdk from '@aws-sdk/client-ec2';
import { NormalizedSchema } from '@smithy/core/schema';
import { Ec2, type Answer } from '../../../../test/house/ec2.ts';

const data = {
  ImageId: 'ami-00000001',
  UserData: Buffer.from('#!/bin/sh').toString('base64'),
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvdcz', Ebs: { Encrypted: true, VolumeSize: 100, VolumeType: 'gp2' } },
  ],
};

async function withTemplate(more: object = {}) {
  const ec2 = new Ec2();
  const { LaunchTemplate } = await ec2.call('CreateLaunchTemplate', {
    LaunchTemplateName: 'increase-container-volume-encrypt',
    LaunchTemplateData: data,
    ...more,
  });
  const LaunchTemplateId = LaunchTemplate.LaunchTemplateId as string;
  const versions = async (input: object = {}): Promise<Answer[]> =>
    (await ec2.call('DescribeLaunchTemplateVersions', { LaunchTemplateId, ...input }))[
      'LaunchTemplateVersions'
    ];
  return { ec2, LaunchTemplate: LaunchTemplate as Answer, LaunchTemplateId, versions };
}

test('every member that a template may be given is one that it is shown with', () => {
  const compare = (given: NormalizedSchema, shown: NormalizedSchema, path: string): void => {
    const members = new Map([...shown.structIterator()]);
    for (const [name, member] of given.structIterator()) {
      const other = members.get(name);
      assert.ok(other, `${path}${name}`);
      const [inner, outer] = [member, other].map((schema) =>
        schema.isListSchema() ? schema.getValueSchema() : schema,
      ) as [NormalizedSchema, NormalizedSchema];
      if (inner.isStructSchema()) compare(inner, outer, `${path}${name}.`);
      // Times are shown as times again: those that are known to the code, and no others.
      else if (inner.isTimestampSchema() || inner.isBlobSchema())
        assert.equal(path + name, 'InstanceMarketOptions.SpotOptions.ValidUntil');
    }
  };
  compare(
    NormalizedSchema.of(sdk.RequestLaunchTemplateData$),
    NormalizedSchema.of(sdk.ResponseLaunchTemplateData$),
    '',
  );
});

describe('a launch template', () => {
  it('is made with a first version, which is its default', async () => {
    const { LaunchTemplate, versions } = await withTemplate({
      VersionDescription: 'first',
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    assert.match(LaunchTemplate['LaunchTemplateId'], /^lt-0[0-9a-f]{16}$/);
    assert.deepEqual(
      [
        LaunchTemplate['DefaultVersionNumber'],
        LaunchTemplate['LatestVersionNumber'],
        LaunchTemplate['CreatedBy'],
        LaunchTemplate['Tags'],
      ],
      [1, 1, 'arn:aws:iam::123456789012:root', [{ Key: 'a', Value: 'b' }]],
    );
    const [version] = await versions({ Versions: ['$Default'] });
    assert.deepEqual(
      [
        version?.['LaunchTemplateData'],
        version?.['VersionDescription'],
        version?.['DefaultVersion'],
      ],
      [data, 'first', true],
    );
  });

  it('has versions that build on others, by $Default, $Latest and number, newest first', async () => {
    const { ec2, LaunchTemplateId, versions } = await withTemplate();
    const { LaunchTemplateVersion: second } = await ec2.call('CreateLaunchTemplateVersion', {
      LaunchTemplateId,
      SourceVersion: '$Default',
      LaunchTemplateData: { ImageId: 'ami-00000002' },
    });
    assert.deepEqual(
      [second.VersionNumber, second.LaunchTemplateData],
      [2, { ...data, ImageId: 'ami-00000002' }],
    );
    await ec2.call('CreateLaunchTemplateVersion', {
      LaunchTemplateName: 'increase-container-volume-encrypt',
      LaunchTemplateData: { KeyName: 'k' },
    });
    const numbers = async (input: object = {}) =>
      (await versions(input)).map((one) => one['VersionNumber']);
    assert.deepEqual(await numbers(), [3, 2, 1]);
    assert.deepEqual(await numbers({ Versions: ['$Default', '1', '$Latest'] }), [3, 1]);
    assert.deepEqual(await numbers({ MinVersion: '2' }), [3, 2]);
    assert.deepEqual(await numbers({ MaxVersion: '1' }), [1]);
    assert.deepEqual(await numbers({ Filters: [{ Name: 'image-id', Values: ['ami-*'] }] }), [2, 1]);
    await ec2.call('ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion: '2' });
    assert.deepEqual(await numbers({ Versions: ['$Default'] }), [2]);
    assert.deepEqual(
      (await versions({ LaunchTemplateId: undefined, Versions: ['$Latest', '$Default'] })).map(
        (one) => one['VersionNumber'],
      ),
      [3, 2],
    );
  });

  it('is told page by page, and so are its versions', async () => {
    const { ec2, LaunchTemplateId } = await withTemplate();
    for (let at = 0; at < 4; at++)
      await ec2.call('CreateLaunchTemplateVersion', {
        LaunchTemplateId,
        LaunchTemplateData: { KeyName: 'k' },
      });
    const first = await ec2.call('DescribeLaunchTemplateVersions', {
      LaunchTemplateId,
      MaxResults: 3,
    });
    const second = await ec2.call('DescribeLaunchTemplateVersions', {
      LaunchTemplateId,
      MaxResults: 3,
      NextToken: first['NextToken'],
    });
    assert.deepEqual(
      [...first['LaunchTemplateVersions'], ...second['LaunchTemplateVersions']].map(
        (one: Answer) => one['VersionNumber'],
      ),
      [5, 4, 3, 2, 1],
    );
    assert.equal(second['NextToken'], undefined);
    await ec2.call('CreateLaunchTemplate', {
      LaunchTemplateName: 'other',
      LaunchTemplateData: data,
    });
    const { LaunchTemplates, NextToken } = await ec2.call('DescribeLaunchTemplates', {
      MaxResults: 1,
    });
    assert.deepEqual([LaunchTemplates.length, typeof NextToken], [1, 'string']);
    assert.equal(
      (await ec2.call('DescribeLaunchTemplates', { LaunchTemplateNames: ['other'] }))[
        'LaunchTemplates'
      ][0].LaunchTemplateName,
      'other',
    );
  });

  it('loses versions but its default, and no number comes twice', async () => {
    const { ec2, LaunchTemplateId, versions } = await withTemplate();
    const add = async (): Promise<number> =>
      (
        await ec2.call('CreateLaunchTemplateVersion', {
          LaunchTemplateId,
          LaunchTemplateData: data,
        })
      )['LaunchTemplateVersion'].VersionNumber;
    await add();
    await add();
    const answer = await ec2.call('DeleteLaunchTemplateVersions', {
      LaunchTemplateId,
      Versions: ['1', '3', '9'],
    });
    assert.deepEqual(
      answer['SuccessfullyDeletedLaunchTemplateVersions'].map(
        (one: Answer) => one['VersionNumber'],
      ),
      [3],
    );
    assert.deepEqual(
      answer['UnsuccessfullyDeletedLaunchTemplateVersions'].map((one: Answer) => [
        one['VersionNumber'],
        one['ResponseError'].Code,
      ]),
      [
        [1, 'unexpectedError'],
        [9, 'launchTemplateVersionDoesNotExist'],
      ],
    );
    assert.deepEqual(
      (await versions({ Versions: ['$Latest'] })).map((one) => one['VersionNumber']),
      [2],
    );
    assert.equal(await add(), 4);
    await ec2.call('DeleteLaunchTemplate', { LaunchTemplateId });
    assert.equal(
      await ec2.refusal('DescribeLaunchTemplates', { LaunchTemplateIds: [LaunchTemplateId] }),
      'InvalidLaunchTemplateId.NotFound',
    );
    assert.deepEqual(
      ec2.rig.control.reader.resources.resources(
        { service: 'ec2', scope: '123456789012/eu-west-1' as never },
        'launch-template-version',
      ),
      [],
    );
  });

  it('shows times as times', async () => {
    const ValidUntil = new Date('2027-01-02T03:04:05Z');
    const { versions } = await withTemplate({
      LaunchTemplateData: {
        InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '1', ValidUntil } },
      },
    });
    assert.deepEqual((await versions())[0]?.['LaunchTemplateData'], {
      InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '1', ValidUntil } },
    });
  });

  it('is refused with what is wrong', async () => {
    const { ec2, LaunchTemplateId } = await withTemplate();
    const LaunchTemplateName = 'increase-container-volume-encrypt';
    for (const [name, input, code] of [
      [
        'CreateLaunchTemplate',
        { LaunchTemplateName, LaunchTemplateData: data },
        'InvalidLaunchTemplateName.AlreadyExistsException',
      ],
      [
        'CreateLaunchTemplate',
        { LaunchTemplateName: 'a', LaunchTemplateData: data },
        'InvalidLaunchTemplateName.MalformedException',
      ],
      [
        'CreateLaunchTemplate',
        { LaunchTemplateName: 'abc', LaunchTemplateData: {} },
        'MissingParameter',
      ],
      [
        'CreateLaunchTemplate',
        { LaunchTemplateName: 'abc', LaunchTemplateData: { UserData: '#!/bin/sh' } },
        'InvalidUserData.Malformed',
      ],
      [
        'CreateLaunchTemplate',
        {
          LaunchTemplateName: 'abc',
          LaunchTemplateData: { UserData: Buffer.alloc(16_385).toString('base64') },
        },
        'InvalidUserData.Malformed',
      ],
      [
        'CreateLaunchTemplate',
        {
          LaunchTemplateName: 'abc',
          LaunchTemplateData: data,
          VersionDescription: 'x'.repeat(256),
        },
        'InvalidParameterValue',
      ],
      ['CreateLaunchTemplateVersion', { LaunchTemplateData: data }, 'MissingParameter'],
      [
        'CreateLaunchTemplateVersion',
        { LaunchTemplateId, LaunchTemplateName, LaunchTemplateData: data },
        'InvalidParameterCombination',
      ],
      [
        'CreateLaunchTemplateVersion',
        { LaunchTemplateId: 'lt-x', LaunchTemplateData: data },
        'InvalidLaunchTemplateId.Malformed',
      ],
      [
        'CreateLaunchTemplateVersion',
        { LaunchTemplateId: 'lt-00000001', LaunchTemplateData: data },
        'InvalidLaunchTemplateId.NotFound',
      ],
      [
        'CreateLaunchTemplateVersion',
        { LaunchTemplateId, SourceVersion: '9', LaunchTemplateData: data },
        'InvalidLaunchTemplateId.VersionNotFound',
      ],
      ['ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion: 'x' }, 'InvalidParameterValue'],
      ['ModifyLaunchTemplate', { LaunchTemplateId }, 'MissingParameter'],
      [
        'DescribeLaunchTemplates',
        { LaunchTemplateNames: ['none'] },
        'InvalidLaunchTemplateName.NotFoundException',
      ],
      ['DescribeLaunchTemplateVersions', {}, 'MissingParameter'],
      ['DescribeLaunchTemplateVersions', { Versions: ['1'] }, 'InvalidParameterCombination'],
      [
        'DescribeLaunchTemplateVersions',
        { LaunchTemplateId, Versions: ['1'], MinVersion: '1' },
        'InvalidParameterCombination',
      ],
      [
        'DescribeLaunchTemplateVersions',
        { LaunchTemplateId, Versions: ['9'] },
        'InvalidLaunchTemplateId.VersionNotFound',
      ],
      ['DeleteLaunchTemplateVersions', { LaunchTemplateId, Versions: [] }, 'MissingParameter'],
    ] as const)
      assert.equal(
        await ec2.refusal(name, input),
        code,
        `${name} ${JSON.stringify(input).slice(0, 120)}`,
      );
  });
});

// Instance types as EC2 shows them: their facts, filters, pages and offerings, and every refusal by
// its code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ec2Catalogue } from '../../../core/instance-type/catalogue.ts';
import { parseOwnTypes } from '../../../core/instance-type/own-types.ts';
import { Ec2, type Answer } from '../../../../test/house/ec2.ts';

const describe = (name: string, values: string[]) => ({
  Filters: [{ Name: name, Values: values }],
});

test('types show their facts, EC2’s own and the user’s', async () => {
  const own64 = parseOwnTypes(
    'my-box: 64 vCPUs, 512 GiB, 4 GPUs, arm64, 900 GB disk',
    ec2Catalogue,
  );
  const ec2 = new Ec2({ settings: { instanceTypes: ec2Catalogue.with(own64) } });
  const { InstanceTypes } = await ec2.call('DescribeInstanceTypes', {
    InstanceTypes: ['my-box', 'm5.large'],
  });
  const [large, own] = InstanceTypes as Answer[];
  assert.deepEqual(
    [
      large?.['InstanceType'],
      large?.['VCpuInfo'],
      large?.['MemoryInfo'],
      large?.['GpuInfo'],
      large?.['InstanceStorageSupported'],
    ],
    ['m5.large', { DefaultVCpus: 2 }, { SizeInMiB: 8192 }, undefined, false],
  );
  assert.deepEqual(large?.['SupportedUsageClasses'], ['on-demand', 'spot']);
  assert.deepEqual(
    [own?.['ProcessorInfo'], own?.['InstanceStorageInfo'], own?.['GpuInfo'].Gpus[0].Count],
    [{ SupportedArchitectures: ['arm64'] }, { TotalSizeInGB: 900 }, 4],
  );
});

test('types are filtered by what they have, and come in pages', async () => {
  const ec2 = new Ec2();
  const names = async (input: object): Promise<string[]> =>
    ((await ec2.call('DescribeInstanceTypes', input))['InstanceTypes'] as Answer[]).map(
      (one) => one['InstanceType'] as string,
    );
  assert.deepEqual(
    await names({
      Filters: [
        { Name: 'instance-type', Values: ['c5.*'] },
        { Name: 'vcpu-info.default-vcpus', Values: ['2', '4'] },
      ],
    }),
    ['c5.large', 'c5.xlarge'],
  );
  assert.ok(
    (await names(describe('bare-metal', ['true']))).every((name) => name.includes('metal')),
  );
  const all: string[] = [];
  for (
    let NextToken: string | undefined, first = true;
    first || NextToken !== undefined;
    first = false
  ) {
    const page = await ec2.call('DescribeInstanceTypes', { NextToken });
    assert.ok(page['InstanceTypes'].length <= 100);
    all.push(...(page['InstanceTypes'] as Answer[]).map((one) => one['InstanceType'] as string));
    NextToken = page['NextToken'] as string | undefined;
  }
  assert.deepEqual(all.toSorted(), [...ec2Catalogue.types()].map(({ name }) => name).toSorted());
});

test('every type is offered in the region and in each of its zones', async () => {
  const ec2 = new Ec2();
  const locations = async (LocationType?: string): Promise<string[]> =>
    (
      (
        await ec2.call('DescribeInstanceTypeOfferings', {
          LocationType,
          ...describe('instance-type', ['m5.large']),
        })
      )['InstanceTypeOfferings'] as Answer[]
    ).map((one) => one['Location'] as string);
  assert.deepEqual(await locations(), ['eu-west-1']);
  assert.deepEqual(await locations('availability-zone'), [
    'eu-west-1a',
    'eu-west-1b',
    'eu-west-1c',
  ]);
  assert.deepEqual(await locations('availability-zone-id'), ['euw1-az1', 'euw1-az2', 'euw1-az3']);
  assert.deepEqual(await locations('outpost'), []);
  const first = await ec2.call('DescribeInstanceTypeOfferings', { MaxResults: 5 });
  const second = await ec2.call('DescribeInstanceTypeOfferings', {
    MaxResults: 5,
    NextToken: first['NextToken'],
  });
  assert.ok(
    first['InstanceTypeOfferings'][4].InstanceType <
      second['InstanceTypeOfferings'][0].InstanceType,
  );
});

test('what is asked wrongly is refused', async () => {
  const ec2 = new Ec2();
  for (const [input, code] of [
    [{ InstanceTypes: ['m5.huge'] }, 'InvalidInstanceType'],
    [{ InstanceTypes: Array.from({ length: 101 }, () => 'm5.large') }, 'InvalidParameterValue'],
    [{ InstanceTypes: ['m5.large'], MaxResults: 5 }, 'InvalidParameterCombination'],
    [{ MaxResults: 101 }, 'InvalidParameterValue'],
    [describe('hypervisor', ['nitro']), 'InvalidParameterValue'],
    [{ DryRun: true }, 'DryRunOperation 412'],
  ] as const)
    assert.equal(
      await ec2.refusal('DescribeInstanceTypes', input),
      code,
      JSON.stringify(input).slice(0, 80),
    );
  assert.equal(
    await ec2.refusal('DescribeInstanceTypeOfferings', { LocationType: 'moon' }),
    'InvalidParameterValue',
  );
});

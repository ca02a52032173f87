// DescribeInstanceTypes: EC2's types, and the user's own, with the facts that the catalogue knows.
// Of the API's filters it knows those on these facts.

import type {
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput,
  InstanceTypeInfo,
  UsageClassType,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import type { InstanceType } from '../../../core/instance-type/instance-type.ts';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { invalidCombination, invalidValue, noInstanceTypes } from '../error.ts';
import type { Filters } from '../filter.ts';
import { architectureWord } from '../image/image.ts';
import { limit } from '../../../core/limit.ts';

const usageClasses = ({ spot }: InstanceType): UsageClassType[] =>
  spot ? ['on-demand', 'spot'] : ['on-demand'];

const filters: Filters<InstanceType> = {
  'instance-type': ({ name }) => name,
  'bare-metal': ({ bareMetal }) => bareMetal,
  'burstable-performance-supported': ({ burstable }) => burstable,
  'current-generation': ({ currentGeneration }) => currentGeneration,
  'instance-storage-info.total-size-in-gb': ({ storageGb }) =>
    storageGb > 0 ? storageGb : undefined,
  'instance-storage-supported': ({ storageGb }) => storageGb > 0,
  'memory-info.size-in-mib': ({ memoryMib }) => memoryMib,
  'network-info.maximum-network-interfaces': ({ networkInterfaces }) => networkInterfaces,
  'processor-info.supported-architecture': architectureWord,
  'supported-usage-class': usageClasses,
  'vcpu-info.default-vcpus': ({ vcpus }) => vcpus,
};

export const describeInstanceTypes: Ec2Operation<
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeInstanceTypes', context),

  async handle(deps, input, context) {
    await view(deps, context, input);
    const { InstanceTypes: names = [] } = input;
    if (names.length > limit.ec2.instanceTypesAtOnce)
      throw invalidValue(
        `At most ${limit.ec2.instanceTypesAtOnce} instance types can be asked for at once`,
      );
    if (names.length > 0 && input.MaxResults !== undefined)
      throw invalidCombination(
        'The parameter MaxResults cannot be used with the parameter InstanceTypes',
      );
    const unknown = names.filter((name) => deps.instanceTypes.type(name) === undefined);
    if (unknown.length > 0) throw noInstanceTypes(unknown);
    const { items, NextToken } = described(byName(deps.instanceTypes.types()), input, {
      keyOf: ({ name }) => name,
      keys: names,
      filters,
      most: limit.ec2.instanceTypesAtOnce,
    });
    return { InstanceTypes: items.map(shown), NextToken };
  },
};

export const byName = (types: Iterable<InstanceType>): InstanceType[] =>
  [...types].sort((a, b) => (a.name < b.name ? -1 : 1));

function shown(type: InstanceType): InstanceTypeInfo {
  const { name, vcpus, memoryMib, gpus, storageGb } = type;
  return {
    InstanceType: name as _InstanceType,
    CurrentGeneration: type.currentGeneration,
    SupportedUsageClasses: usageClasses(type),
    BareMetal: type.bareMetal,
    ProcessorInfo: { SupportedArchitectures: [architectureWord(type)] },
    VCpuInfo: { DefaultVCpus: vcpus },
    MemoryInfo: { SizeInMiB: memoryMib },
    InstanceStorageSupported: storageGb > 0,
    InstanceStorageInfo: storageGb > 0 ? { TotalSizeInGB: storageGb } : undefined,
    NetworkInfo: { MaximumNetworkInterfaces: type.networkInterfaces },
    GpuInfo: gpus && {
      Gpus: [
        {
          Name: gpus.name,
          Manufacturer: gpus.manufacturer,
          Count: gpus.count,
          MemoryInfo: { SizeInMiB: gpus.memoryMib },
        },
      ],
      TotalGpuMemoryInMiB: gpus.count * gpus.memoryMib,
    },
    PlacementGroupInfo: {
      SupportedStrategies: [
        ...(type.clusterPlacement ? (['cluster'] as const) : []),
        'partition',
        'spread',
      ],
    },
    BurstablePerformanceSupported: type.burstable,
  };
}

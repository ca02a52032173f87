// DescribeInstanceAttribute: one attribute of an instance, as Terraform reads them one by one. What
// instances cannot be set to here has AWS's default.

import type {
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { invalidParameter } from '../error.ts';
import { given } from '../found.ts';
import { rootDeviceOf, shownDevices } from './instance.ts';
import { knownInstances, named, type KnownInstance } from './known-instance.ts';

type Output = Omit<DescribeInstanceAttributeCommandOutput, '$metadata'>;

const attributes: Readonly<Record<string, (instance: KnownInstance) => Output>> = {
  blockDeviceMapping: (instance) => ({ BlockDeviceMappings: shownDevices(instance) }),
  disableApiStop: () => ({ DisableApiStop: { Value: false } }),
  disableApiTermination: () => ({ DisableApiTermination: { Value: false } }),
  ebsOptimized: () => ({ EbsOptimized: { Value: false } }),
  enaSupport: () => ({ EnaSupport: { Value: true } }),
  enclaveOptions: () => ({ EnclaveOptions: { Enabled: false } }),
  groupSet: ({ groups }) => ({
    Groups: groups.map(({ id, name }) => ({ GroupId: id, GroupName: name })),
  }),
  instanceInitiatedShutdownBehavior: () => ({
    InstanceInitiatedShutdownBehavior: { Value: 'stop' },
  }),
  instanceType: ({ type }) => ({ InstanceType: { Value: type.name } }),
  kernel: () => ({ KernelId: {} }),
  productCodes: () => ({ ProductCodes: [] }),
  ramdisk: () => ({ RamdiskId: {} }),
  rootDeviceName: (instance) => ({ RootDeviceName: { Value: rootDeviceOf(instance) } }),
  sourceDestCheck: () => ({ SourceDestCheck: { Value: true } }),
  sriovNetSupport: () => ({ SriovNetSupport: {} }),
  userData: ({ own }) => ({ UserData: own?.userData === undefined ? {} : { Value: own.userData } }),
};

export const describeInstanceAttribute: Ec2Operation<
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceAttributeCommandOutput
> = {
  authorizes: (input, context) =>
    on('DescribeInstanceAttribute', context, 'instance', input.InstanceId),

  async handle(deps, input, context) {
    const attribute = given(input.Attribute, 'attribute');
    const read = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
    if (read === undefined)
      throw invalidParameter('attribute', String(attribute).slice(0, 64), 'Unknown attribute.');
    const [instance] = named(await knownInstances(deps, context, input), [
      given(input.InstanceId, 'instanceId'),
    ]);
    return { InstanceId: input.InstanceId, ...(instance && read(instance)) };
  },
};

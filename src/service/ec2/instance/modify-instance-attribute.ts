// ModifyInstanceAttribute: the security groups of one's own instance, and its type while it is
// stopped. What has one value here may be set to that; any other is refused.

import type {
  ModifyInstanceAttributeCommandInput,
  ModifyInstanceAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { incorrectInstanceState, noInstanceTypes, notSupported } from '../error.ts';
import { foundGroup, given, refuse } from '../found.ts';
import { knownInstances, named } from './known-instance.ts';

export const modifyInstanceAttribute: Ec2Operation<
  ModifyInstanceAttributeCommandInput,
  ModifyInstanceAttributeCommandOutput
> = {
  authorizes: (input, context) =>
    on('ModifyInstanceAttribute', context, 'instance', input.InstanceId),

  async handle(deps, input, context) {
    refuse(
      input,
      'Attribute',
      'BlockDeviceMappings',
      'Kernel',
      'Ramdisk',
      'UserData',
      'Value',
      'SriovNetSupport',
    );
    for (const name of ['DisableApiTermination', 'DisableApiStop', 'EbsOptimized'] as const)
      if (input[name]?.Value) throw notSupported(name);
    for (const name of ['SourceDestCheck', 'EnaSupport'] as const)
      if (input[name]?.Value === false) throw notSupported(name);
    if ((input.InstanceInitiatedShutdownBehavior?.Value ?? 'stop') !== 'stop')
      throw notSupported('InstanceInitiatedShutdownBehavior');
    const [known] = named(await knownInstances(deps, context, { DryRun: false }), [
      given(input.InstanceId, 'instanceId'),
    ]);
    const instanceType = input.InstanceType?.Value;
    const groups = input.Groups ?? [];
    if (known === undefined || (instanceType === undefined && groups.length === 0)) return {};
    if (known.own === undefined)
      throw notSupported('Changing an instance of a compute environment');
    if (instanceType !== undefined && deps.instanceTypes.type(instanceType) === undefined)
      throw noInstanceTypes([instanceType]);
    if (instanceType !== undefined && known.state !== 'stopped')
      throw incorrectInstanceState(known.id, 'changed to another type');
    await change(deps, context, input, (draft) => {
      const own = draft.get('instance', known.id);
      if (own === undefined) return;
      const groupIds =
        groups.length === 0 ? own.groupIds : groups.map((id) => foundGroup(draft, id).id);
      draft.put('instance', own.id, {
        ...own,
        groupIds,
        instanceType: instanceType ?? own.instanceType,
      });
    });
    return {};
  },
};

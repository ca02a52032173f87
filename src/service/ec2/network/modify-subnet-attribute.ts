// ModifySubnetAttribute: whether what is launched into it has a public address.

import type {
  ModifySubnetAttributeCommandInput,
  ModifySubnetAttributeCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { invalidCombination } from '../error.ts';
import { foundSubnet, refuse } from '../found.ts';
import { changeNetwork } from './network.ts';

export const modifySubnetAttribute: Ec2Operation<
  ModifySubnetAttributeCommandInput,
  ModifySubnetAttributeCommandOutput
> = {
  authorizes: (input, context) => on('ModifySubnetAttribute', context, 'subnet', input.SubnetId),

  async handle(deps, input, context) {
    refuse(
      input,
      'AssignIpv6AddressOnCreation',
      'CustomerOwnedIpv4Pool',
      'DisableLniAtDeviceIndex',
      'EnableDns64',
      'EnableLniAtDeviceIndex',
      'EnableResourceNameDnsAAAARecordOnLaunch',
      'EnableResourceNameDnsARecordOnLaunch',
      'MapCustomerOwnedIpOnLaunch',
      'PrivateDnsHostnameTypeOnLaunch',
    );
    const mapPublicIp = input.MapPublicIpOnLaunch?.Value;
    if (mapPublicIp === undefined) throw invalidCombination('No attributes specified.');
    await changeNetwork(deps, context, {}, (draft) => {
      const subnet = foundSubnet(draft, input.SubnetId);
      draft.put('subnet', subnet.id, { ...subnet, mapPublicIp });
    });
    return {};
  },
};

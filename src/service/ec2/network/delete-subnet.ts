// DeleteSubnet. Its association with a route table goes with it; a NAT gateway in it holds it.

import type { DeleteSubnetCommandInput, DeleteSubnetCommandOutput } from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { dependency } from '../error.ts';
import { foundSubnet, natGateways } from '../found.ts';
import { changeNetwork } from './network.ts';

export const deleteSubnet: Ec2Operation<DeleteSubnetCommandInput, DeleteSubnetCommandOutput> = {
  authorizes: (input, context) => on('DeleteSubnet', context, 'subnet', input.SubnetId),

  async handle(deps, input, context) {
    await changeNetwork(deps, context, input, (draft) => {
      const { id } = foundSubnet(draft, input.SubnetId);
      if (natGateways(draft).some(({ subnetId }) => subnetId === id))
        throw dependency('subnet', id);
      for (const table of draft.all('route-table')) {
        const associations = table.associations.filter(({ subnetId }) => subnetId !== id);
        if (associations.length < table.associations.length)
          draft.put('route-table', table.id, { ...table, associations });
      }
      draft.remove('subnet', id);
    });
    return {};
  },
};

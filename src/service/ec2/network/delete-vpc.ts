// DeleteVpc: of one that holds nothing but what it was born with, which goes with it.

import type { DeleteVpcCommandInput, DeleteVpcCommandOutput } from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { dependency } from '../error.ts';
import { foundVpc, natGateways } from '../found.ts';

export const deleteVpc: Ec2Operation<DeleteVpcCommandInput, DeleteVpcCommandOutput> = {
  authorizes: (input, context) => on('DeleteVpc', context, 'vpc', input.VpcId),

  async handle(deps, input, context) {
    await change(deps, context, input, (draft) => {
      const { id } = foundVpc(draft, input.VpcId);
      const inIt = ({ vpcId }: { readonly vpcId?: string | undefined }): boolean => vpcId === id;
      const groups = draft.all('security-group').filter(inIt);
      const tables = draft.all('route-table').filter(inIt);
      const isHeld =
        draft.all('subnet').some(inIt) ||
        draft.all('internet-gateway').some(inIt) ||
        natGateways(draft).some(inIt) ||
        groups.some(({ name }) => name !== 'default') ||
        tables.some(({ mainAssociationId }) => mainAssociationId === undefined);
      if (isHeld) throw dependency('vpc', id);
      for (const group of groups) draft.remove('security-group', group.id);
      for (const table of tables) draft.remove('route-table', table.id);
      draft.remove('vpc', id);
    });
    return {};
  },
};

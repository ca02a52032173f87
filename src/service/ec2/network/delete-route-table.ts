// DeleteRouteTable: not the main one, and none that a subnet uses.

import type {
  DeleteRouteTableCommandInput,
  DeleteRouteTableCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { dependency } from '../error.ts';
import { foundRouteTable } from '../found.ts';

export const deleteRouteTable: Ec2Operation<
  DeleteRouteTableCommandInput,
  DeleteRouteTableCommandOutput
> = {
  authorizes: (input, context) =>
    on('DeleteRouteTable', context, 'route-table', input.RouteTableId),

  async handle(deps, input, context) {
    await change(deps, context, input, (draft) => {
      const { id, mainAssociationId, associations } = foundRouteTable(draft, input.RouteTableId);
      if (mainAssociationId !== undefined || associations.length > 0)
        throw dependency('routeTable', id);
      draft.remove('route-table', id);
    });
    return {};
  },
};

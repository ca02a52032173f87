// CreateRouteTable: with the local route alone.

import type { CreateRouteTableCommandInput, CreateRouteTableCommandOutput } from '@aws-sdk/client-ec2';
import { change, idOf, onAll, type Ec2Operation } from './deps.ts';
import { foundVpc } from './found.ts';
import type { RouteTable } from './resources.ts';
import { shownRouteTable } from './route-table.ts';
import { tagsFor } from './tag.ts';

export const createRouteTable: Ec2Operation<CreateRouteTableCommandInput, CreateRouteTableCommandOutput> = {
  authorizes: () => onAll('CreateRouteTable'),

  async handle(deps, input, context) {
    const tags = tagsFor('route-table', input.TagSpecifications);
    const shown = await change(deps, context, input, (draft) => {
      const table: RouteTable = { id: idOf(deps.ids, 'route-table'), vpcId: foundVpc(draft, input.VpcId).id, associations: [], routes: [], tags };
      draft.put('route-table', table.id, table);
      return shownRouteTable(draft, table, context);
    });
    return { RouteTable: shown, ClientToken: input.ClientToken };
  },
};

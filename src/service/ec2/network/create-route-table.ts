// CreateRouteTable: with the local route alone.

import type {
  CreateRouteTableCommandInput,
  CreateRouteTableCommandOutput,
} from '@aws-sdk/client-ec2';
import { madeBefore, tokenOf } from '../client-token.ts';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { foundVpc } from '../found.ts';
import type { RouteTable } from '../resources.ts';
import { shownRouteTable } from './route-table.ts';
import { tagsFor } from '../tag.ts';

export const createRouteTable: Ec2Operation<
  CreateRouteTableCommandInput,
  CreateRouteTableCommandOutput
> = {
  authorizes: (input, context) =>
    creation(
      'CreateRouteTable',
      context,
      input,
      [arnOf(context, 'route-table')],
      [arnOf(context, 'vpc', input.VpcId)],
    ),

  async handle(deps, input, context) {
    const tags = tagsFor('route-table', input.TagSpecifications);
    const token = tokenOf(input);
    const shown = await change(deps, context, input, (draft) => {
      const before = madeBefore(draft.all('route-table'), token);
      if (before !== undefined) return shownRouteTable(draft, before, context);
      const table: RouteTable = {
        id: idOf(deps.ids, 'route-table'),
        vpcId: foundVpc(draft, input.VpcId).id,
        associations: [],
        routes: [],
        tags,
        token,
      };
      draft.put('route-table', table.id, table);
      return shownRouteTable(draft, table, context);
    });
    return { RouteTable: shown, ClientToken: input.ClientToken };
  },
};

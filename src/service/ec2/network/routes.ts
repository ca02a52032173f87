// CreateRoute, ReplaceRoute and DeleteRoute: what leads where from a table's subnets, by
// destination.

import type {
  CreateRouteCommandInput,
  CreateRouteCommandOutput,
  DeleteRouteCommandInput,
  DeleteRouteCommandOutput,
  ReplaceRouteCommandInput,
  ReplaceRouteCommandOutput,
} from '@aws-sdk/client-ec2';
import { blockText, parseBlock } from '../../../base/ipv4.ts';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { invalidParameter, noRoute, routeExists } from '../error.ts';
import { foundRouteTable, foundVpc, given, refuse } from '../found.ts';
import { changeNetwork } from './network.ts';
import { otherTargets, targetOf } from './route-table.ts';

export const createRoute: Ec2Operation<CreateRouteCommandInput, CreateRouteCommandOutput> = {
  authorizes: (input, context) => on('CreateRoute', context, 'route-table', input.RouteTableId),

  async handle(deps, input, context) {
    refuse(input, ...otherTargets);
    const cidr = destination(input);
    await changeNetwork(deps, context, input, (draft) => {
      const table = foundRouteTable(draft, input.RouteTableId);
      const target = targetOf(draft, table, input);
      if (foundVpc(draft, table.vpcId).cidr === cidr) throw routeExists(cidr);
      const there = table.routes.find((route) => route.cidr === cidr);
      // The same route once more is no error, as on AWS.
      if (there !== undefined && JSON.stringify(there.target) !== JSON.stringify(target))
        throw routeExists(cidr);
      if (there === undefined)
        draft.put('route-table', table.id, {
          ...table,
          routes: [...table.routes, { cidr, target }],
        });
    });
    return { Return: true };
  },
};

export const replaceRoute: Ec2Operation<ReplaceRouteCommandInput, ReplaceRouteCommandOutput> = {
  authorizes: (input, context) => on('ReplaceRoute', context, 'route-table', input.RouteTableId),

  async handle(deps, input, context) {
    refuse(input, ...otherTargets, 'LocalTarget');
    const cidr = destination(input);
    await changeNetwork(deps, context, input, (draft) => {
      const table = foundRouteTable(draft, input.RouteTableId);
      const target = targetOf(draft, table, input);
      if (!table.routes.some((route) => route.cidr === cidr)) throw noRoute(cidr, table.id);
      draft.put('route-table', table.id, {
        ...table,
        routes: table.routes.map((route) => (route.cidr === cidr ? { cidr, target } : route)),
      });
    });
    return {};
  },
};

export const deleteRoute: Ec2Operation<DeleteRouteCommandInput, DeleteRouteCommandOutput> = {
  authorizes: (input, context) => on('DeleteRoute', context, 'route-table', input.RouteTableId),

  async handle(deps, input, context) {
    refuse(input, 'DestinationIpv6CidrBlock', 'DestinationPrefixListId');
    const cidr = destination(input);
    await changeNetwork(deps, context, input, (draft) => {
      const table = foundRouteTable(draft, input.RouteTableId);
      if (foundVpc(draft, table.vpcId).cidr === cidr)
        throw invalidParameter('destinationCidrBlock', cidr, 'The local route cannot be removed.');
      if (!table.routes.some((route) => route.cidr === cidr)) throw noRoute(cidr, table.id);
      draft.put('route-table', table.id, {
        ...table,
        routes: table.routes.filter((route) => route.cidr !== cidr),
      });
    });
    return {};
  },
};

function destination({
  DestinationCidrBlock: text,
}: {
  readonly DestinationCidrBlock?: string | undefined;
}): string {
  const known = given(text, 'destinationCidrBlock');
  const block = parseBlock(known);
  if (block === undefined)
    throw invalidParameter('destinationCidrBlock', known, 'This is not a valid CIDR block.');
  return blockText(block);
}

// DescribeRouteTables.

import type {
  DescribeRouteTablesCommandInput,
  DescribeRouteTablesCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noRouteTable } from '../error.ts';
import type { Filters } from '../filter.ts';
import { foundVpc } from '../found.ts';
import type { RouteTable } from '../resources.ts';
import { shownRouteTable } from './route-table.ts';

export const describeRouteTables: Ec2Operation<
  DescribeRouteTablesCommandInput,
  DescribeRouteTablesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeRouteTables', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    const filters: Filters<RouteTable> = {
      'route-table-id': (table) => table.id,
      'vpc-id': (table) => table.vpcId,
      'owner-id': () => context.account,
      'association.main': (table) => table.mainAssociationId !== undefined,
      'association.route-table-association-id': (table) => [
        table.mainAssociationId,
        ...table.associations.map(({ id }) => id),
      ],
      'association.route-table-id': (table) => table.id,
      'association.subnet-id': (table) => table.associations.map(({ subnetId }) => subnetId),
      'route.destination-cidr-block': (table) => [
        foundVpc(ec2, table.vpcId).cidr,
        ...table.routes.map(({ cidr }) => cidr),
      ],
      'route.gateway-id': (table) => [
        'local',
        ...table.routes.map(({ target }) => ('gatewayId' in target ? target.gatewayId : undefined)),
      ],
      'route.nat-gateway-id': (table) =>
        table.routes.map(({ target }) =>
          'natGatewayId' in target ? target.natGatewayId : undefined,
        ),
      'route.state': (table) =>
        (shownRouteTable(ec2, table, context).Routes ?? []).map(({ State }) => State),
    };
    const { items, NextToken } = described(ec2.all('route-table'), input, {
      keyOf: (table) => table.id,
      keys: input.RouteTableIds,
      notFound: noRouteTable,
      filters,
      tagsOf: (table) => table.tags,
    });
    return { RouteTables: items.map((table) => shownRouteTable(ec2, table, context)), NextToken };
  },
};

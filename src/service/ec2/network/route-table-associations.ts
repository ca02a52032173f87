// AssociateRouteTable, DisassociateRouteTable and ReplaceRouteTableAssociation: which table a
// subnet uses. A subnet without one uses the main table of its VPC, which another table may become.

import type {
  AssociateRouteTableCommandInput,
  AssociateRouteTableCommandOutput,
  DisassociateRouteTableCommandInput,
  DisassociateRouteTableCommandOutput,
  ReplaceRouteTableAssociationCommandInput,
  ReplaceRouteTableAssociationCommandOutput,
} from '@aws-sdk/client-ec2';
import { on, saidAs } from '../access.ts';
import { newId, type Ec2Operation } from '../deps.ts';
import { invalidParameter, noAssociation, subnetAssociated } from '../error.ts';
import { foundRouteTable, foundSubnet, given, refuse } from '../found.ts';
import { changeNetwork } from './network.ts';
import type { Ec2View, RouteTable } from '../resources.ts';

const associated = { State: 'associated' } as const;

export const associateRouteTable: Ec2Operation<
  AssociateRouteTableCommandInput,
  AssociateRouteTableCommandOutput
> = {
  authorizes: (input, context) => [
    ...on('AssociateRouteTable', context, 'route-table', input.RouteTableId),
    ...on('AssociateRouteTable', context, 'subnet', input.SubnetId),
  ],

  async handle(deps, input, context) {
    refuse(input, 'GatewayId', 'PublicIpv4Pool');
    const AssociationId = await changeNetwork(deps, context, input, (draft) => {
      const table = foundRouteTable(draft, input.RouteTableId);
      const subnet = foundSubnet(draft, input.SubnetId);
      if (subnet.vpcId !== table.vpcId)
        throw invalidParameter(
          'routeTableId',
          table.id,
          `Route table ${table.id} and subnet ${subnet.id} belong to different networks.`,
        );
      const holder = draft
        .all('route-table')
        .find(({ associations }) => associations.some(({ subnetId }) => subnetId === subnet.id));
      const there = holder?.associations.find(({ subnetId }) => subnetId === subnet.id);
      if (holder?.id === table.id && there !== undefined) return there.id;
      if (holder !== undefined) throw subnetAssociated(subnet.id);
      const id = newId(deps.ids, 'rtbassoc');
      draft.put('route-table', table.id, {
        ...table,
        associations: [...table.associations, { id, subnetId: subnet.id }],
      });
      return id;
    });
    return { AssociationId, AssociationState: associated };
  },
};

export const disassociateRouteTable: Ec2Operation<
  DisassociateRouteTableCommandInput,
  DisassociateRouteTableCommandOutput
> = {
  authorizes: (input, context) =>
    on('DisassociateRouteTable', context, 'route-table', saidAs(input.AssociationId)),

  async handle(deps, input, context) {
    await changeNetwork(deps, context, input, (draft) => {
      const { table, isMain, id } = holderOfAssociation(draft, input.AssociationId);
      if (isMain)
        throw invalidParameter(
          'associationId',
          id,
          `cannot disassociate the main route table association ${id}`,
        );
      draft.put('route-table', table.id, {
        ...table,
        associations: table.associations.filter((one) => one.id !== id),
      });
    });
    return {};
  },
};

export const replaceRouteTableAssociation: Ec2Operation<
  ReplaceRouteTableAssociationCommandInput,
  ReplaceRouteTableAssociationCommandOutput
> = {
  authorizes: (input, context) =>
    on(
      'ReplaceRouteTableAssociation',
      context,
      'route-table',
      input.RouteTableId,
      saidAs(input.AssociationId),
    ),

  async handle(deps, input, context) {
    const NewAssociationId = await changeNetwork(deps, context, input, (draft) => {
      const { table: old, isMain, id } = holderOfAssociation(draft, input.AssociationId);
      const table = foundRouteTable(draft, input.RouteTableId);
      if (table.vpcId !== old.vpcId)
        throw invalidParameter(
          'routeTableId',
          table.id,
          `Route tables ${table.id} and ${old.id} belong to different networks.`,
        );
      if (table.id === old.id) return id;
      const made = newId(deps.ids, 'rtbassoc');
      if (isMain) {
        draft.put('route-table', old.id, { ...old, mainAssociationId: undefined });
        draft.put('route-table', table.id, { ...table, mainAssociationId: made });
      } else {
        const moved = old.associations
          .filter((one) => one.id === id)
          .map(({ subnetId }) => ({ id: made, subnetId }));
        draft.put('route-table', old.id, {
          ...old,
          associations: old.associations.filter((one) => one.id !== id),
        });
        draft.put('route-table', table.id, {
          ...table,
          associations: [...table.associations, ...moved],
        });
      }
      return made;
    });
    return { NewAssociationId, AssociationState: associated };
  },
};

function holderOfAssociation(
  ec2: Ec2View,
  associationId: string | undefined,
): { table: RouteTable; isMain: boolean; id: string } {
  const id = given(associationId, 'associationId');
  for (const table of ec2.all('route-table')) {
    if (table.mainAssociationId === id) return { table, isMain: true, id };
    if (table.associations.some((one) => one.id === id)) return { table, isMain: false, id };
  }
  throw noAssociation(id);
}

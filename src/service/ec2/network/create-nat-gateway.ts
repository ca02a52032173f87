// CreateNatGateway: public with an Elastic IP address, or private. It is available at once.

import type {
  CreateNatGatewayCommandInput,
  CreateNatGatewayCommandOutput,
} from '@aws-sdk/client-ec2';
import { madeBefore, tokenOf } from '../client-token.ts';
import { arnOf, creation } from '../access.ts';
import { idOf, type Ec2Operation } from '../deps.ts';
import {
  addressAssociated,
  invalidCombination,
  invalidParameter,
  missing,
  notAttached,
} from '../error.ts';
import { foundAddress, foundSubnet, holderOf, refuse } from '../found.ts';
import { shownNatGateway } from './nat-gateway.ts';
import { changeNetwork } from './network.ts';
import { freeAddress } from './private-address.ts';
import type { Address, Ec2Draft, NatGateway, Subnet } from '../resources.ts';
import { tagsFor } from '../tag.ts';

/** How long a deleted one is shown. */
const shownMs = 3_600_000;

export const createNatGateway: Ec2Operation<
  CreateNatGatewayCommandInput,
  CreateNatGatewayCommandOutput
> = {
  authorizes: (input, context) =>
    creation(
      'CreateNatGateway',
      context,
      input,
      [arnOf(context, 'natgateway')],
      [
        arnOf(context, 'subnet', input.SubnetId),
        ...(input.AllocationId === undefined
          ? []
          : [arnOf(context, 'elastic-ip', input.AllocationId)]),
      ],
    ),

  async handle(deps, input, context) {
    refuse(
      input,
      'SecondaryAllocationIds',
      'SecondaryPrivateIpAddresses',
      'SecondaryPrivateIpAddressCount',
      'AvailabilityMode',
      'VpcId',
      'AvailabilityZoneAddresses',
    );
    const connectivity = input.ConnectivityType ?? 'public';
    if (connectivity !== 'public' && connectivity !== 'private')
      throw invalidParameter('connectivityType', connectivity, 'It is public or private.');
    const tags = tagsFor('natgateway', input.TagSpecifications);
    const token = tokenOf(input);
    const gateway = await changeNetwork(deps, context, input, (draft) => {
      const before = madeBefore(draft.all('natgateway'), token);
      if (before !== undefined) return before;
      const nowMs = deps.clock.now();
      for (const { id, deletedAtMs } of draft.all('natgateway'))
        if (deletedAtMs !== undefined && deletedAtMs < nowMs - shownMs)
          draft.remove('natgateway', id);
      const subnet = foundSubnet(draft, input.SubnetId);
      const address = addressFor(draft, input, connectivity, subnet);
      const privateIp = freeAddress(
        draft,
        deps.instances.instances(context.scope, Number.POSITIVE_INFINITY),
        input.PrivateIpAddress,
        subnet,
      );
      const made: NatGateway = {
        id: idOf(deps.ids, 'natgateway'),
        vpcId: subnet.vpcId,
        subnetId: subnet.id,
        connectivity,
        allocationId: address?.id,
        publicIp: address?.publicIp,
        privateIp,
        createdAtMs: nowMs,
        tags,
        token,
      };
      draft.put('natgateway', made.id, made);
      return made;
    });
    return { ClientToken: input.ClientToken, NatGateway: shownNatGateway(gateway) };
  },
};

function addressFor(
  draft: Ec2Draft,
  { AllocationId: id }: CreateNatGatewayCommandInput,
  connectivity: 'public' | 'private',
  { vpcId }: Subnet,
): Address | undefined {
  if (connectivity === 'private') {
    if (id !== undefined) throw invalidCombination('A private NAT gateway has no AllocationId.');
    return undefined;
  }
  if (id === undefined) throw missing('AllocationId');
  const address = foundAddress(draft, id);
  if (holderOf(draft, address) !== undefined) throw addressAssociated(id);
  if (!draft.all('internet-gateway').some((gateway) => gateway.vpcId === vpcId))
    throw notAttached('internet gateway', vpcId);
  return address;
}

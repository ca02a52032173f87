// DetachInternetGateway: not while a NAT gateway of the VPC has a public address. Routes to it
// stay, and lead nowhere.

import type {
  DetachInternetGatewayCommandInput,
  DetachInternetGatewayCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { mappedAddresses, notAttached } from '../error.ts';
import { foundInternetGateway, foundVpc, natGateways } from '../found.ts';
import { changeNetwork } from './network.ts';

export const detachInternetGateway: Ec2Operation<
  DetachInternetGatewayCommandInput,
  DetachInternetGatewayCommandOutput
> = {
  authorizes: (input, context) => [
    ...on('DetachInternetGateway', context, 'internet-gateway', input.InternetGatewayId),
    ...on('DetachInternetGateway', context, 'vpc', input.VpcId),
  ],

  async handle(deps, input, context) {
    await changeNetwork(deps, context, input, (draft) => {
      const gateway = foundInternetGateway(draft, input.InternetGatewayId);
      const vpc = foundVpc(draft, input.VpcId);
      if (gateway.vpcId !== vpc.id) throw notAttached(gateway.id, vpc.id);
      if (
        natGateways(draft).some(({ vpcId, publicIp }) => vpcId === vpc.id && publicIp !== undefined)
      )
        throw mappedAddresses(vpc.id);
      draft.put('internet-gateway', gateway.id, { ...gateway, vpcId: undefined });
    });
    return {};
  },
};

// AttachInternetGateway: one to a VPC, and to one VPC.

import type {
  AttachInternetGatewayCommandInput,
  AttachInternetGatewayCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { alreadyAttached, vpcHasGateway } from '../error.ts';
import { foundInternetGateway, foundVpc } from '../found.ts';
import { changeNetwork } from './network.ts';

export const attachInternetGateway: Ec2Operation<
  AttachInternetGatewayCommandInput,
  AttachInternetGatewayCommandOutput
> = {
  authorizes: (input, context) => [
    ...on('AttachInternetGateway', context, 'internet-gateway', input.InternetGatewayId),
    ...on('AttachInternetGateway', context, 'vpc', input.VpcId),
  ],

  async handle(deps, input, context) {
    await changeNetwork(deps, context, input, (draft) => {
      const gateway = foundInternetGateway(draft, input.InternetGatewayId);
      const vpc = foundVpc(draft, input.VpcId);
      if (gateway.vpcId !== undefined) throw alreadyAttached(gateway.id, gateway.vpcId);
      if (draft.all('internet-gateway').some(({ vpcId }) => vpcId === vpc.id))
        throw vpcHasGateway(vpc.id);
      draft.put('internet-gateway', gateway.id, { ...gateway, vpcId: vpc.id });
    });
    return {};
  },
};

// DeleteNatGateway: it gives its address back, and is shown as deleted for a while.

import type {
  DeleteNatGatewayCommandInput,
  DeleteNatGatewayCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import type { Ec2Operation } from '../deps.ts';
import { foundNatGateway } from '../found.ts';
import { changeNetwork } from './network.ts';

export const deleteNatGateway: Ec2Operation<
  DeleteNatGatewayCommandInput,
  DeleteNatGatewayCommandOutput
> = {
  authorizes: (input, context) => on('DeleteNatGateway', context, 'natgateway', input.NatGatewayId),

  async handle(deps, input, context) {
    const NatGatewayId = await changeNetwork(deps, context, input, (draft) => {
      const gateway = foundNatGateway(draft, input.NatGatewayId);
      if (gateway.deletedAtMs === undefined)
        draft.put('natgateway', gateway.id, { ...gateway, deletedAtMs: deps.clock.now() });
      return gateway.id;
    });
    return { NatGatewayId };
  },
};

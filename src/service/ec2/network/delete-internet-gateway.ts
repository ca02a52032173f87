// DeleteInternetGateway: of one that is detached.

import type {
  DeleteInternetGatewayCommandInput,
  DeleteInternetGatewayCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { dependency } from '../error.ts';
import { foundInternetGateway } from '../found.ts';

export const deleteInternetGateway: Ec2Operation<
  DeleteInternetGatewayCommandInput,
  DeleteInternetGatewayCommandOutput
> = {
  authorizes: (input, context) =>
    on('DeleteInternetGateway', context, 'internet-gateway', input.InternetGatewayId),

  async handle(deps, input, context) {
    await change(deps, context, input, (draft) => {
      const { id, vpcId } = foundInternetGateway(draft, input.InternetGatewayId);
      if (vpcId !== undefined) throw dependency('internetGateway', id);
      draft.remove('internet-gateway', id);
    });
    return {};
  },
};

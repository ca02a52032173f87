// CreateInternetGateway: attached to nothing yet.

import type {
  CreateInternetGatewayCommandInput,
  CreateInternetGatewayCommandOutput,
} from '@aws-sdk/client-ec2';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { shownInternetGateway } from './internet-gateway.ts';
import { tagsFor } from '../tag.ts';

export const createInternetGateway: Ec2Operation<
  CreateInternetGatewayCommandInput,
  CreateInternetGatewayCommandOutput
> = {
  authorizes: (input, context) =>
    creation('CreateInternetGateway', context, input, [arnOf(context, 'internet-gateway')]),

  async handle(deps, input, context) {
    const gateway = {
      id: idOf(deps.ids, 'internet-gateway'),
      tags: tagsFor('internet-gateway', input.TagSpecifications),
    };
    await change(deps, context, input, (draft) =>
      draft.put('internet-gateway', gateway.id, gateway),
    );
    return { InternetGateway: shownInternetGateway(gateway, context) };
  },
};

// DescribeInternetGateways.

import type {
  DescribeInternetGatewaysCommandInput,
  DescribeInternetGatewaysCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noInternetGateway } from '../error.ts';
import type { Filters } from '../filter.ts';
import { shownInternetGateway } from './internet-gateway.ts';
import type { InternetGateway } from '../resources.ts';

export const describeInternetGateways: Ec2Operation<
  DescribeInternetGatewaysCommandInput,
  DescribeInternetGatewaysCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeInternetGateways', context),

  async handle(deps, input, context) {
    const filters: Filters<InternetGateway> = {
      'internet-gateway-id': (gateway) => gateway.id,
      'attachment.vpc-id': (gateway) => gateway.vpcId,
      'attachment.state': (gateway) => (gateway.vpcId === undefined ? undefined : 'available'),
      'owner-id': () => context.account,
    };
    const gateways = (await view(deps, context, input)).all('internet-gateway');
    const { items, NextToken } = described(gateways, input, {
      keyOf: (gateway) => gateway.id,
      keys: input.InternetGatewayIds,
      notFound: noInternetGateway,
      filters,
      tagsOf: (gateway) => gateway.tags,
    });
    return {
      InternetGateways: items.map((gateway) => shownInternetGateway(gateway, context)),
      NextToken,
    };
  },
};

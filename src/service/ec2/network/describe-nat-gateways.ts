// DescribeNatGateways: deleted ones too, for an hour.

import type {
  DescribeNatGatewaysCommandInput,
  DescribeNatGatewaysCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { noNatGateway } from '../error.ts';
import { shownNatGateway, stateOf } from './nat-gateway.ts';

export const describeNatGateways: Ec2Operation<
  DescribeNatGatewaysCommandInput,
  DescribeNatGatewaysCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeNatGateways', context),

  async handle(deps, input, context) {
    const gateways = (await view(deps, context, input)).all('natgateway');
    const { items, NextToken } = described(
      gateways,
      { ...input, Filters: input.Filter },
      {
        keyOf: (gateway) => gateway.id,
        keys: input.NatGatewayIds,
        notFound: noNatGateway,
        filters: {
          'nat-gateway-id': ({ id }) => id,
          'subnet-id': ({ subnetId }) => subnetId,
          'vpc-id': ({ vpcId }) => vpcId,
          state: stateOf,
        },
        tagsOf: (gateway) => gateway.tags,
      },
    );
    return { NatGateways: items.map(shownNatGateway), NextToken };
  },
};

// How an internet gateway looks outside.

import type { InternetGateway as GatewayShape } from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import type { InternetGateway } from '../resources.ts';
import { tagList } from '../tag.ts';

export const shownInternetGateway = (
  gateway: InternetGateway,
  { account }: RequestContext,
): GatewayShape => ({
  InternetGatewayId: gateway.id,
  OwnerId: account,
  // AWS says `available` here of what is attached; its types lack the word.
  Attachments:
    gateway.vpcId === undefined ? [] : [{ VpcId: gateway.vpcId, State: 'available' as 'attached' }],
  Tags: tagList(gateway.tags),
});

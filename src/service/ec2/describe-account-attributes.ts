// DescribeAccountAttributes: what an account may have, with AWS's numbers; Longshore counts none of
// these against anybody.

import type {
  DescribeAccountAttributesCommandInput,
  DescribeAccountAttributesCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from './access.ts';
import { view, type Ec2Operation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { defaultVpc } from './found.ts';

export const describeAccountAttributes: Ec2Operation<
  DescribeAccountAttributesCommandInput,
  DescribeAccountAttributesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeAccountAttributes', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    const attributes = new Map<string, string>([
      ['supported-platforms', 'VPC'],
      ['default-vpc', defaultVpc(ec2)?.id ?? 'none'],
      ['max-instances', '20'],
      ['max-elastic-ips', '5'],
      ['vpc-max-elastic-ips', '5'],
      ['vpc-max-security-groups-per-interface', '5'],
    ]);
    const names: readonly string[] = input.AttributeNames?.length
      ? input.AttributeNames
      : [...attributes.keys()];
    const AccountAttributes = names.map((AttributeName) => {
      const AttributeValue = attributes.get(AttributeName);
      if (AttributeValue === undefined)
        throw invalidParameter(
          'attributeName',
          AttributeName.slice(0, 64),
          'There is no such attribute.',
        );
      return { AttributeName, AttributeValues: [{ AttributeValue }] };
    });
    return { AccountAttributes };
  },
};

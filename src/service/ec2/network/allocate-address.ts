// AllocateAddress. The addresses are of 198.18.0.0/15, which RFC 2544 keeps for tests: no host
// answers there.

import type {
  AllocateAddressCommandInput,
  AllocateAddressCommandOutput,
} from '@aws-sdk/client-ec2';
import { addressText } from '../../../base/ipv4.ts';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { addressesUsedUp } from '../error.ts';
import { refuse } from '../found.ts';
import type { Ec2View } from '../resources.ts';
import { tagsFor } from '../tag.ts';

const pool = { base: (198 * 256 + 18) * 2 ** 16, size: 2 ** 17 };

export const allocateAddress: Ec2Operation<
  AllocateAddressCommandInput,
  AllocateAddressCommandOutput
> = {
  authorizes: (input, context) =>
    creation('AllocateAddress', context, input, [arnOf(context, 'elastic-ip')]),

  async handle(deps, input, context) {
    refuse(input, 'Address', 'CustomerOwnedIpv4Pool', 'IpamPoolId');
    if (input.Domain !== 'vpc') refuse(input, 'Domain');
    if (input.PublicIpv4Pool !== 'amazon') refuse(input, 'PublicIpv4Pool');
    if (input.NetworkBorderGroup !== context.region) refuse(input, 'NetworkBorderGroup');
    const tags = tagsFor('elastic-ip', input.TagSpecifications);
    const { id, publicIp } = await change(deps, context, input, (draft) => {
      const made = { id: idOf(deps.ids, 'elastic-ip'), publicIp: freeAddress(draft), tags };
      draft.put('elastic-ip', made.id, made);
      return made;
    });
    return {
      AllocationId: id,
      PublicIp: publicIp,
      Domain: 'vpc',
      PublicIpv4Pool: 'amazon',
      NetworkBorderGroup: context.region,
    };
  },
};

/** The lowest that is free. */
function freeAddress(ec2: Ec2View): string {
  const taken = new Set(ec2.all('elastic-ip').map(({ publicIp }) => publicIp));
  for (let at = 1; at < pool.size; at++) {
    const text = addressText(pool.base + at);
    if (!taken.has(text)) return text;
  }
  throw addressesUsedUp();
}

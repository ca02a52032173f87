// ReleaseAddress: of one that nothing holds.

import type { ReleaseAddressCommandInput, ReleaseAddressCommandOutput } from '@aws-sdk/client-ec2';
import { on, saidAs } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { addressInUse, noAddress } from '../error.ts';
import { foundAddress, holderOf } from '../found.ts';
import type { Address, Ec2View } from '../resources.ts';

export const releaseAddress: Ec2Operation<ReleaseAddressCommandInput, ReleaseAddressCommandOutput> =
  {
    authorizes: ({ AllocationId: id, PublicIp: ip }, context) =>
      on('ReleaseAddress', context, 'elastic-ip', id ?? saidAs(ip)),

    async handle(deps, input, context) {
      await change(deps, context, input, (draft) => {
        const address = referred(draft, input);
        if (holderOf(draft, address) !== undefined) throw addressInUse(address.publicIp);
        draft.remove('elastic-ip', address.id);
      });
      return {};
    },
  };

function referred(
  ec2: Ec2View,
  { AllocationId: id, PublicIp: ip }: ReleaseAddressCommandInput,
): Address {
  if (id !== undefined || ip === undefined) return foundAddress(ec2, id);
  const address = ec2.all('elastic-ip').find(({ publicIp }) => publicIp === ip);
  if (address === undefined) throw noAddress(ip);
  return address;
}

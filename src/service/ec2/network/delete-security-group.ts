// DeleteSecurityGroup: not the default one, and none that rules of others name.

import type {
  DeleteSecurityGroupCommandInput,
  DeleteSecurityGroupCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { defaultGroupStays, dependentObject } from '../error.ts';
import { groupReferred, groupSaid } from './security-group.ts';

export const deleteSecurityGroup: Ec2Operation<
  DeleteSecurityGroupCommandInput,
  DeleteSecurityGroupCommandOutput
> = {
  authorizes: (input, context) =>
    on('DeleteSecurityGroup', context, 'security-group', groupSaid(input)),

  async handle(deps, input, context) {
    const GroupId = await change(deps, context, input, (draft) => {
      const { id, name } = groupReferred(draft, input);
      if (name === 'default') throw defaultGroupStays(id);
      const others = draft.all('security-group').filter((group) => group.id !== id);
      if (
        others.some(({ rules }) =>
          rules.some(({ peer }) => 'groupId' in peer && peer.groupId === id),
        )
      )
        throw dependentObject(id);
      draft.remove('security-group', id);
      return id;
    });
    return { Return: true, GroupId };
  },
};

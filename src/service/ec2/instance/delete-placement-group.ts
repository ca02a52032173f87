// DeletePlacementGroup.

import type {
  DeletePlacementGroupCommandInput,
  DeletePlacementGroupCommandOutput,
} from '@aws-sdk/client-ec2';
import { on } from '../access.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { noPlacementGroup } from '../error.ts';
import { given } from '../found.ts';

export const deletePlacementGroup: Ec2Operation<
  DeletePlacementGroupCommandInput,
  DeletePlacementGroupCommandOutput
> = {
  authorizes: (input, context) =>
    on('DeletePlacementGroup', context, 'placement-group', input.GroupName),

  async handle(deps, input, context) {
    const name = given(input.GroupName, 'groupName');
    await change(deps, context, input, (draft) => {
      const group = draft.all('placement-group').find((one) => one.name === name);
      if (group === undefined) throw noPlacementGroup(name);
      draft.remove('placement-group', group.id);
    });
    return {};
  },
};

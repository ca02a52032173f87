// GetInstanceProfile.

import type {
  GetInstanceProfileCommandInput,
  GetInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { foundProfile } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { onProfile, shownProfile } from '../show.ts';

export const getInstanceProfile: IamOperation<
  GetInstanceProfileCommandInput,
  GetInstanceProfileCommandOutput
> = {
  authorizes: (input, context) =>
    onProfile('GetInstanceProfile', input.InstanceProfileName, context),

  async handle(deps, input, context) {
    const iam = await view(deps, context);
    return {
      InstanceProfile: shownProfile(iam, foundProfile(iam, input.InstanceProfileName), context),
    };
  },
};

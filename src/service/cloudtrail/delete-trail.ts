// DeleteTrail. What it has delivered stays where it is.

import type { DeleteTrailCommandInput, DeleteTrailCommandOutput } from '@aws-sdk/client-cloudtrail';
import type { CloudTrailOperation } from './deps.ts';
import { changeTrail, onTrail } from './trail.ts';

export const deleteTrail: CloudTrailOperation<DeleteTrailCommandInput, DeleteTrailCommandOutput> = {
  authorizes: (input, context) => onTrail('DeleteTrail', input.Name, context),

  async handle(deps, input, context) {
    await changeTrail(deps, input.Name, context, (draft, { name }) => {
      draft.remove('trail', name);
      draft.remove('delivery', name);
    });
    return {};
  },
};

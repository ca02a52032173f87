// UpdateTrail: what is not given stays.

import type { UpdateTrailCommandInput, UpdateTrailCommandOutput } from '@aws-sdk/client-cloudtrail';
import { bucketThere, keyPrefix, refuseUnsupported } from './check.ts';
import { checkRegions } from './create-trail.ts';
import type { CloudTrailOperation } from './deps.ts';
import type { Trail } from './resources.ts';
import { changeTrail, onTrail, shownTrail } from './trail.ts';

export const updateTrail: CloudTrailOperation<UpdateTrailCommandInput, UpdateTrailCommandOutput> = {
  authorizes: (input, context) => onTrail('UpdateTrail', input.Name, context),

  async handle(deps, input, context) {
    refuseUnsupported(input);
    const bucket =
      input.S3BucketName === undefined ? undefined : await bucketThere(deps, input.S3BucketName);
    const prefix = keyPrefix(input.S3KeyPrefix);
    const changed = await changeTrail(deps, input.Name, context, (draft, trail) => {
      const after: Trail = {
        ...trail,
        bucket: bucket ?? trail.bucket,
        keyPrefix: input.S3KeyPrefix === undefined ? trail.keyPrefix : prefix,
        hasGlobalServices: input.IncludeGlobalServiceEvents ?? trail.hasGlobalServices,
        isMultiRegion: input.IsMultiRegionTrail ?? trail.isMultiRegion,
        isValidated: input.EnableLogFileValidation ?? trail.isValidated,
      };
      checkRegions(after);
      draft.put('trail', trail.name, after);
      return after;
    });
    return shownTrail(changed);
  },
};

// CreateTrail. A new trail delivers nothing until StartLogging.

import type { CreateTrailCommandInput, CreateTrailCommandOutput } from '@aws-sdk/client-cloudtrail';
import { limit } from '../../core/limit.ts';
import { requestTags, tagsOfList } from '../access.ts';
import { bucketThere, keyPrefix, refuseUnsupported, tagsOf } from './check.ts';
import type { CloudTrailOperation } from './deps.ts';
import { invalidCombination, tooManyTrails, trailExists } from './error.ts';
import { notDelivered, type Trail } from './resources.ts';
import { onTrail, shownTrail, trailName } from './trail.ts';

export const createTrail: CloudTrailOperation<CreateTrailCommandInput, CreateTrailCommandOutput> = {
  authorizes(input, context) {
    const conditions = () => requestTags(tagsOfList(input.TagsList));
    const tagging = (input.TagsList ?? []).length === 0 ? [] : ['AddTags'];
    return ['CreateTrail', ...tagging].flatMap((action) =>
      onTrail(action, input.Name, context, { conditions }),
    );
  },

  async handle(deps, input, context) {
    refuseUnsupported(input);
    const trail: Trail = {
      name: trailName(input.Name),
      home: context.scope,
      bucket: await bucketThere(deps, input.S3BucketName),
      keyPrefix: keyPrefix(input.S3KeyPrefix),
      hasGlobalServices: input.IncludeGlobalServiceEvents ?? true,
      isMultiRegion: input.IsMultiRegionTrail ?? false,
      isValidated: input.EnableLogFileValidation ?? false,
      tags: tagsOf(input.TagsList),
    };
    checkRegions(trail);
    await deps.space.change(context.scope, context, (draft) => {
      if (draft.get('trail', trail.name) !== undefined)
        throw trailExists(trail.name, context.account);
      if (draft.all('trail').length >= limit.trails)
        throw tooManyTrails(context.account, limit.trails);
      draft.put('trail', trail.name, trail);
      draft.put('delivery', trail.name, notDelivered);
    });
    return shownTrail(trail);
  },
};

/** Records of global services belong to no one region. */
export function checkRegions({ isMultiRegion, hasGlobalServices }: Trail): void {
  if (isMultiRegion && !hasGlobalServices)
    throw invalidCombination('Multi-Region trail must include global service events.');
}

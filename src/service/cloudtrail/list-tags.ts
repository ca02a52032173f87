// ListTags, of trails by their ARNs. A trail has so few that they are one page.

import type { ListTagsCommandInput, ListTagsCommandOutput } from '@aws-sdk/client-cloudtrail';
import { tagListOf } from './check.ts';
import type { CloudTrailOperation } from './deps.ts';
import { invalidArn, invalidNextToken } from './error.ts';
import { foundTrail, onTrail } from './trail.ts';

const mostResources = 20;

export const listTags: CloudTrailOperation<ListTagsCommandInput, ListTagsCommandOutput> = {
  authorizes: (input, context) =>
    [...new Set(input.ResourceIdList?.length ? input.ResourceIdList : ['*'])].flatMap((given) =>
      onTrail('ListTags', given, context),
    ),

  async handle(deps, input, context) {
    if (input.NextToken !== undefined) throw invalidNextToken();
    const given = input.ResourceIdList ?? [];
    if (given.length === 0 || given.length > mostResources)
      throw invalidArn(`Give 1 to ${mostResources} ARNs of trails`);
    const ResourceTagList = [];
    for (const ResourceId of given) {
      const { trail } = await foundTrail(deps, ResourceId, context);
      ResourceTagList.push({ ResourceId, TagsList: tagListOf(trail.tags) });
    }
    return { ResourceTagList };
  },
};

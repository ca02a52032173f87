// How a placement group looks outside.

import type { PlacementGroup as GroupShape } from '@aws-sdk/client-ec2';
import type { RequestContext } from '../../../wire/operation.ts';
import { arnOf } from '../access.ts';
import type { PlacementGroup } from '../resources.ts';
import { tagList } from '../tag.ts';

export const shownPlacementGroup = (
  group: PlacementGroup,
  context: RequestContext,
): GroupShape => ({
  GroupId: group.id,
  GroupName: group.name,
  GroupArn: arnOf(context, 'placement-group', group.name),
  State: 'available',
  Strategy: group.strategy,
  PartitionCount: group.partitionCount,
  SpreadLevel: group.spreadLevel,
  Tags: tagList(group.tags),
});

// CreatePlacementGroup.

import type {
  CreatePlacementGroupCommandInput,
  CreatePlacementGroupCommandOutput,
} from '@aws-sdk/client-ec2';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { invalidCombination, invalidParameter, placementGroupExists } from '../error.ts';
import { given, refuse } from '../found.ts';
import { shownPlacementGroup } from './placement-group.ts';
import type { PlacementGroup } from '../resources.ts';
import { tagsFor } from '../tag.ts';
import { limit } from '../../../core/limit.ts';

export const createPlacementGroup: Ec2Operation<
  CreatePlacementGroupCommandInput,
  CreatePlacementGroupCommandOutput
> = {
  authorizes: (input, context) =>
    creation('CreatePlacementGroup', context, input, [
      arnOf(context, 'placement-group', input.GroupName),
    ]),

  async handle(deps, input, context) {
    refuse(input, 'LinkedGroupId');
    const name = given(input.GroupName, 'groupName');
    if (!/^[\x20-\x7e]{1,255}$/.test(name))
      throw invalidParameter('groupName', name.slice(0, 64), 'Up to 255 ASCII characters.');
    const group: PlacementGroup = {
      id: idOf(deps.ids, 'placement-group'),
      name,
      ...strategyOf(input),
      tags: tagsFor('placement-group', input.TagSpecifications),
    };
    await change(deps, context, input, (draft) => {
      if (draft.all('placement-group').some((one) => one.name === name))
        throw placementGroupExists(name);
      draft.put('placement-group', group.id, group);
    });
    return { PlacementGroup: shownPlacementGroup(group, context) };
  },
};

function strategyOf({
  Strategy: strategy = 'cluster',
  PartitionCount: partitions,
  SpreadLevel: level,
}: CreatePlacementGroupCommandInput): Pick<
  PlacementGroup,
  'strategy' | 'partitionCount' | 'spreadLevel'
> {
  if (partitions !== undefined && strategy !== 'partition')
    throw invalidCombination('PartitionCount is for the strategy partition.');
  if (level !== undefined && strategy !== 'spread')
    throw invalidCombination('SpreadLevel is for the strategy spread.');
  switch (strategy) {
    case 'cluster':
      return { strategy };
    case 'partition': {
      const partitionCount = partitions ?? 2;
      if (
        !Number.isInteger(partitionCount) ||
        partitionCount < 1 ||
        partitionCount > limit.ec2.partitions
      )
        throw invalidParameter(
          'partitionCount',
          partitionCount,
          `It is from 1 to ${limit.ec2.partitions}.`,
        );
      return { strategy, partitionCount };
    }
    case 'spread': {
      const spreadLevel = level ?? 'rack';
      if (spreadLevel !== 'rack' && spreadLevel !== 'host')
        throw invalidParameter('spreadLevel', spreadLevel, 'It is rack or host.');
      return { strategy, spreadLevel };
    }
    default:
      throw invalidParameter(
        'strategy',
        String(strategy).slice(0, 64),
        'It is cluster, spread or partition.',
      );
  }
}

// DescribePlacementGroups: all at once, as on AWS.

import type {
  DescribePlacementGroupsCommandInput,
  DescribePlacementGroupsCommandOutput,
} from '@aws-sdk/client-ec2';
import { arnOf, onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { noPlacementGroup } from '../error.ts';
import { filtered, type Filters } from '../filter.ts';
import { shownPlacementGroup } from './placement-group.ts';
import type { PlacementGroup } from '../resources.ts';

export const describePlacementGroups: Ec2Operation<
  DescribePlacementGroupsCommandInput,
  DescribePlacementGroupsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribePlacementGroups', context),

  async handle(deps, input, context) {
    const groups = (await view(deps, context, input)).all('placement-group');
    const { GroupNames: names = [], GroupIds: ids = [] } = input;
    for (const name of names)
      if (!groups.some((group) => group.name === name)) throw noPlacementGroup(name);
    for (const id of ids) if (!groups.some((group) => group.id === id)) throw noPlacementGroup(id);
    const asked =
      names.length + ids.length === 0
        ? groups
        : groups.filter(({ id, name }) => ids.includes(id) || names.includes(name));
    const filters: Filters<PlacementGroup> = {
      'group-name': ({ name }) => name,
      'group-arn': ({ name }) => arnOf(context, 'placement-group', name),
      strategy: ({ strategy }) => strategy,
      'spread-level': ({ spreadLevel }) => spreadLevel,
      state: () => 'available',
    };
    return {
      PlacementGroups: filtered(asked, input.Filters, filters, ({ tags }) => tags).map((group) =>
        shownPlacementGroup(group, context),
      ),
    };
  },
};

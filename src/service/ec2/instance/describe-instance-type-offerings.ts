// DescribeInstanceTypeOfferings: every type that the catalogue knows is offered in the caller's
// region and each of its zones.

import type {
  DescribeInstanceTypeOfferingsCommandInput,
  DescribeInstanceTypeOfferingsCommandOutput,
  LocationType,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import { byName } from './describe-instance-types.ts';
import { invalidParameter } from '../error.ts';
import type { Filters } from '../filter.ts';
import { zonesOf } from '../network/zone.ts';

interface Offering {
  readonly type: string;
  readonly location: string;
}

const filters: Filters<Offering> = {
  'instance-type': ({ type }) => type,
  location: ({ location }) => location,
};

export const describeInstanceTypeOfferings: Ec2Operation<
  DescribeInstanceTypeOfferingsCommandInput,
  DescribeInstanceTypeOfferingsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeInstanceTypeOfferings', context),

  async handle(deps, input, context) {
    await view(deps, context, input);
    const { LocationType: locationType = 'region' } = input;
    const locations = locationsOf(context.region, locationType);
    const offerings = byName(deps.instanceTypes.types()).flatMap(({ name }) =>
      locations.map((location) => ({ type: name, location })),
    );
    const { items, NextToken } = described(offerings, input, { keyOf, filters });
    return {
      InstanceTypeOfferings: items.map(({ type, location }) => ({
        InstanceType: type as _InstanceType,
        LocationType: locationType,
        Location: location,
      })),
      NextToken,
    };
  },
};

/** Below every character of a name, so that offerings ascend as their types do. */
const keyOf = ({ type, location }: Offering): string => `${type} ${location}`;

function locationsOf(region: string, type: LocationType): readonly string[] {
  switch (type) {
    case 'region':
      return [region];
    case 'availability-zone':
      return zonesOf(region).map(({ name }) => name);
    case 'availability-zone-id':
      return zonesOf(region).map(({ id }) => id);
    case 'outpost':
      return [];
    default:
      throw invalidParameter(
        'locationType',
        String(type),
        'It is one of region, availability-zone, availability-zone-id and outpost.',
      );
  }
}

// DescribeAvailabilityZones.

import type {
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { invalidParameter } from '../error.ts';
import { filtered, type Filters } from '../filter.ts';
import { zonesOf, type Zone } from './zone.ts';

export const describeAvailabilityZones: Ec2Operation<
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeAvailabilityZones', context),

  async handle(deps, input, context) {
    await view(deps, context, input);
    const { region } = context;
    const filters: Filters<Zone> = {
      'zone-name': ({ name }) => name,
      'zone-id': ({ id }) => id,
      'zone-type': () => 'availability-zone',
      'region-name': () => region,
      'group-name': () => `${region}-zg-1`,
      'opt-in-status': () => 'opt-in-not-required',
      state: () => 'available',
    };
    const zones = zonesOf(region);
    const { ZoneNames: names = [], ZoneIds: ids = [] } = input;
    for (const name of names)
      if (!zones.some((zone) => zone.name === name))
        throw invalidParameter('zoneName', name, 'There is no such zone in this region.');
    for (const id of ids)
      if (!zones.some((zone) => zone.id === id))
        throw invalidParameter('zoneId', id, 'There is no such zone in this region.');
    const asked =
      names.length + ids.length === 0
        ? zones
        : zones.filter(({ name, id }) => names.includes(name) || ids.includes(id));
    const AvailabilityZones = filtered(asked, input.Filters, filters).map(({ name, id }) => ({
      ZoneName: name,
      ZoneId: id,
      RegionName: region,
      GroupName: `${region}-zg-1`,
      NetworkBorderGroup: region,
      ZoneType: 'availability-zone',
      OptInStatus: 'opt-in-not-required' as const,
      State: 'available' as const,
      Messages: [],
    }));
    return { AvailabilityZones };
  },
};

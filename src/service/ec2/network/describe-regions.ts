// DescribeRegions: AWS's, and the caller's own. Each has resources of its own here too.

import type {
  DescribeRegionsCommandInput,
  DescribeRegionsCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { invalidParameter } from '../error.ts';
import { filtered } from '../filter.ts';
import { endpointOf, regionsBeside } from './zone.ts';

export const describeRegions: Ec2Operation<
  DescribeRegionsCommandInput,
  DescribeRegionsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeRegions', context),

  async handle(deps, input, context) {
    await view(deps, context, input);
    const all = regionsBeside(context.region);
    for (const name of input.RegionNames ?? [])
      if (!all.includes(name))
        throw invalidParameter('regionName', name, 'There is no such region.');
    const asked =
      input.RegionNames === undefined || input.RegionNames.length === 0
        ? all
        : all.filter((region) => input.RegionNames?.includes(region));
    const found = filtered(asked, input.Filters, {
      'region-name': (region) => region,
      endpoint: endpointOf,
      'opt-in-status': () => 'opt-in-not-required',
    });
    return {
      Regions: found.map((region) => ({
        RegionName: region,
        Endpoint: endpointOf(region),
        OptInStatus: 'opt-in-not-required',
      })),
    };
  },
};

// DescribeLaunchTemplates: by ids or names.

import type {
  DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplatesCommandOutput,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { described } from '../describe.ts';
import type { Filters } from '../filter.ts';
import { shownTemplate, templateNamed, templateOf } from './launch-template.ts';
import type { LaunchTemplate } from '../resources.ts';

export const describeLaunchTemplates: Ec2Operation<
  DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplatesCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeLaunchTemplates', context),

  async handle(deps, input, context) {
    const ec2 = await view(deps, context, input);
    const filters: Filters<LaunchTemplate> = {
      'launch-template-name': ({ name }) => name,
      'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
    };
    const keys = [
      ...(input.LaunchTemplateIds ?? []).map((id) => templateOf(ec2, id).id),
      ...(input.LaunchTemplateNames ?? []).map((name) => templateNamed(ec2, name).id),
    ];
    const { items, NextToken } = described(ec2.all('launch-template'), input, {
      keyOf: ({ id }) => id,
      keys,
      filters,
      tagsOf: ({ tags }) => tags,
      least: 1,
    });
    return { LaunchTemplates: items.map(shownTemplate), NextToken };
  },
};

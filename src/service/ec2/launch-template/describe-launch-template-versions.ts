// DescribeLaunchTemplateVersions: the versions of one template, newest first; or `$Latest` and
// `$Default` of all of them.

import type {
  DescribeLaunchTemplateVersionsCommandInput,
  DescribeLaunchTemplateVersionsCommandOutput,
  LaunchTemplateVersion as Shown,
} from '@aws-sdk/client-ec2';
import { onAll } from '../access.ts';
import { view, type Ec2Operation } from '../deps.ts';
import { page } from '../describe.ts';
import { invalidCombination, missing } from '../error.ts';
import { filtered, type Filters } from '../filter.ts';
import { refuse } from '../found.ts';
import {
  numberOf,
  referred,
  shownVersion,
  versionReferred,
  versionsOf,
} from './launch-template.ts';
import type { Ec2View, LaunchTemplate, LaunchTemplateVersion } from '../resources.ts';

interface Pair {
  readonly template: LaunchTemplate;
  readonly version: LaunchTemplateVersion;
}

const filters: Filters<Pair> = {
  'create-time': ({ version }) => new Date(version.createdAtMs).toISOString(),
  'image-id': ({ version }) => version.data.ImageId,
  'instance-type': ({ version }) => version.data.InstanceType,
  'is-default-version': ({ template, version }) => version.version === template.defaultVersion,
  'ebs-optimized': ({ version }) => version.data.EbsOptimized,
  'kernel-id': ({ version }) => version.data.KernelId,
  'ram-disk-id': ({ version }) => version.data.RamDiskId,
};

/** Newest first within a template: what a page ends with comes before all that follows. */
const orderOf = ({ template, version }: Pair): string =>
  `${template.id} ${String(1e10 - version.version).padStart(11, '0')}`;

export const describeLaunchTemplateVersions: Ec2Operation<
  DescribeLaunchTemplateVersionsCommandInput,
  DescribeLaunchTemplateVersionsCommandOutput
> = {
  authorizes: (_input, context) => onAll('DescribeLaunchTemplateVersions', context),

  async handle(deps, input, context) {
    refuse(input, 'ResolveAlias');
    const ec2 = await view(deps, context, input);
    const pairs = asked(ec2, input).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
    const { items, NextToken } = page(filtered(pairs, input.Filters, filters), orderOf, input, 1);
    return {
      LaunchTemplateVersions: items.map(({ template, version }): Shown =>
        shownVersion(template, version),
      ),
      NextToken,
    };
  },
};

function asked(ec2: Ec2View, input: DescribeLaunchTemplateVersionsCommandInput): Pair[] {
  const { Versions: wanted = [], MinVersion: min, MaxVersion: max } = input;
  const named = (template: LaunchTemplate): Pair[] => [
    ...new Map(
      wanted
        .map((text) => versionReferred(ec2, template, text))
        .map((version) => [version.version, { template, version }]),
    ).values(),
  ];
  if (input.LaunchTemplateId === undefined && input.LaunchTemplateName === undefined) {
    if (wanted.length === 0) throw missing('LaunchTemplateId');
    if (wanted.some((text) => text !== '$Latest' && text !== '$Default'))
      throw invalidCombination(
        'Without a launch template, Versions may hold $Latest and $Default only.',
      );
    return ec2.all('launch-template').flatMap(named);
  }
  const template = referred(ec2, input);
  if (wanted.length > 0) {
    if (min !== undefined || max !== undefined)
      throw invalidCombination('Versions cannot be combined with MinVersion and MaxVersion.');
    return named(template);
  }
  const [from, to] = [
    min === undefined ? 0 : numberOf(min),
    max === undefined ? Infinity : numberOf(max),
  ];
  return versionsOf(ec2, template)
    .filter(({ version }) => version >= from && version <= to)
    .map((version) => ({ template, version }));
}

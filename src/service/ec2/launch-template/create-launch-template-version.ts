// CreateLaunchTemplateVersion: what it says, over what its source version says, member by member.

import type {
  CreateLaunchTemplateVersionCommandInput,
  CreateLaunchTemplateVersionCommandOutput,
} from '@aws-sdk/client-ec2';
import { madeBefore, tokenOf } from '../client-token.ts';
import { change, type Ec2Operation } from '../deps.ts';
import { versionLimit } from '../error.ts';
import { refuse } from '../found.ts';
import {
  checkedData,
  checkedDescription,
  onTemplate,
  referred,
  shownVersion,
  versionKey,
  versionReferred,
  versionsOf,
} from './launch-template.ts';
import type { LaunchTemplateVersion } from '../resources.ts';
import { limit } from '../../../core/limit.ts';

export const createLaunchTemplateVersion: Ec2Operation<
  CreateLaunchTemplateVersionCommandInput,
  CreateLaunchTemplateVersionCommandOutput
> = {
  authorizes: (input, context) => onTemplate('CreateLaunchTemplateVersion', input, context),

  async handle(deps, input, context) {
    refuse(input, 'ResolveAlias');
    const data = checkedData(input.LaunchTemplateData);
    const description = checkedDescription(input.VersionDescription);
    const token = tokenOf(input);
    const shown = await change(deps, context, input, (draft) => {
      const template = referred(draft, input);
      const before = madeBefore(versionsOf(draft, template), token);
      if (before !== undefined) return shownVersion(template, before);
      const source =
        input.SourceVersion === undefined
          ? {}
          : versionReferred(draft, template, input.SourceVersion).data;
      if (versionsOf(draft, template).length >= limit.ec2.templateVersions)
        throw versionLimit(limit.ec2.templateVersions);
      const number = template.lastVersionMade + 1;
      const version: LaunchTemplateVersion = {
        templateId: template.id,
        version: number,
        description,
        createdAtMs: deps.clock.now(),
        createdBy: context.principal.arn,
        data: { ...source, ...data },
        token,
      };
      const next = { ...template, latestVersion: number, lastVersionMade: number };
      draft.put('launch-template-version', versionKey(template.id, number), version);
      draft.put('launch-template', template.id, next);
      return shownVersion(next, version);
    });
    return { LaunchTemplateVersion: shown };
  },
};

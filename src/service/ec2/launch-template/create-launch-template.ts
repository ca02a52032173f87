// CreateLaunchTemplate: with its first version, which is the default one.

import type {
  CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateCommandOutput,
} from '@aws-sdk/client-ec2';
import { madeBefore, tokenOf } from '../client-token.ts';
import { arnOf, creation } from '../access.ts';
import { change, idOf, type Ec2Operation } from '../deps.ts';
import { refuse } from '../found.ts';
import {
  checkedData,
  checkedDescription,
  freeName,
  shownTemplate,
  versionKey,
} from './launch-template.ts';
import type { LaunchTemplate } from '../resources.ts';
import { tagsFor } from '../tag.ts';

export const createLaunchTemplate: Ec2Operation<
  CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateCommandOutput
> = {
  authorizes: (input, context) =>
    creation('CreateLaunchTemplate', context, input, [arnOf(context, 'launch-template')]),

  async handle(deps, input, context) {
    refuse(input, 'Operator');
    const data = checkedData(input.LaunchTemplateData);
    const description = checkedDescription(input.VersionDescription);
    const tags = tagsFor('launch-template', input.TagSpecifications);
    const made = { createdAtMs: deps.clock.now(), createdBy: context.principal.arn };
    const token = tokenOf(input);
    const template = await change(deps, context, input, (draft) => {
      const before = madeBefore(draft.all('launch-template'), token);
      if (before !== undefined) return before;
      const one: LaunchTemplate = {
        id: idOf(deps.ids, 'launch-template'),
        name: freeName(draft, input.LaunchTemplateName),
        ...made,
        defaultVersion: 1,
        latestVersion: 1,
        lastVersionMade: 1,
        tags,
        token,
      };
      draft.put('launch-template', one.id, one);
      draft.put('launch-template-version', versionKey(one.id, 1), {
        templateId: one.id,
        version: 1,
        description,
        ...made,
        data,
      });
      return one;
    });
    return { LaunchTemplate: shownTemplate(template) };
  },
};

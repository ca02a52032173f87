// DeleteLaunchTemplate: with all its versions.

import type {
  DeleteLaunchTemplateCommandInput,
  DeleteLaunchTemplateCommandOutput,
} from '@aws-sdk/client-ec2';
import { change, type Ec2Operation } from '../deps.ts';
import { onTemplate, referred, shownTemplate, versionKey, versionsOf } from './launch-template.ts';

export const deleteLaunchTemplate: Ec2Operation<
  DeleteLaunchTemplateCommandInput,
  DeleteLaunchTemplateCommandOutput
> = {
  authorizes: (input, context) => onTemplate('DeleteLaunchTemplate', input, context),

  async handle(deps, input, context) {
    const template = await change(deps, context, input, (draft) => {
      const one = referred(draft, input);
      for (const { version } of versionsOf(draft, one))
        draft.remove('launch-template-version', versionKey(one.id, version));
      draft.remove('launch-template', one.id);
      return one;
    });
    return { LaunchTemplate: shownTemplate(template) };
  },
};

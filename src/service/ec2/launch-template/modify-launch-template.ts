// ModifyLaunchTemplate: which version is the default one.

import type {
  ModifyLaunchTemplateCommandInput,
  ModifyLaunchTemplateCommandOutput,
} from '@aws-sdk/client-ec2';
import { change, type Ec2Operation } from '../deps.ts';
import { given } from '../found.ts';
import { onTemplate, referred, shownTemplate, versionReferred } from './launch-template.ts';

export const modifyLaunchTemplate: Ec2Operation<
  ModifyLaunchTemplateCommandInput,
  ModifyLaunchTemplateCommandOutput
> = {
  authorizes: (input, context) => onTemplate('ModifyLaunchTemplate', input, context),

  async handle(deps, input, context) {
    const wanted = given(input.DefaultVersion, 'SetDefaultVersion');
    const template = await change(deps, context, input, (draft) => {
      const one = referred(draft, input);
      const next = { ...one, defaultVersion: versionReferred(draft, one, wanted).version };
      draft.put('launch-template', one.id, next);
      return next;
    });
    return { LaunchTemplate: shownTemplate(template) };
  },
};

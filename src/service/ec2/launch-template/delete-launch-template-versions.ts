// DeleteLaunchTemplateVersions: each for itself; what could not be deleted is told with the reason.
// The default version stays.

import type {
  DeleteLaunchTemplateVersionsCommandInput,
  DeleteLaunchTemplateVersionsCommandOutput,
  DeleteLaunchTemplateVersionsResponseErrorItem,
  DeleteLaunchTemplateVersionsResponseSuccessItem,
} from '@aws-sdk/client-ec2';
import { change, type Ec2Operation } from '../deps.ts';
import { invalidParameter, missing } from '../error.ts';
import { numberOf, onTemplate, referred, versionKey, versionsOf } from './launch-template.ts';
import { limit } from '../../../core/limit.ts';

export const deleteLaunchTemplateVersions: Ec2Operation<
  DeleteLaunchTemplateVersionsCommandInput,
  DeleteLaunchTemplateVersionsCommandOutput
> = {
  authorizes: (input, context) => onTemplate('DeleteLaunchTemplateVersions', input, context),

  async handle(deps, input, context) {
    const numbers = [...new Set((input.Versions ?? []).map(numberOf))];
    if (numbers.length === 0) throw missing('LaunchTemplateVersion');
    if (numbers.length > limit.ec2.versionsDeletedAtOnce)
      throw invalidParameter(
        'LaunchTemplateVersion',
        numbers.length,
        `At most ${limit.ec2.versionsDeletedAtOnce} versions at once.`,
      );
    return change(deps, context, input, (draft) => {
      const template = referred(draft, input);
      const deleted: DeleteLaunchTemplateVersionsResponseSuccessItem[] = [];
      const kept: DeleteLaunchTemplateVersionsResponseErrorItem[] = [];
      for (const number of numbers) {
        const item = {
          LaunchTemplateId: template.id,
          LaunchTemplateName: template.name,
          VersionNumber: number,
        };
        if (number === template.defaultVersion) {
          kept.push({
            ...item,
            ResponseError: {
              Code: 'unexpectedError',
              Message: `Cannot delete the default version ${number} of launch template ${template.id}.`,
            },
          });
        } else if (
          draft.get('launch-template-version', versionKey(template.id, number)) === undefined
        ) {
          kept.push({
            ...item,
            ResponseError: {
              Code: 'launchTemplateVersionDoesNotExist',
              Message: `Could not find the specified version ${number} for the launch template with ID ${template.id}.`,
            },
          });
        } else {
          draft.remove('launch-template-version', versionKey(template.id, number));
          deleted.push(item);
        }
      }
      const latestVersion = Math.max(...versionsOf(draft, template).map(({ version }) => version));
      draft.put('launch-template', template.id, { ...template, latestVersion });
      return {
        SuccessfullyDeletedLaunchTemplateVersions: deleted,
        UnsuccessfullyDeletedLaunchTemplateVersions: kept,
      };
    });
  },
};

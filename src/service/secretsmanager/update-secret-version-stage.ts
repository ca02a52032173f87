// UpdateSecretVersionStage: moves a label to another version, attaches one, or takes one away.

import type {
  UpdateSecretVersionStageCommandInput,
  UpdateSecretVersionStageCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { lengthIn } from '../constraint.ts';
import { onSecret, said } from './access.ts';
import { change, named, usable, type SecretsManagerOperation } from './deps.ts';
import { invalidParameter, noVersion } from './error.ts';
import { current, versionAt, withStage } from './versions.ts';

export const updateSecretVersionStage: SecretsManagerOperation<
  UpdateSecretVersionStageCommandInput,
  UpdateSecretVersionStageCommandOutput
> = {
  authorizes: (input, context) =>
    onSecret('UpdateSecretVersionStage', input, context, () =>
      said('VersionStage', input.VersionStage),
    ),

  handle: (deps, input, context) =>
    change(deps, context, (draft) => {
      const stage = lengthIn(input.VersionStage, 1, 256, 'versionStage') ?? '';
      const { RemoveFromVersionId: from, MoveToVersionId: to } = input;
      const secret = usable(deps, draft, context, input.SecretId);
      const ids = secret.versions.map(({ id }) => id);
      for (const id of [from, to]) if (id !== undefined && !ids.includes(id)) throw noVersion(id);
      if (from === undefined && to === undefined)
        throw invalidParameter(
          'You must provide RemoveFromVersionId, MoveToVersionId, or both of them.',
        );
      const at = versionAt(secret, stage)?.id;
      if (from === undefined && at !== undefined && at !== to)
        throw invalidParameter(
          `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${at}, so you must explicitly reference that version in RemoveFromVersionId.`,
        );
      if (from !== undefined && at !== from)
        throw invalidParameter(
          `Staging label ${stage} is not attached to version ${from}, which RemoveFromVersionId references.`,
        );
      if (stage === current && to === undefined)
        throw invalidParameter(
          `You can't remove staging label ${current} from a version without moving it to another one.`,
        );
      if (at !== to) {
        const after = { ...withStage(secret, stage, to), changedAtMs: deps.clock.now() };
        draft.put('secret', secret.name, after);
      }
      return named(secret, context);
    }),
};

// UpdateSecret: its description, and one more version where a value is given.

import type {
  UpdateSecretCommandInput,
  UpdateSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { lengthIn } from '../constraint.ts';
import { onSecret, said } from './access.ts';
import { kmsKey, refuse, requestToken, secretValue } from './check.ts';
import { change, named, usable, type SecretsManagerOperation } from './deps.ts';
import { current, withVersion } from './versions.ts';

export const updateSecret: SecretsManagerOperation<
  UpdateSecretCommandInput,
  UpdateSecretCommandOutput
> = {
  authorizes: (input, context) =>
    onSecret('UpdateSecret', input, context, () => ({
      ...said('Description', input.Description),
      ...said('KmsKeyId', input.KmsKeyId),
    })),

  async handle(deps, input, context) {
    refuse(input, 'Type');
    const id = requestToken(input.ClientRequestToken) ?? deps.ids.uuid();
    const value = secretValue(input);
    const description = lengthIn(input.Description, 0, 2048, 'description');
    const kmsKeyId = kmsKey(input.KmsKeyId);
    const nowMs = deps.clock.now();
    const secret = await change(deps, context, (draft) => {
      const before = usable(deps, draft, context, input.SecretId);
      const told = {
        ...before,
        description: description ?? before.description,
        kmsKeyId: kmsKeyId ?? before.kmsKeyId,
        changedAtMs: nowMs,
      };
      const version = value && { id, value, stages: [current], nowMs };
      const after =
        version === undefined ? told : withVersion(draft, deps.sealer, told, version, context);
      draft.put('secret', after.name, after);
      return after;
    });
    return { ...named(secret, context), VersionId: value && id };
  },
};

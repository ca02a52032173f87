// PutSecretValue: one more version of a secret.

import type {
  PutSecretValueCommandInput,
  PutSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { onSecret } from './access.ts';
import { refuse, requestToken, secretValue, stages } from './check.ts';
import { change, named, usable, type SecretsManagerOperation } from './deps.ts';
import { invalidRequest } from './error.ts';
import { current, withVersion } from './versions.ts';

export const putSecretValue: SecretsManagerOperation<
  PutSecretValueCommandInput,
  PutSecretValueCommandOutput
> = {
  authorizes: (input, context) => onSecret('PutSecretValue', input, context),

  async handle(deps, input, context) {
    refuse(input, 'RotationToken');
    const id = requestToken(input.ClientRequestToken) ?? deps.ids.uuid();
    const wanted = stages(input.VersionStages) ?? [current];
    const value = secretValue(input);
    if (value === undefined)
      throw invalidRequest('You must provide either SecretString or SecretBinary.');
    const nowMs = deps.clock.now();
    const secret = await change(deps, context, (draft) => {
      const before = usable(deps, draft, context, input.SecretId);
      const version = { id, value, stages: wanted, nowMs };
      const after = withVersion(draft, deps.sealer, before, version, context);
      if (after !== before) draft.put('secret', after.name, after);
      return after;
    });
    return {
      ...named(secret, context),
      VersionId: id,
      VersionStages: [...(secret.versions.find((version) => version.id === id)?.stages ?? [])],
    };
  },
};

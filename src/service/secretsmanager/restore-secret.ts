// RestoreSecret: it is not deleted after all.

import type {
  RestoreSecretCommandInput,
  RestoreSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { onSecret } from './access.ts';
import { change, found, named, type SecretsManagerOperation } from './deps.ts';

export const restoreSecret: SecretsManagerOperation<
  RestoreSecretCommandInput,
  RestoreSecretCommandOutput
> = {
  authorizes: (input, context) => onSecret('RestoreSecret', input, context),

  handle: (deps, input, context) =>
    change(deps, context, (draft) => {
      const secret = found(deps, draft, context, input.SecretId);
      if (secret.deletedAtMs !== undefined)
        draft.put('secret', secret.name, {
          ...secret,
          deletedAtMs: undefined,
          changedAtMs: deps.clock.now(),
        });
      return named(secret, context);
    }),
};

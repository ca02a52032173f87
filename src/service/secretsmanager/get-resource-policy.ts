// GetResourcePolicy: that a secret has none. Terraform asks; PutResourcePolicy is not built.

import type {
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { onSecret } from './access.ts';
import { found, named, view, type SecretsManagerOperation } from './deps.ts';

export const getResourcePolicy: SecretsManagerOperation<
  GetResourcePolicyCommandInput,
  GetResourcePolicyCommandOutput
> = {
  authorizes: (input, context) => onSecret('GetResourcePolicy', input, context),

  handle: async (deps, input, context) =>
    named(found(deps, await view(deps, context), context, input.SecretId), context),
};

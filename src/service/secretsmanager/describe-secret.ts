// DescribeSecret: all of a secret but its value, one that is marked for deletion too.

import type {
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { onSecret } from './access.ts';
import { found, view, type SecretsManagerOperation } from './deps.ts';
import { shownSecret, stagesById } from './show.ts';

export const describeSecret: SecretsManagerOperation<
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput
> = {
  authorizes: (input, context) => onSecret('DescribeSecret', input, context),

  async handle(deps, input, context) {
    const secret = found(deps, await view(deps, context), context, input.SecretId);
    return { ...shownSecret(secret, context), VersionIdsToStages: stagesById(secret) };
  },
};

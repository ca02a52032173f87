// GetSecretValue: the value of one version, by its id or its label.

import type {
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { lengthIn } from '../constraint.ts';
import { onSecret, said } from './access.ts';
import { usable, view, type SecretsManagerOperation } from './deps.ts';
import { shownValue } from './show.ts';

export const getSecretValue: SecretsManagerOperation<
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput
> = {
  authorizes: (input, context) =>
    onSecret('GetSecretValue', input, context, () => ({
      ...said('VersionId', input.VersionId),
      ...said('VersionStage', input.VersionStage),
    })),

  async handle(deps, input, context) {
    lengthIn(input.VersionId, 32, 64, 'versionId');
    lengthIn(input.VersionStage, 1, 256, 'versionStage');
    const secrets = await view(deps, context);
    const secret = usable(deps, secrets, context, input.SecretId);
    return shownValue(deps, secrets, secret, input, context);
  },
};

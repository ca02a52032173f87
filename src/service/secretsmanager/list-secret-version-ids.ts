// ListSecretVersionIds: the versions of a secret and their labels.

import type {
  ListSecretVersionIdsCommandInput,
  ListSecretVersionIdsCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { integerIn } from '../constraint.ts';
import { pageAfter } from '../page-after.ts';
import { onSecret } from './access.ts';
import { found, named, view, type SecretsManagerOperation } from './deps.ts';
import { badToken } from './error.ts';

export const listSecretVersionIds: SecretsManagerOperation<
  ListSecretVersionIdsCommandInput,
  ListSecretVersionIdsCommandOutput
> = {
  authorizes: (input, context) => onSecret('ListSecretVersionIds', input, context),

  async handle(deps, input, context) {
    const size = integerIn(input.MaxResults, 1, 100, 'maxResults') ?? 100;
    const secret = found(deps, await view(deps, context), context, input.SecretId);
    const shown = secret.versions
      .filter(({ stages }) => input.IncludeDeprecated === true || stages.length > 0)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const { items, next } = pageAfter(shown, ({ id }) => id, {
      operation: 'ListSecretVersionIds',
      size,
      token: input.NextToken,
      badToken,
    });
    return {
      ...named(secret, context),
      Versions: items.map(({ id, stages, createdAtMs }) => ({
        VersionId: id,
        VersionStages: [...stages],
        CreatedDate: new Date(createdAtMs),
      })),
      NextToken: next,
    };
  },
};

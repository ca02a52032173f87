// ListSecrets: a page of those that the filters leave, in the order that is asked for.

import type {
  ListSecretsCommandInput,
  ListSecretsCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { onAll } from '../access.ts';
import { integerIn, oneOf } from '../constraint.ts';
import { pageAfter } from '../page-after.ts';
import { secretsIn, view, type SecretsManagerOperation } from './deps.ts';
import { badToken, invalidParameter } from './error.ts';
import { filterOf } from './filter.ts';
import type { Secret } from './resources.ts';
import { shownSecret, stagesById } from './show.ts';

const orders = ['created-date', 'last-accessed-date', 'last-changed-date', 'name'] as const;

export const listSecrets: SecretsManagerOperation<
  ListSecretsCommandInput,
  ListSecretsCommandOutput
> = {
  authorizes: () => onAll('secretsmanager:ListSecrets'),

  async handle(deps, input, context) {
    const size = integerIn(input.MaxResults, 1, 100, 'maxResults') ?? 100;
    const order = oneOf(['asc', 'desc'], input.SortOrder, 'sortOrder') ?? 'asc';
    const by = oneOf(orders, input.SortBy, 'sortBy') ?? 'created-date';
    if (by === 'last-accessed-date')
      throw invalidParameter('SortBy last-accessed-date is not supported: reads are not noted');
    const passes = filterOf(input.Filters);
    const secrets = await view(deps, context);
    const all = secretsIn(secrets, deps.clock.now()).filter(
      (secret) =>
        (secret.deletedAtMs === undefined || input.IncludePlannedDeletion === true) &&
        passes(secret),
    );
    // Where the order descends, places do not: so they are counted down.
    const ascending = all.toSorted((a, b) => (placeOf(a, by) < placeOf(b, by) ? -1 : 1));
    const { items, next } =
      order === 'asc'
        ? pageAfter(ascending, (secret) => placeOf(secret, by), page())
        : pageAfter(ascending.reverse(), (secret) => mirrored(placeOf(secret, by)), page());
    return {
      SecretList: items.map((secret) => ({
        ...shownSecret(secret, context),
        SecretVersionsToStages: stagesById(secret),
      })),
      NextToken: next,
    };

    function page(): Parameters<typeof pageAfter>[2] {
      const operation = `ListSecrets ${by} ${order}`;
      return { operation, size, token: input.NextToken, badToken };
    }
  },
};

/** No two secrets have the same. */
function placeOf({ name, createdAtMs, changedAtMs }: Secret, by: (typeof orders)[number]): string {
  if (by === 'name') return name;
  const atMs = by === 'created-date' ? createdAtMs : changedAtMs;
  return `${String(atMs).padStart(15, '0')} ${name}`;
}

/** Texts of ASCII that sort the other way round; the end of a text is above all. */
const mirrored = (text: string): string =>
  `${[...text].map((character) => String.fromCharCode(158 - character.charCodeAt(0))).join('')}\u00ff`;

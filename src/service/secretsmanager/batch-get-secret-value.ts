// BatchGetSecretValue: the current values of up to twenty secrets; what one of them cannot be read
// for stands beside the others. Leave is asked for each that is named, or that the filters find.

import type {
  BatchGetSecretValueCommandInput,
  BatchGetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../wire/aws-error.ts';
import { onAll } from '../access.ts';
import { integerIn, lengthIn } from '../constraint.ts';
import { pageAfter } from '../page-after.ts';
import { onSecret } from './access.ts';
import {
  secretsIn,
  usable,
  view,
  type SecretsManagerDeps,
  type SecretsManagerOperation,
} from './deps.ts';
import type { Secret, SecretView } from './resources.ts';
import { badToken, invalidParameter } from './error.ts';
import { filterOf } from './filter.ts';
import { shownValue } from './show.ts';

export const batchGetSecretValue: SecretsManagerOperation<
  BatchGetSecretValueCommandInput,
  BatchGetSecretValueCommandOutput
> = {
  authorizes: ({ SecretIdList: ids = [] }, context) => [
    ...onAll('secretsmanager:BatchGetSecretValue'),
    ...ids.flatMap((id) => onSecret('GetSecretValue', { SecretId: id }, context)),
  ],

  async authorizesFound(deps, { Filters: filters }, context) {
    if (filters === undefined) return [];
    const found = secretsFound(deps, await view(deps, context), filters);
    return found.flatMap(({ name }) => onSecret('GetSecretValue', { SecretId: name }, context));
  },

  async handle(deps, input, context) {
    const { SecretIdList: given, Filters: filters, MaxResults: most } = input;
    if ((given === undefined) === (filters === undefined))
      throw invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
    if (most !== undefined && filters === undefined)
      throw invalidParameter(
        "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
      );
    lengthIn(given, 1, 20, 'secretIdList');
    const size = integerIn(most, 1, 20, 'maxResults') ?? 20;
    const secrets = await view(deps, context);
    const names = secretsFound(deps, secrets, filters).map(({ name }) => name);
    const page = pageAfter(names, (name) => name, {
      operation: 'BatchGetSecretValue',
      size,
      token: input.NextToken,
      badToken,
    });
    const answer: Required<Pick<BatchGetSecretValueCommandOutput, 'SecretValues' | 'Errors'>> = {
      SecretValues: [],
      Errors: [],
    };
    for (const id of given ?? page.items) {
      try {
        const secret = usable(deps, secrets, context, id);
        answer.SecretValues.push(shownValue(deps, secrets, secret, {}, context));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        answer.Errors.push({ SecretId: id, ErrorCode: error.name, Message: error.message });
      }
    }
    return { ...answer, NextToken: given === undefined ? page.next : undefined };
  },
};

/** Those that the filters find, on whichever page. */
function secretsFound(
  { clock }: Pick<SecretsManagerDeps, 'clock'>,
  secrets: SecretView,
  filters: BatchGetSecretValueCommandInput['Filters'],
): Secret[] {
  const passes = filterOf(filters);
  return secretsIn(secrets, clock.now()).filter(
    (secret) => secret.deletedAtMs === undefined && passes(secret),
  );
}

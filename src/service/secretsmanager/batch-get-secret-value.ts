// BatchGetSecretValue: the current values of up to twenty secrets; what one of them cannot be read
// for stands beside the others. Leave is asked for each that is named; for all, where filters
// choose.

import type {
  BatchGetSecretValueCommandInput,
  BatchGetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../wire/aws-error.ts';
import { onAll } from '../access.ts';
import { integerIn, lengthIn } from '../constraint.ts';
import { pageAfter } from '../page-after.ts';
import { onSecret } from './access.ts';
import { secretArnPrefix } from './arn.ts';
import { secretsIn, usable, view, type SecretsManagerOperation } from './deps.ts';
import { badToken, invalidParameter } from './error.ts';
import { filterOf } from './filter.ts';
import { shownValue } from './show.ts';

export const batchGetSecretValue: SecretsManagerOperation<
  BatchGetSecretValueCommandInput,
  BatchGetSecretValueCommandOutput
> = {
  authorizes: ({ SecretIdList: ids = [] }, context) => [
    ...onAll('secretsmanager:BatchGetSecretValue'),
    ...(ids.length === 0
      ? [
          {
            action: 'secretsmanager:GetSecretValue',
            resources: [`${secretArnPrefix(context.scope)}*`],
          },
        ]
      : ids.flatMap((id) => onSecret('GetSecretValue', { SecretId: id }, context))),
  ],

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
    const passes = filterOf(filters);
    const secrets = await view(deps, context);
    const names = secretsIn(secrets, deps.clock.now())
      .filter((secret) => secret.deletedAtMs === undefined && passes(secret))
      .map(({ name }) => name);
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

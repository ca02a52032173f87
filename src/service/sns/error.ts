// The errors of Amazon SNS by AWS's names, and their texts, once. No message holds a token or a
// password.

import { AwsError } from '../../wire/aws-error.ts';

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameter', 400, `Invalid parameter: ${message}`);
/** Of what message attributes and tags hold. */
export const invalidValue = (message: string): AwsError =>
  new AwsError('ParameterValueInvalid', 400, message);
const notFound = (message: string): AwsError => new AwsError('NotFound', 404, message);

export const noTopic = (): AwsError => notFound('Topic does not exist');
export const noSubscription = (): AwsError => notFound('Subscription does not exist');
export const noStatement = (): AwsError => notFound('Statement does not exist');
/** Tags have an error of their own. */
export const noResource = (): AwsError =>
  new AwsError('ResourceNotFound', 404, 'Resource does not exist');
export const notAllowed = (message: string): AwsError =>
  new AwsError('AuthorizationError', 403, message);

export const tooManyTopics = (most: number): AwsError =>
  new AwsError('TopicLimitExceeded', 403, `No more than ${most} topics may be made`);
export const tooManySubscriptions = (what: string, most: number): AwsError =>
  new AwsError('SubscriptionLimitExceeded', 403, `No more than ${most} ${what}`);
export const tooManyFilterPolicies = (most: number): AwsError =>
  new AwsError(
    'FilterPolicyLimitExceeded',
    403,
    `No more than ${most} subscriptions of a topic may have a filter policy`,
  );
export const tooManyTags = (): AwsError =>
  new AwsError(
    'TagLimitExceeded',
    400,
    'Could not complete request: tag quota of per resource exceeded',
  );

export const emptyBatch = (): AwsError =>
  new AwsError('EmptyBatchRequest', 400, "The batch request doesn't contain any entries.");
export const tooManyEntries = (): AwsError =>
  new AwsError(
    'TooManyEntriesInBatchRequest',
    400,
    'The batch request contains more entries than permissible.',
  );
export const sameEntryIds = (): AwsError =>
  new AwsError(
    'BatchEntryIdsNotDistinct',
    400,
    'Two or more batch entries in the request have the same Id.',
  );
export const badEntryId = (): AwsError =>
  new AwsError(
    'InvalidBatchEntryId',
    400,
    "The Id of a batch entry in a batch request doesn't abide by the specification.",
  );
export const batchTooLong = (): AwsError =>
  new AwsError(
    'BatchRequestTooLong',
    400,
    'The length of all the batch messages put together is more than the limit.',
  );

// The errors of CloudWatch Logs by AWS's names, and their texts, once.

import { AwsError } from '../../wire/aws-error.ts';

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', 400, message);
/** Nextflow knows a missing log by this type. */
export const groupNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 400, 'The specified log group does not exist.');
export const streamNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 400, 'The specified log stream does not exist.');
export const groupExists = (): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 400, 'The specified log group already exists');
export const streamExists = (): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 400, 'The specified log stream already exists');
export const noPolicy = (name: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    400,
    `Policy with name [${name.slice(0, 512)}] does not exist`,
  );
export const tooManyPolicies = (): AwsError =>
  new AwsError('LimitExceededException', 400, 'Resource limit exceeded.');
/** Clients wait a moment and ask again by themselves. */
export const throttled = (): AwsError => new AwsError('ThrottlingException', 400, 'Rate exceeded');
export const tooManyTags = (): AwsError =>
  new AwsError('TooManyTagsException', 400, 'A resource can have no more than 50 tags.');
export const invalidToken = (): AwsError => invalidParameter('The specified nextToken is invalid.');

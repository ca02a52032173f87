// The errors of Secrets Manager by AWS's names, and their texts, once. No message holds a secret.

import { AwsError } from '../../wire/aws-error.ts';

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', 400, message);
export const invalidRequest = (message: string): AwsError =>
  new AwsError('InvalidRequestException', 400, message);
const notFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', 400, message);

export const noSecret = (): AwsError =>
  notFound("Secrets Manager can't find the specified secret.");
export const noValueAtStage = (stage: string): AwsError =>
  notFound(`Secrets Manager can't find the specified secret value for staging label: ${stage}`);
export const noVersion = (id: string): AwsError =>
  notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`);
export const secretExists = (name: string): AwsError =>
  new AwsError(
    'ResourceExistsException',
    400,
    `The operation failed because the secret ${name} already exists.`,
  );
export const tokenTaken = (token: string, arn: string): AwsError =>
  new AwsError(
    'ResourceExistsException',
    400,
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );
export const markedForDeletion = (): AwsError =>
  invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
export const tooManyVersions = (most: number): AwsError =>
  new AwsError(
    'LimitExceededException',
    400,
    `A secret can have ${most} versions; those without a staging label may be removed a day after they were made.`,
  );
export const tooManyTags = (): AwsError =>
  new AwsError('LimitExceededException', 400, 'A secret can have no more than 50 tags.');
/** The server's key is another one than when it was put here. */
export const notDecrypted = (): AwsError =>
  new AwsError(
    'DecryptionFailure',
    400,
    "Secrets Manager can't decrypt the protected secret text: it was sealed under another key of this server.",
  );
export const badToken = (): AwsError =>
  new AwsError('InvalidNextTokenException', 400, 'The NextToken value is invalid.');

// The errors of Parameter Store (Systems Manager) by AWS's names, and their texts, once. No message
// holds a value.

import { AwsError } from '../../wire/aws-error.ts';

const error = (name: string, message: string): AwsError => new AwsError(name, 400, message);

export const noParameter = (name: string): AwsError =>
  error('ParameterNotFound', `Parameter ${name} not found.`);
export const noVersion = (name: string, version: number): AwsError =>
  error(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
export const parameterExists = (): AwsError =>
  error(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );
export const tooDeep = (levels: number): AwsError =>
  error(
    'HierarchyLevelLimitExceededException',
    `A hierarchy can have a maximum of ${levels} levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.`,
  );
export const reservedName = (name: string): AwsError =>
  error('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
export const noSuchKey = (): AwsError =>
  error(
    'InvalidKeyId',
    'KeyId is not supported by Longshore but for alias/aws/ssm: this server has no AWS KMS, and seals every value under a key of its own',
  );
export const badPattern = (reason: string): AwsError =>
  error('InvalidAllowedPatternException', `The allowed pattern cannot be used: ${reason}`);
export const mismatch = (pattern: string): AwsError =>
  error(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
export const oldestHasLabel = (name: string, version: number): AwsError =>
  error(
    'ParameterMaxVersionLimitExceeded',
    `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
  );
export const tooManyParameters = (): AwsError =>
  error(
    'ParameterLimitExceeded',
    'You have exceeded the number of parameters for this AWS account and region. Delete one or more parameters and try again.',
  );
export const tooManyLabels = (): AwsError =>
  error(
    'ParameterVersionLabelLimitExceeded',
    'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
  );
export const tooManyTags = (): AwsError =>
  error('TooManyTagsError', 'A parameter can have no more than 50 tags.');
export const badResourceId = (): AwsError => error('InvalidResourceId', 'Invalid Resource Id');
export const badResourceType = (): AwsError =>
  error('InvalidResourceType', 'Invalid Resource Type');
export const badFilterKey = (key: string): AwsError =>
  error('InvalidFilterKey', `The following filter key is not valid: ${key}.`);
export const badFilterOption = (option: string): AwsError =>
  error('InvalidFilterOption', `The following filter option is not valid: ${option}.`);
export const badFilterValue = (message: string): AwsError => error('InvalidFilterValue', message);
export const badToken = (): AwsError =>
  error('InvalidNextToken', 'The specified token is not valid.');
/** The server's key is another one than when it was put here. */
export const notDecrypted = (name: string): AwsError =>
  error(
    'InvalidKeyId',
    `The value of ${name} cannot be decrypted: it was sealed under another key of this server.`,
  );

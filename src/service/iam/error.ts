// The errors of IAM by AWS's codes, and their texts, once. Terraform and scripts match on the
// codes, and some on the texts.

import { AwsError } from '../../wire/aws-error.ts';
import type { EntityKind } from './resources.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationError', 400, message);
export const invalidInput = (message: string): AwsError =>
  new AwsError('InvalidInput', 400, message);
export const malformedPolicy = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocument', 400, message);
export const noRole = (name: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The role with name ${name} cannot be found.`);
export const noProfile = (name: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `Instance Profile ${name} cannot be found.`);
export const noInlinePolicy = (of: EntityKind, name: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The ${of} policy with name ${name} cannot be found.`);
export const noUser = (name: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The user with name ${name} cannot be found.`);
export const noGroup = (name: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The group with name ${name} cannot be found.`);
export const noAccessKey = (id: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The Access Key with id ${id} cannot be found.`);
export const noLoginProfile = (user: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `Login Profile for User ${user} cannot be found.`);
export const noBoundary = (arn: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `Scope ARN: ${arn} does not exist or is not attachable.`);
export const noAlias = (alias: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The account alias ${alias} cannot be found.`);
export const noProvider = (arn: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `OpenIDConnect Provider not found for arn ${arn}`);
export const exists = (kind: 'User' | 'Group', name: string): AwsError =>
  new AwsError('EntityAlreadyExists', 409, `${kind} with name ${name} already exists.`);
export const providerExists = (url: string): AwsError =>
  new AwsError('EntityAlreadyExists', 409, `Provider with url ${url} already exists.`);
/** Who names no user must be one, or root. */
export const mustNameUser = (): AwsError =>
  invalid('Must specify userName when calling with non-User credentials');
export const noPolicy = (arn: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `Policy ${arn} does not exist or is not attachable.`);
/** What only roles of services carry. */
export const notAttachable = (): AwsError =>
  new AwsError(
    'PolicyNotAttachable',
    400,
    'Cannot attach a Service Role Policy to a Customer Role.',
  );
export const noPolicyFound = (arn: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `Policy ${arn} was not found.`);
export const noVersion = (arn: string, version: string): AwsError =>
  new AwsError(
    'NoSuchEntity',
    404,
    `Policy ${arn} version ${version} does not exist or is not attachable.`,
  );
export const policyExists = (name: string): AwsError =>
  new AwsError(
    'EntityAlreadyExists',
    409,
    `A policy called ${name} already exists. Duplicate names are not allowed.`,
  );
export const policyInUse = (): AwsError =>
  new AwsError('DeleteConflict', 409, 'Cannot delete a policy attached to entities.');
export const policyHasVersions = (): AwsError =>
  new AwsError(
    'DeleteConflict',
    409,
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  );
export const defaultVersionStays = (): AwsError =>
  new AwsError('DeleteConflict', 409, 'Cannot delete the default version of a policy.');
export const tooManyVersions = (most: number): AwsError =>
  new AwsError(
    'LimitExceeded',
    409,
    `A managed policy can have up to ${most} versions. Before you create a new version, you must delete an existing version.`,
  );
export const noDeletion = (id: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `The deletion task ${id} cannot be found.`);
/** The server has more to do than it may hold. */
export const throttled = (message: string): AwsError => new AwsError('Throttling', 400, message);
export const notAttached = (arn: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `Policy ${arn} was not found.`);
export const notInProfile = (role: string, profile: string): AwsError =>
  new AwsError('NoSuchEntity', 404, `Role ${role} is not in instance profile ${profile}.`);
export const roleExists = (name: string): AwsError =>
  new AwsError('EntityAlreadyExists', 409, `Role with name ${name} already exists.`);
export const profileExists = (name: string): AwsError =>
  new AwsError('EntityAlreadyExists', 409, `Instance Profile ${name} already exists.`);
export const deleteConflict = (first: string): AwsError =>
  new AwsError('DeleteConflict', 409, `Cannot delete entity, must ${first} first.`);
export const limitExceeded = (quota: string, most: number): AwsError =>
  new AwsError('LimitExceeded', 409, `Cannot exceed quota for ${quota}: ${most}`);
export const inlineTooLarge = (of: EntityKind, name: string, most: number): AwsError =>
  new AwsError(
    'LimitExceeded',
    409,
    `Maximum policy size of ${most} bytes exceeded for ${of} ${name}`,
  );
/** Roles of services are theirs to change. */
export const unmodifiable = (name: string): AwsError =>
  new AwsError(
    'UnmodifiableEntity',
    400,
    `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`,
  );

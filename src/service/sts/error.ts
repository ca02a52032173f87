// The errors of STS by AWS's codes, and their texts, once. None repeats a secret or a token.

import { AwsError } from '../../wire/aws-error.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationError', 400, message);
export const badRoleArn = (): AwsError => invalid('Request ARN is invalid');
export const accessDenied = (message: string): AwsError =>
  new AwsError('AccessDenied', 403, message);
/** `action` is one that is asked of a role's trust policy. */
export const mayNot = (
  callerArn: string,
  action: string,
  roleArn: string,
  because = '',
): AwsError =>
  accessDenied(
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${roleArn}${because}`,
  );
export const mayNotByToken = (): AwsError =>
  accessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity');
export const malformedPolicy = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocument', 400, message);
/** `percent` of what policies and tags may take. */
export const packedPolicyTooLarge = (percent: number): AwsError =>
  new AwsError(
    'PackedPolicyTooLarge',
    400,
    `Packed size of session tags and session policies consumes ${percent}% of allotted space.`,
  );
export const invalidIdentityToken = (message: string): AwsError =>
  new AwsError('InvalidIdentityToken', 400, message);
export const tokenExpired = (nowMs: number, expiredAtMs: number): AwsError => {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  return new AwsError(
    'ExpiredTokenException',
    400,
    `Token expired: current date/time ${seconds(nowMs)} must be before the expiration date/time ${seconds(expiredAtMs)}`,
  );
};
export const noIssuerKeys = (why: string): AwsError =>
  new AwsError(
    'IDPCommunicationError',
    400,
    `Couldn't retrieve verification key from your identity provider: ${why}`,
  );
export const badMessage = (): AwsError =>
  new AwsError(
    'InvalidAuthorizationMessageException',
    400,
    'The encoded authorization message is invalid: it is not whole, or this account or server did not get it',
  );

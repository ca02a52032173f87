// The errors of EventBridge by AWS's names, and their texts, once: as tests against AWS have them
// (those of LocalStack and moto), and as users report them.

import { AwsError } from '../../wire/aws-error.ts';
import { validation } from '../constraint.ts';

export const invalidEventPattern = (message: string): AwsError =>
  new AwsError('InvalidEventPatternException', 400, message);
/** AWS says no more of it. */
export const invalidEvent = (): AwsError => validation('Parameter Event is not valid.');

const notFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', 400, message);
export const noBus = (name: string): AwsError => notFound(`Event bus ${name} does not exist.`);
export const noRule = (name: string, bus: string): AwsError =>
  notFound(`Rule ${name} does not exist on EventBus ${bus}.`);

export const limitExceeded = (): AwsError =>
  new AwsError(
    'LimitExceededException',
    400,
    'The requested resource exceeds the maximum number allowed.',
  );
export const managedRule = (name: string): AwsError =>
  new AwsError(
    'ManagedRuleException',
    400,
    `${name} is a managed rule. Set 'force' parameter to true to override.`,
  );
/** Where nothing overrides it. */
export const onlyManaged = (name: string): AwsError =>
  new AwsError('ManagedRuleException', 400, `${name} is a managed rule.`);
/** A part of AWS's that is not here: refused, never taken and forgotten. */
export const unsupported = (what: string): AwsError =>
  validation(`${what} is not supported by Longshore.`);
export const badToken = (): AwsError => validation('Parameter NextToken is not valid.');

export const alreadyThere = (what: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 400, `${what} already exists.`);
export const noStatement = (): AwsError =>
  notFound('Statement with the provided id does not exist.');
export const policyTooLong = (): AwsError =>
  new AwsError(
    'PolicyLengthExceededException',
    400,
    'The event bus policy is too long. For more information, see the limits.',
  );

export const noConnection = (name: string): AwsError =>
  notFound(`Failed to describe the connection(s). Connection '${name}' does not exist.`);
export const noDestination = (name: string): AwsError =>
  notFound(
    `Failed to describe the api-destination(s). An api-destination '${name}' does not exist.`,
  );

export const noArchive = (name: string): AwsError => notFound(`Archive ${name} does not exist.`);
export const noReplay = (name: string): AwsError => notFound(`Replay ${name} does not exist.`);
export const notInState = (name: string): AwsError =>
  new AwsError(
    'IllegalStatusException',
    400,
    `Replay ${name} is not in a valid state for this operation.`,
  );

// The errors of EventBridge Scheduler by AWS's names, and their texts, once.

import { AwsError } from '../../wire/aws-error.ts';
import { validation } from '../constraint.ts';

const notFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', 404, message);
const conflict = (message: string): AwsError => new AwsError('ConflictException', 409, message);

export const noSchedule = (name: string): AwsError => notFound(`Schedule ${name} does not exist.`);
export const noGroup = (name: string): AwsError =>
  notFound(`Schedule group ${name} does not exist.`);
export const scheduleExists = (name: string): AwsError =>
  conflict(`Schedule ${name} already exists.`);
export const groupExists = (name: string): AwsError =>
  conflict(`Schedule group ${name} already exists.`);
export const groupDeleting = (name: string): AwsError =>
  conflict(`Schedule group ${name} is being deleted.`);
export const quotaExceeded = (what: string, most: number): AwsError =>
  new AwsError(
    'ServiceQuotaExceededException',
    402,
    `The quota of ${most} ${what} for the account and region is exceeded.`,
  );
export const badToken = (): AwsError => validation('Invalid NextToken.');
/** A member of AWS's that means nothing here. */
export const unsupported = (member: string): AwsError =>
  validation(`${member} is not supported by Longshore`);

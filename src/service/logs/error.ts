// The errors of CloudWatch Logs by AWS's names, and their texts, once.

import { AwsError } from '../../wire/aws-error.ts';

export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', 400, message);
/** Nextflow knows a missing log by this type. */
export const groupNotFound = (): AwsError => new AwsError('ResourceNotFoundException', 400, 'The specified log group does not exist.');
export const streamNotFound = (): AwsError => new AwsError('ResourceNotFoundException', 400, 'The specified log stream does not exist.');
export const groupExists = (): AwsError => new AwsError('ResourceAlreadyExistsException', 400, 'The specified log group already exists');
export const streamExists = (): AwsError => new AwsError('ResourceAlreadyExistsException', 400, 'The specified log stream already exists');
export const invalidToken = (): AwsError => invalidParameter('The specified nextToken is invalid.');

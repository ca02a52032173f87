// The errors of EKS by AWS's names, and their texts, once.

import { AwsError } from '../../wire/aws-error.ts';

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', 400, message);
export const noCluster = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', 404, `No cluster found for name: ${name}.`);

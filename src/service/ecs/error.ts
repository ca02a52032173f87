// The errors of ECS by AWS's names, and their texts, once.

import { never } from '../../base/assert.ts';
import type { Refusal } from '../../base/refusal.ts';
import { AwsError } from '../../wire/aws-error.ts';

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', 400, message);
export const clientError = (message: string): AwsError =>
  new AwsError('ClientException', 400, message);
export const clusterNotFound = (): AwsError =>
  new AwsError('ClusterNotFoundException', 400, 'Cluster not found.');
export const instanceNotFound = (): AwsError =>
  invalidParameter('referenced container instance not found.');

/** A core refusal as ECS answers it. */
export function fromRefusal(refusal: Refusal): AwsError {
  switch (refusal.refusal) {
    case 'invalid':
      return invalidParameter(refusal.message);
    case 'not-found':
    case 'conflict':
    case 'limit':
      return clientError(refusal.message);
    case 'busy':
      return new AwsError('ThrottlingException', 400, refusal.message);
    default:
      return never(refusal.refusal);
  }
}

// The errors of EventBridge by AWS's names, and their texts, once.

import { AwsError } from '../../wire/aws-error.ts';
import { validation } from '../constraint.ts';

export const invalidEventPattern = (message: string): AwsError =>
  new AwsError('InvalidEventPatternException', 400, message);
/** AWS says no more of it. */
export const invalidEvent = (): AwsError => validation('Parameter Event is not valid.');

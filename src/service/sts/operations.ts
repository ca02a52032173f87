// The operations of AWS STS that are built, by AWS's name. Temporary credentials need credentials
// that are checked: not yet.

import type { OperationTable } from '../../wire/operation.ts';
import { getCallerIdentity } from './get-caller-identity.ts';

export const stsOperations: OperationTable<unknown> = {
  GetCallerIdentity: getCallerIdentity,
};

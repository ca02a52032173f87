// Environment variables of definitions and overrides.

import type { KeyValuePair } from '@aws-sdk/client-batch';
import { reservedVariablePrefix } from '../../../core/job/container.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

/**
 * "Environment variables cannot start with AWS_BATCH. This naming convention is reserved for
 * variables that Batch sets."
 */
export function checkEnvironment(
  environment: readonly KeyValuePair[] | undefined,
  where: string,
): void {
  for (const { name = '' } of environment ?? []) {
    if (name === '') throw invalid(`${where}.environment: Environment variable name is required.`);
    if (name.startsWith(reservedVariablePrefix)) {
      throw invalid(
        `${where}.environment: '${name}' begins with ${reservedVariablePrefix}, which is reserved for variables that AWS Batch sets`,
      );
    }
    if (name.includes('='))
      throw invalid(`${where}.environment: '${name}' is not a name of a variable`);
  }
}

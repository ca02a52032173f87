// Overrides of a container, of a single job or a node range (the model's documentation of
// ContainerOverrides).

import type { ContainerOverrides } from '@aws-sdk/client-batch';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkEnvironment } from './environment.ts';
import { checkAmounts } from './resource-requirements.ts';
import { refuseNul } from './text.ts';

export function checkContainerOverrides(
  overrides: ContainerOverrides,
  where: string,
  fargate: boolean,
): void {
  // "This parameter can't contain an empty string."
  if (overrides.command?.includes(''))
    throw invalid(`${where}.command must not hold an empty string`);
  refuseNul(overrides, where);
  checkEnvironment(overrides.environment, where);
  checkAmounts(overrides, where, fargate);
}

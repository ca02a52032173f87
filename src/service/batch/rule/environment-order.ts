// `computeEnvironmentOrder` and `serviceEnvironmentOrder` of job queues: the form of their numbers.
// Which environments may stand together is core's question.

import type { ComputeEnvironmentOrder, ServiceEnvironmentOrder } from '@aws-sdk/client-batch';
import { integerIn } from '../../../wire/check.ts';

/** Any whole number does, also 0, with which Terraform begins. */
export function checkOrder(entries: readonly ComputeEnvironmentOrder[] | undefined): void {
  checkNumbers(entries, 'computeEnvironmentOrder');
}

export function checkServiceOrder(entries: readonly ServiceEnvironmentOrder[] | undefined): void {
  checkNumbers(entries, 'serviceEnvironmentOrder');
}

function checkNumbers(
  entries: readonly { readonly order: number | undefined }[] | undefined,
  where: string,
): void {
  for (const { order } of entries ?? [])
    integerIn(order, -(2 ** 31), 2 ** 31 - 1, `${where}.order`);
}

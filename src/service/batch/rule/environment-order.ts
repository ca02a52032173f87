// `computeEnvironmentOrder` of job queues: the form of its numbers. Which environments may stand
// together is core's question.

import type { ComputeEnvironmentOrder } from '@aws-sdk/client-batch';
import { integerIn } from '../../../wire/check.ts';

/** Any whole number does, also 0, with which Terraform begins. */
export function checkOrder(entries: readonly ComputeEnvironmentOrder[] | undefined): void {
  for (const { order } of entries ?? [])
    integerIn(order, -(2 ** 31), 2 ** 31 - 1, 'computeEnvironmentOrder.order');
}

// `capacityLimits` of service environments: forms and ranges (the model's documentation of
// CapacityLimit). What a queue's policy demands of them is core's question.

import type { CapacityLimit as GivenLimit } from '@aws-sdk/client-batch';
import {
  allInstances,
  isTrainingInstance,
  type CapacityLimit,
} from '../../../core/service-environment/service-environment.ts';
import { limit } from '../../../core/limit.ts';
import { integerIn, lengthIn } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const where = 'capacityLimits';

/** Checked and filled in. */
export function readCapacityLimits(given: readonly GivenLimit[]): CapacityLimit[] {
  lengthIn(given, 1, limit.capacityLimits, where);
  const seen = new Set<string>();
  const limits = given.map(({ capacityUnit, maxCapacity }) => {
    if (capacityUnit === undefined) throw invalid(`${where}.capacityUnit must be provided`);
    if (maxCapacity === undefined) throw invalid(`${where}.maxCapacity must be provided`);
    if (capacityUnit !== allInstances && !isTrainingInstance(capacityUnit))
      throw invalid(
        `${where}.capacityUnit must be ${allInstances} or an instance type, as ml.m5.large; it is '${capacityUnit}'`,
      );
    integerIn(maxCapacity, 1, 2 ** 31 - 1, `${where}.maxCapacity`);
    if (seen.has(capacityUnit)) throw invalid(`${where} holds two limits of ${capacityUnit}`);
    seen.add(capacityUnit);
    return { capacityUnit, maxCapacity };
  });
  if (seen.has(allInstances) && seen.size > 1)
    throw invalid(
      `${where}: ${allInstances} counts every instance, and no other unit stands beside it`,
    );
  return limits;
}

// Law: a service job is placed in the service environment of its queue alone, where that is
// ENABLED, and never beyond a capacity limit of it: of all instances, or of those of one type.
// Counted from rows alone.

import type { Arn } from '../../src/base/ids.ts';
import type { LiveJob } from '../../src/core/job/job.ts';
import type { Ledger } from '../ledger.ts';
import { BrokenLaw, type Checker } from './checker.ts';

/** What attempts under way have of the environment, counted in the unit. */
export function instancesInUse(ledger: Ledger, environment: Arn | undefined, unit: string): number {
  let sum = 0;
  for (const { attempt, terms } of ledger.live.values()) {
    const { service } = terms;
    if (service === undefined || attempt.computeEnvironmentArn !== environment) continue;
    if (unit === 'NUM_INSTANCES' || unit === service.instanceType) sum += service.instances;
  }
  return sum;
}

export const serviceJobsKeepToCapacity: Checker = {
  law: 'service jobs keep to the capacity of their environment',
  check({ commits, ledger }) {
    // Rows are of the last transaction.
    const only = commits.length === 1 ? commits[0] : undefined;
    for (const job of only?.placed ?? []) checkPlaced(ledger, job);
  },
};

function checkPlaced(ledger: Ledger, { id, queueArn, terms, attempt }: LiveJob): void {
  const arn = attempt.computeEnvironmentArn;
  const environment = ledger.serviceEnvironments.get(arn);
  if (terms.service === undefined) {
    if (environment !== undefined)
      throw new BrokenLaw(`job ${id}, which is no service job, was placed in ${arn}`);
    return;
  }
  const order = ledger.queues.get(queueArn)?.serviceEnvironmentOrder ?? [];
  if (!order.some(({ serviceEnvironment }) => serviceEnvironment === arn))
    throw new BrokenLaw(`service job ${id} was placed in ${arn}, which its queue has not`);
  if (environment?.state !== 'ENABLED')
    throw new BrokenLaw(`service job ${id} was placed in ${arn}, which is ${environment?.state}`);
  const { instanceType } = terms.service;
  const limits = environment.capacityLimits.filter(
    ({ capacityUnit }) => capacityUnit === 'NUM_INSTANCES' || capacityUnit === instanceType,
  );
  if (limits.length === 0)
    throw new BrokenLaw(`service job ${id} was placed, and nothing allows ${instanceType}`);
  for (const { capacityUnit, maxCapacity } of limits) {
    const inUse = instancesInUse(ledger, arn, capacityUnit);
    if (inUse > maxCapacity)
      throw new BrokenLaw(
        `service job ${id} was placed in ${environment.name}, which then used ${inUse} of ${maxCapacity} ${capacityUnit}`,
      );
  }
}

// `jobStateTimeLimitActions` of job queues: forms and ranges (doc/reasons.md, time limits).

import type { JobStateTimeLimitAction } from '@aws-sdk/client-batch';
import { JobStateTimeLimitActionsState } from '@aws-sdk/client-batch';
import { integerIn, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const where = 'jobStateTimeLimitActions';
/**
 * The conditions for which an action may be set (user guide, Automatic remediation); that of a
 * service role has to be looked into.
 */
const reasons: readonly (string | undefined)[] = [
  'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
  'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  'MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED',
];

/** `isService`: the queue is one of service jobs. */
export function checkTimeLimitActions(
  actions: readonly JobStateTimeLimitAction[] | undefined,
  isService: boolean,
): void {
  const seen = new Set<string>();
  for (const { reason, state, maxTimeSeconds, action } of actions ?? []) {
    if (!reasons.includes(reason))
      throw invalid(`${where}.reason must be one of ${reasons.join(', ')}; it is '${reason}'`);
    if (seen.has(reason as string)) throw invalid(`${where} holds two actions for ${reason}`);
    seen.add(reason as string);
    oneOf(JobStateTimeLimitActionsState, state, `${where}.state`);
    integerIn(maxTimeSeconds, 600, 86_400, `${where}.maxTimeSeconds`);
    const only = isService ? 'TERMINATE' : 'CANCEL';
    if (action !== only)
      throw invalid(
        `${where}.action must be ${only} for queues of ${isService ? 'service' : 'compute'} environments; it is '${action}'`,
      );
  }
}

// `dependsOn` of a submission: which types of dependency go with which jobs (user guide, chapters Job Dependencies and Array
// Jobs). Their effect is core's.

import type { JobDependency } from '@aws-sdk/client-batch';
import { ArrayJobDependency } from '@aws-sdk/client-batch';
import type { Limits } from '../../../core/limit.ts';
import { lengthIn, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

export function checkDependencies(dependsOn: readonly JobDependency[] | undefined, isArray: boolean, { dependenciesPerJob }: Limits): void {
  lengthIn(dependsOn, 0, dependenciesPerJob, 'dependsOn');
  for (const { jobId, type } of dependsOn ?? []) {
    oneOf(ArrayJobDependency, type, 'dependsOn.type');
    if (type !== undefined && !isArray) throw invalid(`dependsOn.type ${type} is only for array jobs`);
    if (type === 'SEQUENTIAL' && jobId) throw invalid('dependsOn: a dependency of type SEQUENTIAL must not have a jobId');
    if (type !== 'SEQUENTIAL' && !jobId) throw invalid(type === undefined ? 'dependsOn.jobId must be provided' : 'dependsOn: a dependency of type N_TO_N must have a jobId');
  }
}

// `dependsOn` of a submission: which jobs are meant, and which types of dependency go with which
// jobs (user guide, chapters Job Dependencies and Array Jobs). Their effect is core's.

import type { JobDependency } from '@aws-sdk/client-batch';
import { ArrayJobDependency } from '@aws-sdk/client-batch';
import type { Scope } from '../../../base/ids.ts';
import { jobIdOf } from '../../../core/job/job-reference.ts';
import type { Limits } from '../../../core/limit.ts';
import { lengthIn, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

/**
 * With the ids of the jobs that they name. What names none stays, and core says that it does not
 * exist.
 */
export function readDependencies(
  scope: Scope,
  dependsOn: JobDependency[] | undefined,
  isArray: boolean,
  { dependenciesPerJob }: Limits,
): JobDependency[] | undefined {
  lengthIn(dependsOn, 0, dependenciesPerJob, 'dependsOn');
  return dependsOn?.map((dependency) => readDependency(scope, dependency, isArray));
}

function readDependency(
  scope: Scope,
  { jobId: given, type: givenType }: JobDependency,
  isArray: boolean,
): JobDependency {
  const type = oneOf(ArrayJobDependency, givenType || undefined, 'dependsOn.type');
  const jobId = given ? (jobIdOf(scope, given) ?? given) : undefined;
  // Programs send it for one plain job after another, and AWS takes it for that (ADR 0021).
  if (type === 'SEQUENTIAL' && jobId !== undefined && !isArray) return { jobId };
  if (type !== undefined && !isArray)
    throw invalid(`dependsOn.type ${type} is only for array jobs`);
  if (type === 'SEQUENTIAL' && jobId !== undefined)
    throw invalid('dependsOn: a dependency of type SEQUENTIAL must not have a jobId');
  if (type !== 'SEQUENTIAL' && jobId === undefined)
    throw invalid(
      type === undefined
        ? 'dependsOn.jobId must be provided'
        : 'dependsOn: a dependency of type N_TO_N must have a jobId',
    );
  return { ...(jobId !== undefined && { jobId }), ...(type !== undefined && { type }) };
}

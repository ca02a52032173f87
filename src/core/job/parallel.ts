// At most so many at once (tags longshore:max-parallel and longshore:group): what a submission's
// tags come to. Of an array its children are counted; of a group all jobs of the account and region
// that name it, whatever their queues.

import type { JobId, Scope } from '../../base/ids.ts';
import { refuse, type Refusal } from '../../base/refusal.ts';
import type { OwnTags } from '../own-tag/own-tags.ts';
import type { ParallelTerms } from './terms.ts';

interface Submission {
  readonly scope: Scope;
  readonly jobId: JobId;
  readonly isArray: boolean;
  /** Its own tags, without its definition's. */
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/**
 * A definition's number is for those of its jobs that are arrays; a job that says it itself must be
 * one, or name a group.
 */
export function parallelTerms(
  ownTags: OwnTags | undefined,
  { scope, jobId, isArray, tags }: Submission,
): ParallelTerms | undefined | Refusal {
  const { maxParallel: atOnce, group } = ownTags ?? {};
  if (atOnce === undefined)
    return group === undefined
      ? undefined
      : refuse(
          'invalid',
          `Tag longshore:group names group ${group}, and no tag longshore:max-parallel says how many of it may run at once.`,
        );
  if (group !== undefined) return { atOnce, among: `${scope} ${group}`, group };
  if (isArray) return { atOnce, among: jobId };
  return tags !== undefined && 'longshore:max-parallel' in tags
    ? refuse(
        'invalid',
        'Tag longshore:max-parallel is for the children of an array, and this job is none: submit an array, or name a group in tag longshore:group.',
      )
    : undefined;
}

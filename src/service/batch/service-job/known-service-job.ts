// A service job as somebody names it. A container job of the same id is none.

import type { Scope } from '../../../base/ids.ts';
import { serviceJobIdOf } from '../../../core/service-job/service-job-reference.ts';
import type { JobView, Reader } from '../../../port/reader.ts';

export function knownServiceJob(
  reader: Pick<Reader, 'jobs'>,
  scope: Scope,
  given: string,
): JobView | undefined {
  const id = serviceJobIdOf(scope, given);
  const view = id === undefined ? undefined : reader.jobs.one(scope, id);
  return view?.detail.service === undefined ? undefined : view;
}

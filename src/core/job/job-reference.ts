// Which job a caller means: by its id, a child's `id:index`, a node's `id#node`, or the ARN of one
// of these. Every operation that takes a job asks here, so that a job is found by each of its names
// in each of them, and by nothing that only looks like one. Pure text: whether the job is there,
// others know.

import type { JobId, Scope } from '../../base/ids.ts';
import { jobArn } from '../arn.ts';

/** An index or a number of a node is written in one way only. */
const idForm = /^[\w-]{1,128}([:#](0|[1-9]\d{0,4}))?$/;
const nameForm =
  /^(arn:aws[a-z-]*:batch:[a-z0-9-]+:\d{12}:job\/)?[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}([:#](0|[1-9]\d{0,4}))?$/;

/**
 * The id; undefined where the text names no job of this account and region, as the ARN of another
 * one does not.
 */
export function jobIdOf(scope: Scope, given: string): JobId | undefined {
  const prefix = jobArn(scope, '' as JobId);
  if (given.startsWith('arn:') && !given.startsWith(prefix)) return undefined;
  const id = given.startsWith('arn:') ? given.slice(prefix.length) : given;
  return idForm.test(id) ? (id as JobId) : undefined;
}

/** Whether it has the form of a job's name, a UUID, here or in another account or region. */
export const isJobName = (given: string): boolean => nameForm.test(given);

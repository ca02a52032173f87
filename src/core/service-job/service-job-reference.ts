// Which service job a caller means: by its id, or by its ARN. Pure text: whether the job is there,
// others know.

import type { JobId, Scope } from '../../base/ids.ts';
import { serviceJobArn } from '../arn.ts';

const idForm = /^[\w-]{1,128}$/;
const nameForm =
  /^(arn:aws[a-z-]*:batch:[a-z0-9-]+:\d{12}:service-job\/)?[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/;

/** The id; undefined where the text names no service job of this account and region. */
export function serviceJobIdOf(scope: Scope, given: string): JobId | undefined {
  const prefix = serviceJobArn(scope, '' as JobId);
  if (given.startsWith('arn:') && !given.startsWith(prefix)) return undefined;
  const id = given.startsWith('arn:') ? given.slice(prefix.length) : given;
  return idForm.test(id) ? (id as JobId) : undefined;
}

/** Whether it has the form of a service job's name, here or in another account or region. */
export const isServiceJobName = (given: string): boolean => nameForm.test(given);

// What AWS Batch has and this server has not yet: refused by name, never accepted and forgotten (DESIGN 9).

import { invalid } from '../../../wire/error-catalogue.ts';

/** Refuses `what` where it was given; an empty value is as good as none, for clients send those. */
export function refuseUnbuilt(given: unknown, what: string): void {
  const empty = given === undefined || given === null || given === '' || (typeof given === 'object' && Object.keys(given).length === 0);
  if (!empty) throw invalid(`${what} is not supported by Longshore yet`);
}

// What AWS Batch has and this server has not yet: refused by name, never accepted and forgotten (DESIGN 9).

import { invalid } from '../../../wire/error-catalogue.ts';

/** Refuses `what` where it says anything. */
export function refuseUnbuilt(given: unknown, what: string): void {
  if (saysAnything(given)) throw invalid(`${what} is not supported by Longshore yet`);
}

/** Clients send empty values, and structures of nothing else, for members that they have nothing to say about. */
export function saysAnything(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || (Array.isArray(value) ? value.length > 0 : Object.values(value).some(saysAnything));
}

// What AWS Batch has and this server has not yet: refused by name, never accepted and forgotten.

import { invalid } from '../../../wire/error-catalogue.ts';

/** Refuses `what` where it was given; an empty value is as good as none, for clients send those. */
export function refuseUnbuilt(given: unknown, what: string): void {
  if (!isEmpty(given)) throw invalid(`${what} is not supported by Longshore yet`);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

export const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && isEmpty(value);

/**
 * Clients send structures of nothing but empty values for members that they have nothing to say
 * about.
 */
export const saysAnything = (structure: object | undefined): boolean =>
  Object.values(structure ?? {}).some((value) => !isEmpty(value));

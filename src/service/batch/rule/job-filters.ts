// Filters of lists of jobs that several operations take.

import type { KeyValuesPair } from '@aws-sdk/client-batch';
import type { NamePattern } from '../../../port/reader.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

/** The one value of a filter. */
export function filterValue({ name, values = [] }: KeyValuesPair): string {
  const [value] = values;
  if (value === undefined || value === '' || values.length > 1)
    throw invalid(`Filter ${name} must have exactly one value`);
  return value;
}

/**
 * "If the value ends with an asterisk (*), the filter matches any name that begins with the string
 * before the '*'."
 */
export const namePattern = (value: string): NamePattern =>
  value.endsWith('*') ? { text: value.slice(0, -1), prefix: true } : { text: value, prefix: false };

export function milliseconds(name: string, value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw invalid(
      `Filter ${name} must be a time in milliseconds since the epoch; it is '${value}'`,
    );
  return Number(value);
}

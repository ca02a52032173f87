// Texts that go into a container: no system call can carry a NUL, so that a container with one
// could never start. Its attempts would fail one by one.

import { invalid } from '../../../wire/error-catalogue.ts';

/**
 * Throws where any text in the value, or a key of a map, holds a NUL. `where`: the member that it
 * is, as messages name it.
 */
export function refuseNul(value: unknown, where: string): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw invalid(`${where} must not hold the character NUL`);
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) refuseNul(entry, `${where}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      refuseNul(key, where);
      refuseNul(entry, `${where}.${key}`);
    }
  }
}

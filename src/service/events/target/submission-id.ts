// The id of the job that an event brings about at a target: the same one however often it is
// delivered, or held against the rules, so that what arrived just before the server ended submits
// no second job after it. An event tells itself from all others.

import { createHash } from 'node:crypto';
import type { Delivery } from '../../../port/delivery.ts';

/** A UUID of version 7, of when the event came in; what tells one from another is hashed. */
export function submissionId(
  { scope, lane, sinceMs }: Pick<Delivery, 'scope' | 'lane' | 'sinceMs'>,
  event: string,
): string {
  const time = Math.floor(sinceMs).toString(16).padStart(12, '0');
  const hash = createHash('sha256');
  const hex = hash.update(JSON.stringify([scope, lane, sinceMs, event])).digest('hex');
  return [
    time.slice(0, 8),
    time.slice(8, 12),
    `7${hex.slice(0, 3)}`,
    `8${hex.slice(3, 6)}`,
    hex.slice(6, 18),
  ].join('-');
}

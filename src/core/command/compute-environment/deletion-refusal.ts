// What holds up the deletion of an environment, of whichever kind. Clients match the texts
// (doc/errors.md).

import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';

/** `queues`: those that use it. Undefined: nothing. */
export function deletionRefusal(
  { state }: { readonly state: 'ENABLED' | 'DISABLED' },
  queues: readonly JobQueue[],
): Refusal | undefined {
  if (queues.length > 0)
    return refuse(
      'invalid',
      `Cannot delete, found existing JobQueue relationship: ${queues.map(({ name, status }) => (status === 'DELETING' ? `${name} (DELETING)` : name)).join(', ')}`,
    );
  return state === 'DISABLED'
    ? undefined
    : refuse('invalid', 'Cannot delete, state must be DISABLED');
}

// How a service job names its share in a line that has no quota shares: as other jobs do, and
// nothing that quota shares alone have may be given.

import { refuse, type Refusal } from '../../../base/refusal.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { NamedShare } from './line.ts';

export function withoutQuotaShares(
  { name }: JobQueue,
  { shareIdentifier, quotaShareName, preemptionConfiguration }: NamedShare,
): string | undefined | Refusal {
  const given = quotaShareName
    ? 'quotaShareName'
    : preemptionConfiguration && 'preemptionConfiguration';
  return given === undefined
    ? shareIdentifier || undefined
    : refuse('invalid', `${given} cannot be specified: job queue ${name} has no quota shares.`);
}

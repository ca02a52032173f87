// Which status may follow which, as data (user guide, chapter Job States). Terminal states are
// absorbing.

import { BrokenInvariant } from '../../base/assert.ts';
import type { ContainerJobStatus, JobStatus } from './status.ts';

export const transitions: Readonly<Record<ContainerJobStatus, readonly ContainerJobStatus[]>> = {
  SUBMITTED: ['PENDING', 'RUNNABLE', 'FAILED'],
  PENDING: ['RUNNABLE', 'FAILED'],
  RUNNABLE: ['STARTING', 'FAILED'],
  /** Back to RUNNABLE, and from RUNNING too: a retry. */
  STARTING: ['RUNNING', 'RUNNABLE', 'FAILED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'RUNNABLE'],
  SUCCEEDED: [],
  FAILED: [],
};

/** A service job is SCHEDULED when it has its place, and STARTING when its start is begun. */
export const serviceTransitions: Readonly<Partial<Record<JobStatus, readonly JobStatus[]>>> = {
  ...transitions,
  RUNNABLE: ['SCHEDULED', 'FAILED'],
  SCHEDULED: ['STARTING', 'RUNNABLE', 'FAILED'],
};

/** An array's parent skips what only containers do. */
export const parentTransitions: Readonly<
  Record<'SUBMITTED' | 'PENDING' | 'SUCCEEDED' | 'FAILED', readonly JobStatus[]>
> = {
  SUBMITTED: ['PENDING', 'FAILED'],
  PENDING: ['SUCCEEDED', 'FAILED'],
  SUCCEEDED: [],
  FAILED: [],
};

export function assertTransition(
  from: JobStatus,
  to: JobStatus,
  table: Partial<Record<JobStatus, readonly JobStatus[]>> = transitions,
): void {
  // The words are made only where the law is broken: it is asked of every change.
  if (table[from]?.includes(to) !== true)
    throw new BrokenInvariant(`a job may not go from ${from} to ${to}`);
}

// How the nodes of a multi-node parallel job stand, read off the job and the rows of those that
// were launched. Changes nothing.

import { never } from '../../base/assert.ts';
import { nodeId } from '../../base/ids.ts';
import { mainNodeEndedReason } from '../../core/command/job/report-container.ts';
import { waitingNode, type Job, type WaitingJob } from '../../core/job/job.ts';

/**
 * The main node is what its job is; it has ended also while the job waits for other nodes to stop.
 */
export function mainNode(job: Job, node: number): Job {
  const id = nodeId(job.id, node);
  if (!('mainNodeEnd' in job) || job.mainNodeEnd === undefined) return { ...job, id };
  const {
    attempt,
    mainNodeEnd: { status, statusReason, atMs },
    ...identity
  } = job;
  return {
    ...identity,
    id,
    status,
    statusReason,
    startedAtMs: attempt.startedAtMs,
    stoppedAtMs: atMs,
  };
}

/** Another node that is not under way; `row` is how it ended when it last was. */
export function otherNode(job: Job, node: number, row: Job | undefined): Job {
  const waiting = (status: WaitingJob['status']): WaitingJob =>
    waitingNode(job, node, status, row?.attempts ?? []);
  switch (job.status) {
    case 'SUBMITTED':
    case 'PENDING':
    case 'RUNNABLE':
      return waiting(job.status);
    case 'STARTING':
    case 'SCHEDULED':
      return waiting('RUNNABLE');
    case 'RUNNING':
      // Not launched where somebody stopped the job before its main node ran.
      return row?.attempts.at(-1)?.number === job.attempt.number ? row : waiting('RUNNABLE');
    case 'SUCCEEDED':
    case 'FAILED':
      if (row !== undefined && row.attempts.at(-1)?.number === job.attempts.at(-1)?.number)
        return row;
      // The job's last attempt ended before it was launched.
      return {
        ...waiting('RUNNABLE'),
        status: 'FAILED',
        statusReason: job.status === 'FAILED' ? job.statusReason : mainNodeEndedReason,
        stoppedAtMs: job.stoppedAtMs,
        stops: job.stops,
      };
    default:
      return never(job);
  }
}

// How the nodes of a multi-node parallel job stand, read off the job and the rows of those that
// were launched. Changes nothing.

import { never } from '../../base/assert.ts';
import { nodeId } from '../../base/ids.ts';
import { mainNodeEndedReason } from '../../core/command/job/end-attempt.ts';
import { isCancelled, isLive, waitingNode, type Job, type WaitingJob } from '../../core/job/job.ts';
import { isEnded } from '../../core/job/status.ts';
import { stopBy, withStop, type Stop } from '../../core/job/stop.ts';

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

/**
 * With what somebody asked of the job as a whole, for nobody can ask it of a node. A node that had
 * ended by then in the same attempt was not meant.
 */
export function withStopsOf(job: Job, shown: Job): Job {
  const late = 'lateCancel' in job ? job.lateCancel : undefined;
  const cancel = late ?? stopBy(job.stops, 'cancel');
  const terminate = stopBy(job.stops, 'terminate');
  let node = shown;
  if (terminate && stopBy(node.stops, 'terminate') === undefined && isMeant(job, node, terminate))
    node = { ...node, stops: withStop(node.stops, terminate) };
  if (cancel === undefined || isCancelled(node) || !isMeant(job, node, cancel)) return node;
  // It stops nothing that is under way.
  return isLive(node) || isEnded(node.status)
    ? ({ ...node, lateCancel: cancel } as Job)
    : { ...node, stops: withStop(node.stops, cancel) };
}

function isMeant(job: Job, node: Job, { atMs }: Stop): boolean {
  if (!('stoppedAtMs' in node) || node.stoppedAtMs >= atMs) return true;
  const last = node.attempts.at(-1)?.number;
  // A job that waited for its next attempt had no node under way.
  const over = job.attempts.find(({ number }) => number === last);
  return over !== undefined && over.stoppedAtMs < atMs;
}

// A placement from the schedule cycle becomes an attempt: resources are taken and the start is asked for.

import { assert } from '../../base/assert.ts';
import { splitJobId } from '../../base/ids.ts';
import { nameInArn } from '../arn.ts';
import { logStreamOf } from '../job/container.ts';
import { isArrayParent } from '../job/job.ts';
import type { World } from '../world.ts';
import type { Decided, PlaceJob } from './command.ts';
import { done } from './command.ts';

export function decidePlaceJob(world: World, command: PlaceJob, nowMs: number): Decided<PlaceJob> {
  const { jobId, attemptId } = command;
  const { parent, index } = splitJobId(jobId);
  const job = index === undefined ? world.jobs.get(jobId) : world.child(world.arrayParent(parent), index);
  assert(job !== undefined && !isArrayParent(job) && job.status === 'RUNNABLE', 'the plan places RUNNABLE jobs only');
  assert(world.hosts.has(command.hostId), 'the plan places on hosts that joined');
  const placement = {
    attemptId,
    number: job.attempts.length + 1,
    hostId: command.hostId,
    computeEnvironmentArn: command.computeEnvironmentArn,
    cluster: nameInArn(world.computeEnvironments.get(command.computeEnvironmentArn)?.ecsClusterArn ?? ''),
    log: job.terms.log && logStreamOf(job.terms.log, attemptId),
  };
  return {
    events: [{ type: 'attempt-placed', jobId, placement, atMs: nowMs }],
    effects: [{ type: 'start-attempt', jobId, attemptId, hostId: command.hostId }],
    reply: done,
  };
}

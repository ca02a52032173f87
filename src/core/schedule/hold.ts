// Room that is kept for a job which others overtook for long enough: nothing that stands behind it may take of it. What may be
// overtaken, and for how long, is a setting.

import { must } from '../../base/assert.ts';
import type { Arn, HostId, JobId } from '../../base/ids.ts';
import { addNeeds, noNeeds, type Needs } from '../job/needs.ts';
import type { World } from '../world.ts';
import type { Head } from './order.ts';

export interface Place {
  readonly computeEnvironmentArn: Arn;
  readonly hostId: HostId;
  /** Where the host is an instance: the machine that it is a slice of. */
  readonly machineId?: HostId | undefined;
}

export interface Hold {
  readonly jobId: JobId;
  readonly queueArn: Arn;
  readonly needs: Needs;
  /** Absent: it waits for what computeReservation leaves to its queue, and for no host. */
  readonly place?: Place | undefined;
  /** Order in which holds were given. */
  readonly number: number;
}

/** There is room, and it is kept for a job that waits longer. */
export interface KeptForAnother {
  readonly type: 'kept-for-another';
  readonly hold: Hold;
}

export type Holds = readonly Hold[];
export const noHolds: Holds = Object.freeze([]);

/** Overtaken by so many, or for so long (settings). A job that nobody overtakes needs no room kept. */
export function isOvertaken(world: World, { jobClass, entry }: Head, nowMs: number): boolean {
  const { overtakeJobs, overtakeSeconds } = world.settings;
  const { overtaken, overtakenSinceMs } = jobClass;
  if (overtaken >= overtakeJobs) return true;
  if (overtaken === 0 || overtakenSinceMs === undefined) return false;
  const { createdAtMs } = must(world.jobs.get(entry.jobId), 'a head stands for a job that has not ended');
  return nowMs - Math.max(overtakenSinceMs, createdAtMs) >= overtakeSeconds * 1000;
}

/** What the holds keep that concern the host (of a machine also what is kept on its instances), or the environment, or the queue. */
export function keptOf(holds: Holds, of: Partial<Omit<Place, 'machineId'> & Pick<Hold, 'queueArn'>>): Needs {
  let kept = noNeeds;
  for (const hold of holds) {
    if (of.hostId !== undefined && hold.place?.hostId !== of.hostId && hold.place?.machineId !== of.hostId) continue;
    if (of.computeEnvironmentArn !== undefined && hold.place?.computeEnvironmentArn !== of.computeEnvironmentArn) continue;
    if (of.queueArn !== undefined && hold.queueArn !== of.queueArn) continue;
    kept = addNeeds(kept, hold.needs);
  }
  return kept;
}

// Room that is kept for a job which others overtook for long enough: nothing that stands behind it may take of it. What may be
// overtaken, and for how long, is a setting.

import type { Arn, HostId, JobId } from '../../base/ids.ts';
import { addNeeds, noNeeds, type Needs } from '../job/needs.ts';

export interface Hold {
  readonly jobId: JobId;
  readonly queueArn: Arn;
  readonly needs: Needs;
  readonly computeEnvironmentArn: Arn;
  readonly hostId: HostId;
  /** Order in which holds were given. */
  readonly number: number;
}

export type Holds = readonly Hold[];
export const noHolds: Holds = Object.freeze([]);

/** What the holds keep that concern the host, or the environment, or the queue. */
export function keptOf(holds: Holds, of: Partial<Pick<Hold, 'hostId' | 'computeEnvironmentArn' | 'queueArn'>>): Needs {
  let kept = noNeeds;
  for (const hold of holds) {
    if (of.hostId !== undefined && hold.hostId !== of.hostId) continue;
    if (of.computeEnvironmentArn !== undefined && hold.computeEnvironmentArn !== of.computeEnvironmentArn) continue;
    if (of.queueArn !== undefined && hold.queueArn !== of.queueArn) continue;
    kept = addNeeds(kept, hold.needs);
  }
  return kept;
}

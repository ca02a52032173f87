// Room that is kept for a job which others overtook for long enough: nothing that stands behind it
// may take of it. A shape and its arithmetic: who is kept room for is decided by a pass.

import type { Arn, HostId, JobId } from '../../../base/ids.ts';
import { addNeeds, noNeeds, type Needs } from '../../job/needs.ts';
import type { NodeTerms } from '../../job/terms.ts';

/** Where a job goes. */
export interface Destination {
  readonly computeEnvironmentArn: Arn;
  readonly hostId: HostId;
  /** Where the host is an instance: the machine that it is a slice of. */
  readonly machineId?: HostId | undefined;
  /** Where the other nodes of a multi-node parallel job go; the above is its main node. */
  readonly otherNodes?: readonly { readonly node: number; readonly hostId: HostId }[] | undefined;
}

/** Room that is kept in an environment. */
export interface Room {
  readonly computeEnvironmentArn: Arn;
  /** Hosts on which the job will run: one, or for each node one. */
  readonly hostIds: readonly HostId[];
  /** What is kept of each of them, and of the machine that instances are slices of. */
  readonly on: ReadonlyMap<HostId, Needs>;
}

export interface Hold {
  readonly jobId: JobId;
  readonly queueArn: Arn;
  /** What all nodes ask for together. */
  readonly needs: Needs;
  /** The nodes of a multi-node parallel job. */
  readonly nodes?: NodeTerms | undefined;
  /** Absent: it waits for what computeReservation leaves to its queue, and for no host. */
  readonly room?: Room | undefined;
  /**
   * Others overtook the job for long enough; else room is kept for its nodes until all instances
   * that are there and starting run.
   */
  readonly overtaken: boolean;
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

/**
 * What the holds keep of the host (of a machine also what is kept on its instances), or in the
 * environment, or of the queue.
 */
export function keptOf(
  holds: Holds,
  of: { readonly hostId?: HostId; readonly computeEnvironmentArn?: Arn; readonly queueArn?: Arn },
): Needs {
  let kept = noNeeds;
  for (const { room, queueArn, needs } of holds) {
    if (
      of.computeEnvironmentArn !== undefined &&
      room?.computeEnvironmentArn !== of.computeEnvironmentArn
    )
      continue;
    if (of.queueArn !== undefined && queueArn !== of.queueArn) continue;
    const keeps = of.hostId === undefined ? needs : room?.on.get(of.hostId);
    if (keeps !== undefined) kept = addNeeds(kept, keeps);
  }
  return kept;
}

/** The first that keeps something of the host. */
export const holdOn = (holds: Holds, hostId: HostId): Hold | undefined =>
  holds.find(({ room }) => room?.on.has(hostId));

// Room that is kept for a job which others overtook for long enough: nothing that stands behind it
// may take of it. A shape and its arithmetic: who is kept room for is decided by a pass.

import type { Arn, HostId, JobId } from '../../../base/ids.ts';
import { addNeeds, noNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
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
  /** Others are stopped for it, or were. */
  readonly displaces?: Displaces | undefined;
}

/** What a hold is for that others are stopped for. */
export interface Displaces {
  /** Jobs of the class, its head first, that the room and needs of the hold are for together. */
  readonly jobs: number;
  /** Of so many that waited, by which state of the quotas, and when that was found out. */
  readonly wanted: number;
  readonly quotas: number;
  readonly plannedAtMs: number;
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

/** What is kept for the others when the first of several jobs has its place. */
export function withoutFirst(hold: Hold, needs: Needs, { hostId, machineId }: Destination): Hold {
  const { room, displaces } = hold;
  const on = new Map(room?.on);
  // Where it went elsewhere, any of the places is one too many.
  const from = on.has(hostId) ? hostId : room?.hostIds.find((id) => on.has(id));
  for (const id of from === hostId ? [hostId, machineId] : [from, ...on.keys()].slice(0, 1)) {
    const kept = id === undefined ? undefined : on.get(id);
    if (id === undefined || kept === undefined) continue;
    const left = subtractNeeds(kept, needs);
    if (left.milliVcpu > 0 || left.memoryMib > 0) on.set(id, left);
    else on.delete(id);
  }
  return {
    ...hold,
    needs: subtractNeeds(hold.needs, needs),
    room: room && { ...room, hostIds: room.hostIds.filter((id) => on.has(id)), on },
    displaces: displaces && {
      ...displaces,
      jobs: displaces.jobs - 1,
      wanted: displaces.wanted - 1,
    },
  };
}

/** The first that keeps something of the host. */
export const holdOn = (holds: Holds, hostId: HostId): Hold | undefined =>
  holds.find(({ room }) => room?.on.has(hostId));

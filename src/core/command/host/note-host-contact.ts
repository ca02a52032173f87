// A registered host has been silent for too long, or is heard again. Silence is a declared loss:
// its attempts are over, by the words of an instance that ended, and their containers may yet run
// there until it comes back (ADR 0008).

import type { OldContainer, RegisteredHost } from '../../host/host.ts';
import { containersUnderWay } from '../../job/job.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { HostId } from '../../../base/ids.ts';

/**
 * From the link to a registered host: for so long nothing was heard of it, or something is heard
 * again.
 */
interface NoteHostContact {
  readonly type: 'note-host-contact';
  readonly hostId: HostId;
  readonly heard: boolean;
}

export function decideNoteHostContact(
  world: World,
  { hostId, heard }: NoteHostContact,
  nowMs: number,
): Decided {
  const host = world.hosts.get(hostId);
  if (host?.kind !== 'registered' || heard === (host.lost === undefined))
    return { events: [], effects: [], reply: done };
  const noted: RegisteredHost = heard
    ? { ...host, lost: undefined }
    : {
        ...host,
        lost: { sinceMs: nowMs },
        oldContainers: [...host.oldContainers, ...containersThere(world, host)],
      };
  return { events: [{ type: 'host-stored', host: noted }], effects: [], reply: done };
}

const containersThere = (world: World, host: RegisteredHost): OldContainer[] =>
  [...world.attemptsOn(host.id)].flatMap((attemptId) => {
    // A node whose place is kept was never started there.
    const job = world.jobOfAttempt(attemptId);
    return job === undefined
      ? []
      : containersUnderWay(job).map((containerId) => ({ containerId, jobId: job.id }));
  });

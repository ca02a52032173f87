// A registered host has been silent for too long, or is heard again. Silence is a declared loss:
// its attempts are over, by the words of an instance that ended, and may yet run there until it
// comes back (ADR 0008).

import type { OldAttempt, RegisteredHost } from '../../host/host.ts';
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
        oldAttempts: [...host.oldAttempts, ...attemptsThere(world, host)],
      };
  return { events: [{ type: 'host-stored', host: noted }], effects: [], reply: done };
}

const attemptsThere = (world: World, host: RegisteredHost): OldAttempt[] =>
  [...world.attemptsOn(host.id)].flatMap((attemptId) => {
    // A node whose place is kept was never started there.
    const jobId = world.attempts.get(attemptId);
    return jobId === undefined ? [] : [{ attemptId, jobId }];
  });

// The server has another mark than the one under which everything in its rows was placed: what ran
// under the former one is not its own any more (ADR 0018). Jobs there end as if their host had, and
// are retried by their own strategy; launched instances end; hosts and instances of the user's own
// stay, and begin anew. Nothing is told to any engine.

import { must } from '../../../base/assert.ts';
import type { HostId } from '../../../base/ids.ts';
import type { Effect } from '../../effect.ts';
import type { Event } from '../../event.ts';
import { beneath } from '../../host/beneath.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { leave } from './instance-ending.ts';

/**
 * From control, before this machine joins: its mark is another one than that under which everything
 * was placed.
 */
interface LeaveHosts {
  readonly type: 'leave-hosts';
  /** This machine's, from now on. */
  readonly machineId: HostId;
  /** For each registered host one that was never given. */
  readonly newIds: ReadonlyMap<HostId, HostId>;
}

export function decideLeaveHosts(
  world: World,
  { machineId, newIds }: LeaveHosts,
  atMs: number,
): Decided {
  const events: Event[] = [];
  const effects: Effect[] = [];
  for (const host of [...world.hosts.values()]) {
    if (host.kind === 'machine') continue;
    if (host.kind === 'instance') {
      const left = leave(host, atMs);
      events.push(...left.events);
      effects.push(...left.effects);
    } else events.push({ type: 'host-left', hostId: host.id, atMs });
    // Its containers carry its id: under another one they are another host's.
    if (host.kind === 'registered')
      events.push({
        type: 'host-stored',
        host: {
          ...host,
          id: must(newIds.get(host.id), 'each registered host has a new id'),
          lost: undefined,
          oldContainers: [],
        },
      });
    else if (host.own && host.state !== 'SHUTTING_DOWN')
      events.push({
        type: 'host-stored',
        host: beneath(world.hosts, host).type === 'nothing' ? host : { ...host, machineId },
      });
  }
  // What runs on the machine itself, which is not known before it joins.
  const former = new Set<HostId>();
  for (const { hostId } of world.allocations.values())
    if (!world.hosts.has(hostId) && hostId !== machineId) former.add(hostId);
  for (const hostId of former) events.push({ type: 'host-left', hostId, atMs });
  return { events, effects, reply: done };
}

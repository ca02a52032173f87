// What the capacity provider says of an instance: it runs, it could not be launched, or Spot takes
// it back. News of one that is gone is dropped.

import { never } from '../../../base/assert.ts';
import type { World } from '../../world/world.ts';
import { sharedConnection } from '../../host/connection.ts';
import { endInstance } from './instance-ending.ts';
import { done, type Decided } from '../decision.ts';
import type { HostId } from '../../../base/ids.ts';

/**
 * From the capacity provider. `ended`: it is gone, or could not be launched; `interrupted`: Spot
 * takes it back.
 */
interface ReportInstance {
  readonly type: 'report-instance';
  readonly hostId: HostId;
  readonly report: 'running' | 'ended' | 'interrupted';
}

export function decideReportInstance(
  world: World,
  { hostId, report }: ReportInstance,
  nowMs: number,
): Decided {
  const host = world.hosts.get(hostId);
  if (host?.kind !== 'instance') return { events: [], effects: [], reply: done };
  switch (report) {
    case 'running':
      return {
        events:
          host.state === 'PENDING'
            ? [{ type: 'host-stored', host: { ...host, state: 'RUNNING' } }]
            : [],
        effects: [],
        reply: done,
      };
    case 'ended':
      // What ran on a slice runs on; what ran on a machine of its own is gone with it.
      if (sharedConnection(host) !== undefined)
        return { events: [{ type: 'host-left', hostId, atMs: nowMs }], effects: [], reply: done };
      return { ...endInstance(world, host, 'provider', nowMs), reply: done };
    case 'interrupted':
      return { ...endInstance(world, host, 'interruption', nowMs), reply: done };
    default:
      return never(report);
  }
}

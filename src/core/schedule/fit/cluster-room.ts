// Whether one more job may be given to a cluster that chooses the nodes itself. It takes whatever
// it is given and lets pods wait: so that it is not flooded, and our order counts for all that has
// not been given away, only so many wait there for a node at a time.

import type { HostId } from '../../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { World } from '../../world/world.ts';
import type { Blocked } from './blocked.ts';

/**
 * Why not, of a host that stands for a cluster; undefined: it may. A gang may go there whole while
 * fewer than the bound wait: a large one would never have its turn else.
 */
export function clusterBusy(world: World, host: Host): Blocked | undefined {
  return isClusterBusy(world, host.id)
    ? { type: 'cluster-busy', host, waiting: world.waitingOn(host.id) }
    : undefined;
}

/** Nothing waits on other hosts. */
export const isClusterBusy = (world: World, id: HostId): boolean =>
  world.waitingOn(id) >= world.settings.podsWaiting;

// Reads instances off the world, and those that are gone off the store. Changes nothing.

import type { Scope } from '../../base/ids.ts';
import { typeOf } from '../../core/host/instance.ts';
import type { World } from '../../core/world/world.ts';
import type { InstanceReader, InstanceView } from '../../port/instance-reader.ts';
import type { StoreReader } from '../../port/store.ts';

export class WorldInstanceReader implements InstanceReader {
  readonly #world: World;
  readonly #store: Pick<StoreReader, 'endedInstances'>;

  constructor(world: World, store: Pick<StoreReader, 'endedInstances'>) {
    this.#world = world;
    this.#store = store;
  }

  instances(scope: Scope, endedAfterMs: number): readonly InstanceView[] {
    const found: InstanceView[] = [];
    for (const host of this.#world.hosts.values())
      if (host.kind === 'instance' && host.scope === scope && !host.isCluster)
        found.push({ instance: host, type: typeOf(this.#world.settings, host) });
    for (const { instance, endedAtMs } of this.#store.endedInstances(scope, endedAfterMs))
      found.push({ instance, type: typeOf(this.#world.settings, instance), endedAtMs });
    return found;
  }
}

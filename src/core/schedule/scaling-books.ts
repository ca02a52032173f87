// What one environment has during a planning cycle: the instances that are there, those that the plan adds, and what is free
// on both. Imagined jobs are put on it; the world knows nothing of them.

import { subtractNeeds, type Needs } from '../job/needs.ts';
import type { Launch } from './pack.ts';
import { fitsIn, timesIn } from './room.ts';
import type { ScalingInstance } from './scaling-environment.ts';

/** Instances alike. One that exists stands alone. */
interface Group {
  readonly instance?: ScalingInstance;
  readonly count: number;
  free: Needs;
}

export class ScalingBooks {
  readonly launches: Launch[] = [];
  /** All of the environment's, with those that drain: what maxvCpus bounds. */
  vcpus = 0;
  /** Without those that drain: what minvCpus is about. */
  stayingVcpus = 0;
  readonly #groups: Group[] = [];
  readonly #needed = new Set<ScalingInstance>();

  constructor(instances: readonly ScalingInstance[]) {
    for (const instance of instances) {
      this.vcpus += instance.type.vcpus;
      if (instance.state === 'draining') continue;
      this.stayingVcpus += instance.type.vcpus;
      this.#groups.push({ instance, count: 1, free: instance.free });
    }
  }

  launch(launch: Launch): void {
    this.launches.push(launch);
    this.vcpus += launch.count * launch.offer.type.vcpus;
    this.stayingVcpus += launch.count * launch.offer.type.vcpus;
    this.#groups.push({ count: launch.count, free: launch.free });
  }

  /** Puts as many jobs as fit where there is room, first joined first; returns how many are left. */
  fill(needs: Needs, count: number): number {
    let left = count;
    for (let at = 0; at < this.#groups.length && left > 0; at++) {
      const group = this.#groups[at] as Group;
      if (!fitsIn(group.free, needs)) continue;
      const times = timesIn(group.free, needs, left);
      const full = Math.floor(left / times);
      if (full < group.count) {
        // Those behind the last that is used stay as they are; the last may be used in part.
        const used = full > 0 ? full : 1;
        this.#groups.splice(at + 1, 0, { ...group, count: group.count - used });
        this.#groups[at] = { ...group, count: used };
      }
      const here = this.#groups[at] as Group;
      here.free = subtractNeeds(here.free, needs, times);
      if (here.instance !== undefined) this.#needed.add(here.instance);
      left -= times * here.count;
    }
    return left;
  }

  /** Whether the plan puts a waiting job on the instance. */
  needs(instance: ScalingInstance): boolean {
    return this.#needed.has(instance);
  }
}

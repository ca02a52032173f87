// How many more of those may start of which only so many may at once (tag longshore:max-parallel),
// while a scaling cycle adds up what is wanted: what it has counted for one class is not counted
// for another.

import type { Arn } from '../../../base/ids.ts';
import type { World } from '../../world/world.ts';
import type { Claim } from '../order/job-class.ts';

export class Startable {
  readonly #world: World;
  readonly #given = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Infinity, as for nearly all: any number. */
  left(queueArn: Arn, claim: Claim): number {
    const { parallel } = this.#world.scheduler;
    const { queue, among } = parallel.left(queueArn, claim);
    return Math.max(
      0,
      Math.min(
        queue - (this.#given.get(queueArn) ?? 0),
        among - (this.#given.get(claim.parallel?.among ?? '') ?? 0),
      ),
    );
  }

  give(queueArn: Arn, { parallel }: Claim, count: number): void {
    this.#add(queueArn, count);
    if (parallel !== undefined) this.#add(parallel.among, count);
  }

  #add(key: string, count: number): void {
    this.#given.set(key, (this.#given.get(key) ?? 0) + count);
  }
}

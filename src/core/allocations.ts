// What attempts hold of hosts and environments, from placement until it is given back, and the sums of it. Part of the world,
// changed by its fold alone.

import { assert, must } from '../base/assert.ts';
import type { Arn, AttemptId, HostId } from '../base/ids.ts';
import type { ConsumableClaim } from './consumable-resource/consumable-resource.ts';
import type { Placement } from './job/attempt.ts';
import type { WorldJob } from './job/job.ts';
import { addNeeds, noNeeds, subtractNeeds, type Needs } from './job/needs.ts';

export interface Allocation {
  readonly hostId: HostId;
  readonly computeEnvironmentArn: Arn;
  readonly needs: Needs;
  /** What it consumes beside. */
  readonly consumables?: readonly ConsumableClaim[] | undefined;
  /** Whose usage it is, on a fair share queue. */
  readonly share?: { readonly queueArn: Arn; readonly identifier: string } | undefined;
}

/** What an attempt of the job holds where it was placed. */
export function allocationOf({ terms: { needs, share, consumables }, queueArn }: WorldJob, { hostId, computeEnvironmentArn }: Pick<Placement, 'hostId' | 'computeEnvironmentArn'>): Allocation {
  return { hostId, computeEnvironmentArn, needs, consumables, share: share && { queueArn, identifier: share.identifier } };
}

export class Allocations {
  readonly #ofAttempts = new Map<AttemptId, Allocation>();
  readonly #onHosts = new Map<HostId, Needs>();
  readonly #inEnvironments = new Map<Arn, Needs>();

  get size(): number {
    return this.#ofAttempts.size;
  }

  has(attemptId: AttemptId): boolean {
    return this.#ofAttempts.has(attemptId);
  }

  [Symbol.iterator](): Iterator<[AttemptId, Allocation]> {
    return this.#ofAttempts.entries();
  }

  values(): Iterable<Allocation> {
    return this.#ofAttempts.values();
  }

  onHost(id: HostId): Needs {
    return this.#onHosts.get(id) ?? noNeeds;
  }

  inEnvironment(arn: Arn): Needs {
    return this.#inEnvironments.get(arn) ?? noNeeds;
  }

  take(attemptId: AttemptId, allocation: Allocation): void {
    assert(!this.#ofAttempts.has(attemptId), 'an attempt takes its resources once');
    this.#ofAttempts.set(attemptId, allocation);
    const { hostId, computeEnvironmentArn, needs } = allocation;
    this.#onHosts.set(hostId, addNeeds(this.onHost(hostId), needs));
    this.#inEnvironments.set(computeEnvironmentArn, addNeeds(this.inEnvironment(computeEnvironmentArn), needs));
  }

  giveBack(attemptId: AttemptId): Allocation {
    const allocation = must(this.#ofAttempts.get(attemptId), 'an attempt gives back what it took');
    this.#ofAttempts.delete(attemptId);
    const { hostId, computeEnvironmentArn, needs } = allocation;
    this.#onHosts.set(hostId, subtractNeeds(this.onHost(hostId), needs));
    this.#inEnvironments.set(computeEnvironmentArn, subtractNeeds(this.inEnvironment(computeEnvironmentArn), needs));
    return allocation;
  }
}

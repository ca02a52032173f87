// Hosts side by side as the leaves of a binary tree, in the order in which they were added: a node
// holds, of each amount, the most that is free below it. So the first host with room is found
// without looking at those that have none. It holds free amounts only, and decides nothing.

import { must } from '../../../base/assert.ts';
import type { HostId } from '../../../base/ids.ts';
import type { Needs } from '../../job/needs.ts';

/** Whether a host with room may be taken. */
export type Accept = (id: HostId, free: Needs) => boolean;

/**
 * A search goes down to the left wherever a node could hold the needs. It costs about the logarithm
 * of the number of hosts; where the most of one amount and the most of another lie on different
 * hosts, it may look at more, at worst at all.
 */
export class RoomTree {
  /** Leaves; a power of two. */
  #width = 16;
  /** The next leaf to be used. Those of hosts that left stay empty until the row is rebuilt. */
  #next = 0;
  #ids: (HostId | undefined)[] = [];
  readonly #leafOf = new Map<HostId, number>();
  #milliVcpu = nodes(16);
  #memoryMib = nodes(16);
  #gpus = nodes(16);
  get size(): number {
    return this.#leafOf.size;
  }

  has(id: HostId): boolean {
    return this.#leafOf.has(id);
  }

  /** As the last. Nothing is free on one that takes no jobs: {@link nothing}. */
  add(id: HostId, free: Needs): void {
    if (this.#next === this.#width) this.#rebuild();
    const leaf = this.#next++;
    this.#ids[leaf] = id;
    this.#leafOf.set(id, leaf);
    this.#set(leaf, free);
  }

  remove(id: HostId): void {
    const leaf = this.#leaf(id);
    this.#leafOf.delete(id);
    this.#ids[leaf] = undefined;
    this.#set(leaf, nothing);
  }

  /** It keeps its place. */
  set(id: HostId, free: Needs): void {
    this.#set(this.#leaf(id), free);
  }

  free(id: HostId): Needs {
    const at = this.#width + this.#leaf(id);
    return {
      milliVcpu: this.#milliVcpu[at] as number,
      memoryMib: this.#memoryMib[at] as number,
      gpus: this.#gpus[at] as number,
    };
  }

  /** The first with room that is accepted. */
  find(needs: Needs, accept?: Accept): HostId | undefined {
    for (
      let leaf = this.#leafFrom(1, needs);
      leaf !== 0;
      leaf = this.#leafFrom(onTheRight(leaf), needs)
    ) {
      const id = must(this.#ids[leaf - this.#width], 'an empty leaf holds nothing');
      if (accept === undefined || accept(id, this.free(id))) return id;
    }
    return undefined;
  }

  /** All with room, in their order. */
  *all(needs: Needs): Generator<HostId> {
    for (
      let leaf = this.#leafFrom(1, needs);
      leaf !== 0;
      leaf = this.#leafFrom(onTheRight(leaf), needs)
    )
      yield must(this.#ids[leaf - this.#width], 'an empty leaf holds nothing');
  }

  /** The first leaf with room, under the node or on its right; 0: there is none. */
  #leafFrom(node: number, { milliVcpu, memoryMib, gpus }: Needs): number {
    let at = node;
    while (at !== 0) {
      if (
        (this.#milliVcpu[at] as number) < milliVcpu ||
        (this.#memoryMib[at] as number) < memoryMib ||
        (this.#gpus[at] as number) < gpus
      )
        at = onTheRight(at);
      else if (at < this.#width) at *= 2;
      else return at;
    }
    return 0;
  }

  #leaf(id: HostId): number {
    return must(this.#leafOf.get(id), 'a host of the tree has a leaf');
  }

  #set(leaf: number, free: Needs): void {
    let node = this.#width + leaf;
    this.#milliVcpu[node] = free.milliVcpu;
    this.#memoryMib[node] = free.memoryMib;
    this.#gpus[node] = free.gpus;
    for (node >>= 1; node > 0; node >>= 1) {
      const changed = [
        raise(this.#milliVcpu, node),
        raise(this.#memoryMib, node),
        raise(this.#gpus, node),
      ];
      if (!changed.includes(true)) return;
    }
  }

  /** Closes the gaps that hosts left behind, with as much space again. */
  #rebuild(): void {
    const hosts = this.#ids
      .filter((id) => id !== undefined)
      .map((id) => ({ id, free: this.free(id) }));
    while (this.#width < 2 * hosts.length) this.#width *= 2;
    this.#milliVcpu = nodes(this.#width);
    this.#memoryMib = nodes(this.#width);
    this.#gpus = nodes(this.#width);
    this.#ids = [];
    this.#next = 0;
    for (const { id, free } of hosts) this.add(id, free);
  }
}

/**
 * The next node on the right: up while this one is a right child, then one over; 0: there is none.
 */
function onTheRight(node: number): number {
  let at = node;
  while ((at & 1) === 1) at >>= 1;
  return at === 0 ? 0 : at + 1;
}

/** Less than any need, so that such a leaf is never found. */
export const nothing: Needs = { milliVcpu: -Infinity, memoryMib: -Infinity, gpus: -Infinity };

const nodes = (width: number): Float64Array => new Float64Array(2 * width).fill(-Infinity);

/** Sets a node to the larger of its two children; whether that changed it. */
function raise(amounts: Float64Array, node: number): boolean {
  const most = Math.max(amounts[2 * node] as number, amounts[2 * node + 1] as number);
  if (most === amounts[node]) return false;
  amounts[node] = most;
  return true;
}

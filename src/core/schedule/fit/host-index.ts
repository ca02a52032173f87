// What is free on the hosts of each compute environment, so that a host with room is found without
// looking at all of them. It holds free amounts only: who uses what is the world's book, and the
// world tells the index of every change.

import { must } from '../../../base/assert.ts';
import type { Arn, HostId } from '../../../base/ids.ts';
import { addNeeds, needsKey, noNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import { suitable, type HostKind } from './host-kind.ts';

/** Whether a host with room may be taken. */
type Accept = (id: HostId, free: Needs) => boolean;

/**
 * Orders of preference that an environment remembers; they are worked out anew when there are more.
 */
const preferencesMax = 1000;

/** What may be asked of it. */
export type HostIndexView = Omit<HostIndex, 'add' | 'remove' | 'take' | 'giveBack'>;

export class HostIndex {
  readonly #environments = new Map<
    Arn,
    { rows: Row[]; preferences: Map<string, readonly Row[]> }
  >();
  readonly #placeOf = new Map<HostId, { environment: Arn; row: Row }>();

  /**
   * The host joins as its environment's last of its kind. One that takes no jobs (draining, lost)
   * is not in the index.
   */
  add(environment: Arn, id: HostId, kind: HostKind, free: Needs): void {
    let hosts = this.#environments.get(environment);
    if (hosts === undefined)
      this.#environments.set(environment, (hosts = { rows: [], preferences: new Map() }));
    let row = hosts.rows.find(
      (one) =>
        one.kind.name === kind.name && one.kind.capacity.milliVcpu === kind.capacity.milliVcpu,
    );
    if (row === undefined) {
      hosts.rows.push((row = new Row(kind)));
      hosts.preferences.clear();
    }
    row.add(id, free);
    this.#placeOf.set(id, { environment, row });
  }

  remove(id: HostId): void {
    const place = this.#placeOf.get(id);
    if (place === undefined) return;
    const { environment, row } = place;
    row.remove(id);
    this.#placeOf.delete(id);
    if (row.size > 0) return;
    const hosts = must(
      this.#environments.get(environment),
      'a host that is indexed has an environment',
    );
    hosts.rows.splice(hosts.rows.indexOf(row), 1);
    hosts.preferences.clear();
    if (hosts.rows.length === 0) this.#environments.delete(environment);
  }

  /**
   * A job was put on the host. A host that is not in the index is nobody's to find: nothing
   * happens.
   */
  take(id: HostId, needs: Needs): void {
    this.#placeOf.get(id)?.row.change(id, (free) => subtractNeeds(free, needs));
  }

  /** The opposite of {@link take}. */
  giveBack(id: HostId, needs: Needs): void {
    this.#placeOf.get(id)?.row.change(id, (free) => addNeeds(free, needs));
  }

  /**
   * A host of the environment with room: of the kind where the job costs least, the first that
   * joined. So jobs gather on the hosts that suit them, and those that joined later run empty
   * first. One that is not accepted is passed over.
   */
  find(environment: Arn, needs: Needs, accept?: Accept): HostId | undefined {
    const hosts = this.#environments.get(environment);
    if (hosts === undefined) return undefined;
    const key = needsKey(needs);
    let rows = hosts.preferences.get(key);
    if (rows === undefined) {
      if (hosts.preferences.size >= preferencesMax) hosts.preferences.clear();
      hosts.preferences.set(key, (rows = suitable(hosts.rows, needs)));
    }
    for (const row of rows) {
      const found = row.find(needs, accept);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Hosts of a kind on which nothing runs, in the order in which they joined; those on which
   * something does are not looked at.
   */
  *empty(environment: Arn, kindName: string): Generator<HostId> {
    for (const row of this.#environments.get(environment)?.rows ?? [])
      if (row.kind.name === kindName) yield* row.empty();
  }

  free(id: HostId): Needs | undefined {
    return this.#placeOf.get(id)?.row.free(id);
  }
}

/**
 * Hosts of a kind side by side as the leaves of a binary tree; a node holds, of each amount, the
 * most that is free below it. A search goes down to the left wherever a node could hold the needs.
 * It costs about the logarithm of the number of hosts; where the most of one amount and the most of
 * another lie on different hosts, it may look at more, at worst at all.
 */
class Row {
  /** Leaves; a power of two. */
  #width = 16;
  /** The next leaf to be used. Those of hosts that left stay empty until the row is rebuilt. */
  #next = 0;
  #ids: (HostId | undefined)[] = [];
  readonly #leafOf = new Map<HostId, number>();
  #milliVcpu = nodes(16);
  #memoryMib = nodes(16);
  #gpus = nodes(16);
  readonly kind: HostKind;

  constructor(kind: HostKind) {
    this.kind = kind;
  }

  get size(): number {
    return this.#leafOf.size;
  }

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

  change(id: HostId, to: (free: Needs) => Needs): void {
    this.#set(this.#leaf(id), to(this.free(id)));
  }

  free(id: HostId): Needs {
    const at = this.#width + this.#leaf(id);
    return {
      milliVcpu: this.#milliVcpu[at] as number,
      memoryMib: this.#memoryMib[at] as number,
      gpus: this.#gpus[at] as number,
    };
  }

  find(needs: Needs, accept: Accept | undefined): HostId | undefined {
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

  /** Every job takes vCPUs: where all of them are free, nothing runs. */
  *empty(): Generator<HostId> {
    const all = { ...noNeeds, milliVcpu: this.kind.capacity.milliVcpu };
    for (
      let leaf = this.#leafFrom(1, all);
      leaf !== 0;
      leaf = this.#leafFrom(onTheRight(leaf), all)
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
    return must(this.#leafOf.get(id), 'a host of the row has a leaf');
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

/** Less than any need, so that an empty leaf is never found. */
const nothing: Needs = { milliVcpu: -Infinity, memoryMib: -Infinity, gpus: -Infinity };

const nodes = (width: number): Float64Array => new Float64Array(2 * width).fill(-Infinity);

/** Sets a node to the larger of its two children; whether that changed it. */
function raise(amounts: Float64Array, node: number): boolean {
  const most = Math.max(amounts[2 * node] as number, amounts[2 * node + 1] as number);
  if (most === amounts[node]) return false;
  amounts[node] = most;
  return true;
}

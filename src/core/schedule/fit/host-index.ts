// What is free on the hosts of each compute environment, so that a host with room is found without
// looking at all of them. It holds free amounts only: who uses what is the world's book, and the
// world tells the index of every change.

import { must } from '../../../base/assert.ts';
import type { Arn, HostId } from '../../../base/ids.ts';
import { addNeeds, needsKey, noNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import { suitable, type HostKind } from './host-kind.ts';
import { RoomTree, type Accept } from './room-tree.ts';

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
      hosts.rows.push((row = { kind, hosts: new RoomTree() }));
      hosts.preferences.clear();
    }
    row.hosts.add(id, free);
    this.#placeOf.set(id, { environment, row });
  }

  remove(id: HostId): void {
    const place = this.#placeOf.get(id);
    if (place === undefined) return;
    const { environment, row } = place;
    row.hosts.remove(id);
    this.#placeOf.delete(id);
    if (row.hosts.size > 0) return;
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
    const hosts = this.#placeOf.get(id)?.row.hosts;
    hosts?.set(id, subtractNeeds(hosts.free(id), needs));
  }

  /** The opposite of {@link take}. */
  giveBack(id: HostId, needs: Needs): void {
    const hosts = this.#placeOf.get(id)?.row.hosts;
    hosts?.set(id, addNeeds(hosts.free(id), needs));
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
      const found = row.hosts.find(needs, accept);
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
      if (row.kind.name === kindName)
        // Every job takes vCPUs: where all of them are free, nothing runs.
        yield* row.hosts.all({ ...noNeeds, milliVcpu: row.kind.capacity.milliVcpu });
  }

  free(id: HostId): Needs | undefined {
    return this.#placeOf.get(id)?.row.hosts.free(id);
  }
}

/** Hosts of a kind, as they joined. */
interface Row {
  readonly kind: HostKind;
  readonly hosts: RoomTree;
}

// What is free on the hosts of environments: of each in the order in which they joined, for that is
// how jobs are placed on hosts that are given; and of all that are machines of their own together,
// to tell at once that none has room. The world tells it of every change. It decides nothing.

import type { Arn, HostId } from '../../../base/ids.ts';
import { unavailable, type EnvironmentHost } from '../../host/host.ts';
import { addNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import { nothing, RoomTree, type Accept } from './room-tree.ts';

/** What may be asked of it. */
export type HostRoomsView = Pick<HostRooms, 'first' | 'anyApart' | 'free'>;

export class HostRooms {
  readonly #ofEnvironments = new Map<Arn, RoomTree>();
  readonly #apart = new RoomTree();
  readonly #environmentOf = new Map<HostId, Arn>();

  /**
   * `used`: what its jobs hold. `isApart`: it is a machine of its own. One that takes no jobs keeps
   * its place.
   */
  store(host: EnvironmentHost, used: Needs, isApart: boolean): void {
    const free = unavailable(host) === undefined ? subtractNeeds(host.capacity, used) : nothing;
    const { id, computeEnvironmentArn } = host;
    let beside = this.#ofEnvironments.get(computeEnvironmentArn);
    if (beside === undefined)
      this.#ofEnvironments.set(computeEnvironmentArn, (beside = new RoomTree()));
    put(beside, id, free);
    this.#environmentOf.set(id, computeEnvironmentArn);
    if (isApart) put(this.#apart, id, free);
  }

  delete(id: HostId): void {
    if (this.#apart.has(id)) this.#apart.remove(id);
    const environment = this.#environmentOf.get(id);
    if (environment === undefined) return;
    this.#environmentOf.delete(id);
    const beside = this.#ofEnvironments.get(environment);
    beside?.remove(id);
    if (beside?.size === 0) this.#ofEnvironments.delete(environment);
  }

  /** A job was put on the host; of this machine nothing is known. */
  take(id: HostId, needs: Needs): void {
    for (const tree of this.#treesOf(id)) tree.set(id, subtractNeeds(tree.free(id), needs));
  }

  /** The opposite of {@link take}. */
  giveBack(id: HostId, needs: Needs): void {
    for (const tree of this.#treesOf(id)) tree.set(id, addNeeds(tree.free(id), needs));
  }

  /** Of the hosts of the environment with room, the first that joined and is accepted. */
  first(environment: Arn, needs: Needs, accept: Accept): HostId | undefined {
    return this.#ofEnvironments.get(environment)?.find(needs, accept);
  }

  /** Any machine of its own with room that is accepted, whichever environment it serves. */
  anyApart(needs: Needs, accept?: Accept): HostId | undefined {
    return this.#apart.find(needs, accept);
  }

  /** As each of the trees that know it has it. */
  free(id: HostId): readonly Needs[] {
    return this.#treesOf(id).map((tree) => tree.free(id));
  }

  #treesOf(id: HostId): RoomTree[] {
    const environment = this.#environmentOf.get(id);
    const beside = environment === undefined ? undefined : this.#ofEnvironments.get(environment);
    const trees = beside === undefined ? [] : [beside];
    if (this.#apart.has(id)) trees.push(this.#apart);
    return trees;
  }
}

function put(tree: RoomTree, id: HostId, free: Needs): void {
  if (tree.has(id)) tree.set(id, free);
  else tree.add(id, free);
}

// The hosts of the world, by id and by the environment that they belong to, with the index of what
// is free on instances. Part of the world, changed by its fold alone. It decides nothing.

import type { Arn, HostId } from '../../base/ids.ts';
import { beneath, isApart } from '../host/beneath.ts';
import {
  unavailable,
  type EnvironmentHost,
  type Host,
  type Instance,
  type Machine,
  type RegisteredHost,
} from '../host/host.ts';
import { sameNeeds, subtractNeeds, type Needs } from '../job/needs.ts';
import { HostIndex, type HostIndexView } from '../schedule/fit/host-index.ts';
import type { HostKind } from '../schedule/fit/host-kind.ts';
import { HostRooms, type HostRoomsView } from '../schedule/fit/host-rooms.ts';

const none: ReadonlyMap<HostId, EnvironmentHost> = new Map();

/** What may be asked of them. */
export type HostsView = Omit<
  Hosts,
  'store' | 'storeInstance' | 'delete' | 'took' | 'gaveBack' | 'index' | 'rooms'
> & {
  readonly index: HostIndexView;
  readonly rooms: HostRoomsView;
};

export class Hosts {
  readonly #all = new Map<HostId, Host>();
  readonly #ofEnvironments = new Map<Arn, Map<HostId, EnvironmentHost>>();
  readonly #machines = new Map<HostId, Machine>();
  readonly #registered = new Map<HostId, RegisteredHost>();
  /** Instances that are machines of their own. */
  readonly #apart = new Map<HostId, Instance>();
  /** Instances that do not run yet. */
  readonly #starting = new Map<HostId, Instance>();
  /** What is free on instances that take jobs. */
  readonly index = new HostIndex();
  /** What is free on each host of an environment, in the order in which they joined. */
  readonly rooms = new HostRooms();

  get size(): number {
    return this.#all.size;
  }

  get(id: HostId): Host | undefined {
    return this.#all.get(id);
  }

  has(id: HostId): boolean {
    return this.#all.has(id);
  }

  values(): IterableIterator<Host> {
    return this.#all.values();
  }

  machines(): IterableIterator<Machine> {
    return this.#machines.values();
  }

  /** Where containers that use the host's own network are reached. */
  addressOf(id: HostId): string {
    const host = this.#all.get(id);
    const own =
      host?.kind === 'registered'
        ? host.facts.networkName
        : host?.kind === 'instance'
          ? host.address
          : undefined;
    const [machine] = this.#machines.values();
    return own ?? machine?.address ?? '127.0.0.1';
  }

  /** Instances that are machines of their own. */
  apart(): IterableIterator<Instance> {
    return this.#apart.values();
  }

  registered(): IterableIterator<RegisteredHost> {
    return this.#registered.values();
  }

  /** Those that belong to the environment, in the order in which they joined. */
  of(environmentArn: Arn): IterableIterator<EnvironmentHost> {
    return (this.#ofEnvironments.get(environmentArn) ?? none).values();
  }

  *instancesOf(environmentArn: Arn): Generator<Instance> {
    for (const host of this.of(environmentArn)) if (host.kind === 'instance') yield host;
  }

  *startingIn(environmentArn: Arn): Generator<Instance> {
    for (const instance of this.#starting.values())
      if (instance.computeEnvironmentArn === environmentArn) yield instance;
  }

  /** `used`: what its jobs hold. */
  store(host: Machine | RegisteredHost, used: Needs): void {
    this.#all.set(host.id, host);
    if (host.kind === 'machine') {
      this.#machines.set(host.id, host);
      return;
    }
    this.#registered.set(host.id, host);
    this.#file(host);
    this.rooms.store(host, used, true);
  }

  /** Likewise. */
  storeInstance(instance: Instance, kind: HostKind, used: Needs): void {
    const known = this.#all.get(instance.id);
    this.#all.set(instance.id, instance);
    const isOwn = isApart(beneath(this.#all, instance));
    if (isOwn) this.#apart.set(instance.id, instance);
    if (instance.state === 'PENDING') this.#starting.set(instance.id, instance);
    else this.#starting.delete(instance.id);
    this.#file(instance);
    this.rooms.store(instance, used, isOwn);
    const takesJobs = unavailable(instance) === undefined;
    const tookJobs = known !== undefined && unavailable(known) === undefined;
    const isResized = known !== undefined && !sameNeeds(known.capacity, instance.capacity);
    if (takesJobs === tookJobs && !isResized) return;
    if (tookJobs) this.index.remove(instance.id);
    if (takesJobs)
      this.index.add(
        instance.computeEnvironmentArn,
        instance.id,
        kind,
        subtractNeeds(instance.capacity, used),
      );
  }

  delete(id: HostId): void {
    const host = this.#all.get(id);
    if (host === undefined) return;
    this.#all.delete(id);
    this.#machines.delete(id);
    this.#registered.delete(id);
    this.#starting.delete(id);
    this.#apart.delete(id);
    this.index.remove(id);
    this.rooms.delete(id);
    if (host.kind === 'machine') return;
    const beside = this.#ofEnvironments.get(host.computeEnvironmentArn);
    beside?.delete(id);
    if (beside?.size === 0) this.#ofEnvironments.delete(host.computeEnvironmentArn);
  }

  /** A job was put on the host. */
  took(id: HostId, needs: Needs): void {
    this.index.take(id, needs);
    this.rooms.take(id, needs);
  }

  /** The opposite of {@link took}. */
  gaveBack(id: HostId, needs: Needs): void {
    this.index.giveBack(id, needs);
    this.rooms.giveBack(id, needs);
  }

  #file(host: EnvironmentHost): void {
    let beside = this.#ofEnvironments.get(host.computeEnvironmentArn);
    if (beside === undefined)
      this.#ofEnvironments.set(host.computeEnvironmentArn, (beside = new Map()));
    beside.set(host.id, host);
  }
}

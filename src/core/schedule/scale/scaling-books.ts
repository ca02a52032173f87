// What one environment has during a planning cycle: the instances that are there, those that the
// plan adds, and what is free on both. Imagined jobs are put on it as placing will put the real
// ones; the world knows nothing of them.

import type { HostId } from '../../../base/ids.ts';
import { subtractNeeds, type Needs } from '../../job/needs.ts';
import { suitable, type HostKind } from '../fit/host-kind.ts';
import type { PackedInstances } from './pack.ts';
import { fitsIn, timesIn } from '../fit/room.ts';
import type { ScalingInstance } from './scaling-environment.ts';

/** Instances alike. One that exists stands alone. */
interface Group {
  readonly instance?: ScalingInstance;
  readonly count: number;
  free: Needs;
}

/** Instances of one kind in the order in which they joined. */
interface Row {
  readonly kind: HostKind;
  groups: Group[];
}

export class ScalingBooks {
  readonly launches: PackedInstances[] = [];
  /** All of the environment's, with those that drain: what maxvCpus bounds. */
  vcpus = 0;
  /** Without those that drain: what minvCpus is about. */
  stayingVcpus = 0;
  readonly #rows: Row[] = [];
  /** Those that are kept for nodes, and stand in no row. */
  readonly #kept: ScalingInstance[] = [];
  readonly #needed = new Set<ScalingInstance>();
  readonly #drained = new Set<ScalingInstance>();
  /** Those that the plan drains. */
  readonly drains: ScalingInstance[] = [];

  constructor(
    instances: readonly ScalingInstance[],
    kindOf: (instance: ScalingInstance) => HostKind,
  ) {
    const rows = new Map<string, Row>();
    for (const instance of instances) {
      this.vcpus += instance.type.vcpus;
      if (instance.state === 'draining') {
        this.#drained.add(instance);
        continue;
      }
      this.stayingVcpus += instance.type.vcpus;
      if (instance.isKept) {
        this.#kept.push(instance);
        continue;
      }
      let row = rows.get(instance.type.name);
      if (row === undefined) rows.set(instance.type.name, (row = this.#rowOf(kindOf(instance))));
      row.groups.push({ instance, count: 1, free: instance.free });
    }
  }

  launch(launch: PackedInstances): void {
    const { offer, count, free } = launch;
    this.launches.push(launch);
    this.vcpus += count * offer.type.vcpus;
    this.stayingVcpus += count * offer.type.vcpus;
    this.#rowOf(offer.kind).groups.push({ count, free });
  }

  /** From now on it takes no jobs. */
  drain(instance: ScalingInstance): void {
    this.drains.push(instance);
    this.#drained.add(instance);
    this.stayingVcpus -= instance.type.vcpus;
    this.#remove(new Set([instance]));
  }

  /** The plan gives them to nodes of a multi-node parallel job, and nothing else runs there. */
  reserve(instances: readonly ScalingInstance[]): void {
    if (instances.length === 0) return;
    for (const instance of instances) this.#needed.add(instance);
    this.#remove(new Set(instances));
  }

  /**
   * Instances of a type that may be given to nodes: those of them that are kept, then those that
   * nothing else is on or will be; `busy`: then all others too.
   */
  *forNodes(type: string, kept: ReadonlySet<HostId>, busy: boolean): Generator<ScalingInstance> {
    for (const instance of this.#kept)
      if (instance.type.name === type && kept.has(instance.id) && !this.#needed.has(instance))
        yield instance;
    const there = this.#rows.find((row) => row.kind.name === type)?.groups ?? [];
    // The plan has put nothing there as long as the group has what the instance had.
    const untouched = there.flatMap(({ instance, free }) =>
      instance !== undefined && free === instance.free ? [instance] : [],
    );
    for (const instance of untouched) if (instance.jobs === 0) yield instance;
    if (busy) for (const instance of untouched) if (instance.jobs > 0) yield instance;
  }

  #remove(instances: ReadonlySet<ScalingInstance | undefined>): void {
    for (const row of this.#rows)
      row.groups = row.groups.filter(
        ({ instance }) => instance === undefined || !instances.has(instance),
      );
  }

  /** Whether it drains, by the plan or before. */
  isDrained(instance: ScalingInstance): boolean {
    return this.#drained.has(instance);
  }

  /** Puts as many jobs as fit where there is room; returns how many are left. */
  fill(needs: Needs, count: number): number {
    const rows = this.#rows.filter(({ groups }) => groups.some(({ free }) => fitsIn(free, needs)));
    if (rows.length === 0) return count;
    let left = count;
    for (const { groups } of suitable(rows, needs)) {
      if (left === 0) break;
      left = this.#fillRow(groups, needs, left);
    }
    return left;
  }

  #fillRow(groups: Group[], needs: Needs, count: number): number {
    let left = count;
    for (let at = 0; at < groups.length && left > 0; at++) {
      const group = groups[at] as Group;
      if (!fitsIn(group.free, needs)) continue;
      const times = timesIn(group.free, needs, left);
      const full = Math.floor(left / times);
      if (full < group.count) {
        // Those behind stay as they are.
        groups.splice(at + 1, 0, { ...group, count: group.count - full });
        groups[at] = { ...group, count: full };
      }
      const here = groups[at] as Group;
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

  #rowOf(kind: HostKind): Row {
    const found = this.#rows.find((row) => row.kind.name === kind.name);
    if (found !== undefined) return found;
    const row = { kind, groups: [] };
    this.#rows.push(row);
    return row;
  }
}

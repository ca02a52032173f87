// The cluster of a run: its nodes come, change, fall silent, go and come back, it is away for long,
// and others delete pods in it. It outlives the server; what becomes of pods is in cluster-pods.ts.

import type { AttemptId } from '../src/base/ids.ts';
import type { Needs } from '../src/core/job/needs.ts';
import type { ClusterNode, ClusterNodes } from '../src/port/cluster-nodes.ts';
import type { Engine } from '../src/port/engine.ts';
import type { VirtualClock } from '../test/house/virtual-clock.ts';
import { ClusterEngine } from './cluster-engine.ts';
import {
  ClusterPods,
  type ClusterPodsParts,
  type Refused,
  type SimulatedNode,
} from './cluster-pods.ts';
import type { ClusterFault, Faults } from './faults.ts';
import type { Random } from './random.ts';

export const clusterName = 'lab';
export const clusterArn = `arn:aws:eks:us-east-1:000000000000:cluster/${clusterName}`;

/** What was told of the nodes is taken for true for so long after the last word. */
const trustMs = 180_000;
/** Largest that any job of the workload asks for. */
const large: Needs = { milliVcpu: 4_000, memoryMib: 16_384, gpus: 0 };

/** What could be known of a node: since when it is gone, and when it was silent. */
interface NodeHistory {
  readonly name: string;
  /** By elapsed time, as all. */
  goneMs: number | undefined;
  silent: { readonly sinceMs: number; untilMs: number | undefined }[];
  environmentUuid: string | undefined;
}

interface ClusterParts extends Pick<ClusterPodsParts, 'behaviour' | 'onRun' | 'onEnd' | 'onTaken'> {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly random: Random;
  /** Of environments that nodes may be there for alone. */
  readonly environments: readonly string[];
  readonly onUnplaced: (id: AttemptId) => void;
}

export class SimulatedCluster {
  readonly #parts: ClusterParts;
  readonly pods: ClusterPods;
  readonly #nodes = new Map<string, SimulatedNode>();
  /** As they were when it was last reached. */
  #seen: readonly ClusterNode[] = [];
  /** By UID: whoever was seen. */
  readonly histories = new Map<string, NodeHistory>();
  /** Since when it is away, and when it came back, by elapsed time. */
  awaySinceMs: number | undefined;
  backSinceMs = 0;
  /** Pods that there was no room for, since somebody looked. */
  refused: Refused[] = [];
  #onChange: () => void = () => undefined;
  #made = 0;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.pods = new ClusterPods({
      ...parts,
      nodeNamed: (name) => this.#nodes.get(name),
      isAway: () => this.isAway,
      onRefused: (refused) => {
        parts.faults.strike('pod without room');
        parts.onUnplaced(refused.pod.attemptId);
        this.refused.push(refused);
      },
    });
    for (let count = parts.random.between(2, 4); count > 0; count--) this.#join();
  }

  get isAway(): boolean {
    return this.awaySinceMs !== undefined;
  }

  /** As one life of the server sees its nodes. */
  nodesFor(life: { readonly alive: boolean }): ClusterNodes {
    const { clock } = this.#parts;
    let isOpen = false;
    let hasHeard = false;
    return {
      open: (onChange) => {
        isOpen = true;
        this.#onChange = () => {
          if (life.alive && isOpen) onChange();
        };
      },
      of: (arn) => {
        hasHeard ||= !this.isAway;
        const isFresh = clock.elapsedMs - (this.awaySinceMs ?? clock.elapsedMs) < trustMs;
        return isOpen && arn === clusterArn && hasHeard && isFresh ? this.#seen : undefined;
      },
      close: () => {
        isOpen = false;
      },
    };
  }

  /** A connection of that life to its pods. */
  engineFor(life: { readonly alive: boolean }): Engine {
    const { clock, faults } = this.#parts;
    return new ClusterEngine({
      pods: this.pods,
      clock,
      faults: faults.clusterAway(() => this.isAway),
      isAlive: () => life.alive,
      isAway: () => this.isAway,
    });
  }

  strike(fault: ClusterFault): void {
    const { random, faults } = this.#parts;
    const node = this.#nodes.size === 0 ? undefined : random.pick([...this.#nodes.values()]);
    const forMs = faults.length('cluster');
    switch (fault) {
      case 'cluster away':
        return this.#leave(forMs);
      case 'node gone':
        return node && this.#remove(node);
      case 'node not ready':
        return node && this.#change(node, { isReady: false }, forMs, { isReady: true });
      case 'node cordoned':
        return node && this.#change(node, { isOpen: false }, forMs, { isOpen: true });
      case 'node filled':
        return (
          node &&
          this.#change(node, { othersMilliVcpu: 1000 * random.between(1, 4) }, forMs, {
            othersMilliVcpu: 0,
          })
        );
      case 'node changed':
        return node && this.#change(node, { ...this.#shape() });
      case 'pods deleted':
        for (const pod of this.pods.all())
          if (pod.node?.isReady !== false && random.chance(40)) this.pods.take(pod);
    }
  }

  /** Somebody deletes the pod of the attempt, if it is here. */
  lose(attemptId: AttemptId): void {
    const pod = this.pods.find(attemptId);
    if (pod !== undefined && pod.node?.isReady !== false) this.pods.take(pod);
  }

  /** Faults have ceased: it is there, and has room for everything that may have to run. */
  restore(): void {
    this.#return();
    for (const node of this.#nodes.values())
      this.#change(node, { isReady: true, isOpen: true, othersMilliVcpu: 0 });
    this.#add({ capacity: large, environmentUuid: undefined });
  }

  #leave(forMs: number): void {
    const { clock } = this.#parts;
    if (this.isAway) return;
    this.awaySinceMs = clock.elapsedMs;
    clock.at(clock.now() + forMs, () => this.#return());
  }

  #return(): void {
    if (!this.isAway) return;
    this.awaySinceMs = undefined;
    this.backSinceMs = this.#parts.clock.elapsedMs;
    this.#show();
    this.pods.showAll();
  }

  #shape(): Pick<SimulatedNode, 'capacity' | 'environmentUuid'> {
    const { random, environments } = this.#parts;
    return {
      capacity: { ...large, milliVcpu: 1000 * random.pick([2, 3, 4]) },
      environmentUuid: random.chance(20) ? random.pick(environments) : undefined,
    };
  }

  #join(): void {
    this.#add(this.#shape());
  }

  /** One that is gone may come back under its name: it is another. */
  #add(shape: Pick<SimulatedNode, 'capacity' | 'environmentUuid'>, name?: string): void {
    const made = this.#made++;
    const node: SimulatedNode = {
      name: name ?? `node-${made}`,
      uid: `uid-${made}`,
      // Some are instances of EC2's, and say so.
      instanceId: made % 2 === 0 ? undefined : `i-${this.#parts.random.hex(17)}`,
      isReady: true,
      isOpen: true,
      othersMilliVcpu: 0,
      changedMs: this.#parts.clock.elapsedMs,
      ...shape,
    };
    if (this.#nodes.has(node.name)) return;
    this.#nodes.set(node.name, node);
    this.#show();
    this.pods.placeMore();
  }

  #remove(node: SimulatedNode): void {
    const { clock, random } = this.#parts;
    this.#nodes.delete(node.name);
    this.#show();
    this.pods.nodeGone(node);
    const name = random.chance(50) ? node.name : undefined;
    clock.at(clock.now() + random.pick([0, 2_000, 30_000, 200_000]), () =>
      this.#add(this.#shape(), name),
    );
  }

  /** … until it is as it was, where that is said. */
  #change(
    node: SimulatedNode,
    now: Partial<SimulatedNode>,
    forMs = 0,
    later?: Partial<SimulatedNode>,
  ): void {
    const { clock } = this.#parts;
    if (this.#nodes.get(node.name) !== node) return;
    Object.assign(node, now, { changedMs: clock.elapsedMs });
    this.#show();
    this.pods.nodeChanged(node);
    if (later !== undefined) clock.at(clock.now() + forMs, () => this.#change(node, later));
  }

  /** What can be known now is known, unless it is away. */
  #show(): void {
    if (this.isAway) return;
    this.#seen = [...this.#nodes.values()].map(
      ({ name, uid, instanceId, capacity, isReady, isOpen, environmentUuid }) => ({
        name,
        uid,
        instanceId,
        capacity,
        isReady,
        isOpen,
        environmentUuid,
      }),
    );
    this.#note();
    this.#onChange();
  }

  #note(): void {
    const nowMs = this.#parts.clock.elapsedMs;
    const there = new Set(this.#seen.map(({ uid }) => uid));
    for (const { name, uid, isReady, environmentUuid } of this.#seen) {
      const history = this.histories.get(uid) ?? {
        name,
        goneMs: undefined,
        silent: [],
        environmentUuid,
      };
      this.histories.set(uid, history);
      history.environmentUuid = environmentUuid;
      const last = history.silent.at(-1);
      const wasReady = last === undefined || last.untilMs !== undefined;
      if (!isReady && wasReady) history.silent.push({ sinceMs: nowMs, untilMs: undefined });
      if (isReady && !wasReady) last.untilMs = nowMs;
    }
    for (const [uid, history] of this.histories) if (!there.has(uid)) history.goneMs ??= nowMs;
  }

  /** Attempts of which there are pods that nobody has let go. */
  held(): AttemptId[] {
    return this.pods.all().map(({ attemptId }) => attemptId);
  }
}

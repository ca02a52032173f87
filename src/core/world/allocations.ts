// What attempts hold of hosts and environments, from placement until it is given back, and the sums
// of it. Part of the world, changed by its fold alone.

import { assert, must } from '../../base/assert.ts';
import { splitJobId, type Arn, type AttemptId, type HostId, type JobId } from '../../base/ids.ts';
import type { ConsumableClaim } from '../consumable-resource/consumable-resource.ts';
import type { Host } from '../host/host.ts';
import type { Placement } from '../job/attempt.ts';
import type { WorldJob } from '../job/job.ts';
import type { ParallelTerms } from '../job/terms.ts';
import { amountsOf, type Amounts } from '../quota-share/amounts.ts';
import type { ServiceTerms } from '../service-job/service-terms.ts';
import { addNeeds, noNeeds, subtractNeeds, type Needs } from '../job/needs.ts';

export interface Allocation {
  /** Whose it is; of a node that of its multi-node job. */
  readonly jobId: JobId;
  readonly hostId: HostId;
  /** Where the host is an instance: the machine whose resources it takes as well. */
  readonly machineId?: HostId | undefined;
  readonly computeEnvironmentArn: Arn;
  /** What it takes of its environment, its share, and the machine beneath. */
  readonly needs: Needs;
  /**
   * What it takes of the host's own books: as much, but all that the host has for a node of a
   * multi-node job, which has its instance or registered host to itself (user guide, chapter
   * Multi-node Parallel Jobs). On a machine nodes lie side by side, and on a cluster.
   */
  readonly onHost: Needs;
  /** On a cluster that chooses the nodes: it has none yet, and does not run. */
  readonly waits?: true | undefined;
  readonly queueArn: Arn;
  /** It is a node of a multi-node parallel job, of which all together count as one job. */
  readonly ofNodes?: true | undefined;
  /** Only so many of those it belongs to hold room at once. */
  readonly parallel?: ParallelTerms | undefined;
  /** What it consumes beside. */
  readonly consumables?: readonly ConsumableClaim[] | undefined;
  /** A service job's, which takes this of its service environment. */
  readonly service?: ServiceTerms | undefined;
  /** Whose usage it is, on a queue with shares. */
  readonly share?:
    | {
        readonly queueArn: Arn;
        readonly identifier: string;
        readonly schedulingPriority: number;
        readonly amounts: Amounts;
      }
    | undefined;
  /** Since when; absent of nodes beside the main one, which wait for that with what they hold. */
  readonly sinceMs?: number | undefined;
}

/** A job that is placed, or a node of one. */
export type Holder = Pick<WorldJob, 'id' | 'terms' | 'queueArn'>;

/** What an attempt of the job holds where it was placed. */
export function allocationOf(
  { id, terms, queueArn }: Holder,
  {
    hostId,
    computeEnvironmentArn,
    placedAtMs,
    ...attempt
  }: Pick<Placement, 'hostId' | 'computeEnvironmentArn' | 'anyNode' | 'nodeName'> & {
    readonly placedAtMs?: number;
    readonly state?: 'starting' | 'running';
  },
  host: Host | undefined,
): Allocation {
  const { needs, share, consumables, nodes, parallel, service } = terms;
  const { parent, node } = splitJobId(id);
  const ofNodes = nodes !== undefined || node !== undefined;
  const { anyNode = false, nodeName, state } = attempt;
  const hasOwn = host !== undefined && host.kind !== 'machine' && !anyNode;
  return {
    jobId: node === undefined ? id : parent,
    hostId,
    machineId: host?.kind === 'instance' ? host.machineId : undefined,
    computeEnvironmentArn,
    needs,
    onHost: hasOwn && ofNodes ? host.capacity : needs,
    waits: anyNode && nodeName === undefined && state !== 'running' ? true : undefined,
    queueArn,
    ofNodes: ofNodes || undefined,
    parallel,
    consumables,
    service,
    share: share && { queueArn, ...share, amounts: amountsOf(terms) },
    sinceMs: node === undefined ? placedAtMs : undefined,
  };
}

const none: ReadonlySet<AttemptId> = new Set();

/** What may be asked of them. */
export type AllocationsView = Omit<Allocations, 'take' | 'found' | 'giveBack' | 'forgetHost'>;

export class Allocations {
  readonly #ofAttempts = new Map<AttemptId, Allocation>();
  readonly #onHosts = new Map<HostId, Needs>();
  readonly #attemptsOn = new Map<HostId, Set<AttemptId>>();
  readonly #inEnvironments = new Map<Arn, Needs>();
  /** How many wait there for a node. */
  readonly #waitingOn = new Map<HostId, number>();

  get size(): number {
    return this.#ofAttempts.size;
  }

  has(attemptId: AttemptId): boolean {
    return this.#ofAttempts.has(attemptId);
  }

  of(attemptId: AttemptId): Allocation | undefined {
    return this.#ofAttempts.get(attemptId);
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

  /** Those placed on the host itself: an instance's are not its machine's. */
  attemptsOn(id: HostId): ReadonlySet<AttemptId> {
    return this.#attemptsOn.get(id) ?? none;
  }

  /** Of a cluster that chooses the nodes: how many have none yet. */
  waitingOn(id: HostId): number {
    return this.#waitingOn.get(id) ?? 0;
  }

  inEnvironment(arn: Arn): Needs {
    return this.#inEnvironments.get(arn) ?? noNeeds;
  }

  take(attemptId: AttemptId, allocation: Allocation): void {
    assert(!this.#ofAttempts.has(attemptId), 'an attempt takes its resources once');
    this.#ofAttempts.set(attemptId, allocation);
    const { hostId, machineId, computeEnvironmentArn, needs, onHost } = allocation;
    const there = this.#attemptsOn.get(hostId);
    if (there === undefined) this.#attemptsOn.set(hostId, new Set([attemptId]));
    else there.add(attemptId);
    this.#countWaiting(allocation, 1);
    this.#onHosts.set(hostId, addNeeds(this.onHost(hostId), onHost));
    if (machineId !== undefined)
      this.#onHosts.set(machineId, addNeeds(this.onHost(machineId), needs));
    this.#inEnvironments.set(
      computeEnvironmentArn,
      addNeeds(this.inEnvironment(computeEnvironmentArn), needs),
    );
  }

  /** Its cluster has found a node for it; whether it waited for one. */
  found(attemptId: AttemptId): boolean {
    const allocation = this.#ofAttempts.get(attemptId);
    if (!allocation?.waits) return false;
    const { waits: _waits, ...found } = allocation;
    this.#ofAttempts.set(attemptId, found);
    this.#countWaiting(allocation, -1);
    return true;
  }

  #countWaiting({ hostId, waits }: Allocation, by: 1 | -1): void {
    if (!waits) return;
    const waiting = this.waitingOn(hostId) + by;
    if (waiting === 0) this.#waitingOn.delete(hostId);
    else this.#waitingOn.set(hostId, waiting);
  }

  giveBack(attemptId: AttemptId): Allocation {
    const allocation = must(this.#ofAttempts.get(attemptId), 'an attempt gives back what it took');
    this.#ofAttempts.delete(attemptId);
    const { hostId, machineId, computeEnvironmentArn, needs, onHost } = allocation;
    const there = must(
      this.#attemptsOn.get(hostId),
      'an attempt that holds something of a host is known there',
    );
    there.delete(attemptId);
    this.#countWaiting(allocation, -1);
    this.#onHosts.set(hostId, subtractNeeds(this.onHost(hostId), onHost));
    if (machineId !== undefined)
      this.#onHosts.set(machineId, subtractNeeds(this.onHost(machineId), needs));
    this.#inEnvironments.set(
      computeEnvironmentArn,
      subtractNeeds(this.inEnvironment(computeEnvironmentArn), needs),
    );
    return allocation;
  }

  /** A host that is gone: nothing of it is remembered. */
  forgetHost(id: HostId): void {
    if (this.attemptsOn(id).size > 0) return;
    this.#attemptsOn.delete(id);
    this.#onHosts.delete(id);
  }
}

// One cycle of scaling: which instances each managed environment launches now for the jobs that
// wait, and which idle ones it ends (user guide, chapter Compute Environments; ADR 0013). A pure
// plan over what it is told: it starts nothing and remembers nothing, so a plan that was not
// carried out is simply made again.
//
// Waiting jobs are first put on what is there or on its way, then on imagined instances, by the
// arithmetic that places jobs (room.ts). Environments are tried in the queue's order; what one
// cannot take spills over to the next.

import type { Arn, HostId } from '../../../base/ids.ts';
import { capacityOf, type InstanceType } from '../../instance-type/instance-type.ts';
import { noNeeds, type Needs } from '../../job/needs.ts';
import { poolOf, withoutTaken, type Market } from './market.ts';
import { pack, type PackedInstances, type Demand } from './pack.ts';
import { fitsIn } from '../fit/room.ts';
import { drainsBeyond, drainsFor } from './drain.ts';
import { dueAtMs, idleToEnd } from './scale-in.ts';
import { instancesForNodes, type InstancesForNodes, type NodesDemand } from './scale-nodes.ts';
import { ScalingBooks } from './scaling-books.ts';
import {
  floorOf,
  mayExceed,
  type ScalingEnvironment,
  type ScalingInstance,
} from './scaling-environment.ts';
import { offerOf, tiersOf, type Offer, type Tiers } from './strategy.ts';

/**
 * A job queue's waiting jobs in the order in which they are to start, jobs of the same needs
 * together.
 */
export interface QueueDemand {
  readonly priority?: number;
  readonly environments: readonly Arn[];
  readonly waiting: readonly JobsDemand[];
}

export interface JobsDemand extends Demand {
  /** Others went before it for so long that instances which run jobs make way for it. */
  readonly overtaken?: boolean;
  /** Which of the overtaken ones, in queues of the same priority, goes first: the lower. */
  readonly turn?: number;
  /** Multi-node parallel jobs: `needs` are those of all nodes. */
  readonly nodes?: NodesDemand | undefined;
  /** What the caller knows them by. */
  readonly key?: string;
}

/**
 * Why jobs have no place even when the plan is carried out. Of several environments, the one that
 * comes nearest.
 */
export type UnmetReason =
  /** No type of any environment holds such a job: final until somebody changes one. */
  | 'too-large'
  /** Every environment is DISABLED, gone, or cut off from what its instances need. */
  | 'no-environment'
  /** Types would hold it, but Spot does not offer them, or not for the bid. */
  | 'spot-price'
  /**
   * No instance of a type that holds it is to be had: pools are empty, or BEST_FIT waits for its
   * type.
   */
  | 'no-capacity'
  /** The account may not have more instances. */
  | 'instance-limit'
  /** maxvCpus is reached. */
  | 'max-vcpus';

const nearness: readonly UnmetReason[] = [
  'no-environment',
  'too-large',
  'spot-price',
  'no-capacity',
  'instance-limit',
  'max-vcpus',
];
const nearerReason = (a: UnmetReason, b: UnmetReason): UnmetReason =>
  nearness.indexOf(a) > nearness.indexOf(b) ? a : b;

interface EnvironmentPlan {
  readonly arn: Arn;
  readonly launches: readonly { readonly type: InstanceType; readonly count: number }[];
  /** Idle instances to end, in this order. */
  readonly ends: readonly HostId[];
  /** Those that take no more jobs, and end with their last. */
  readonly drains: readonly HostId[];
  /**
   * What DescribeComputeEnvironments reports: the vCPUs that the environment has when the plan is
   * carried out.
   */
  readonly desiredvCpus: number;
}

interface UnmetDemand extends JobsDemand {
  /** Its number among those that were given. */
  readonly queue: number;
  readonly because: UnmetReason;
  /**
   * Instances make way for the nodes of the first of them: what there is of their type is worth
   * keeping.
   */
  readonly isRoomMade: boolean;
}

export interface ScalingPlan {
  readonly environments: readonly EnvironmentPlan[];
  /** How many jobs found no place, and why: queue by queue, in the order of waiting. */
  readonly unmet: readonly UnmetDemand[];
  /** When the next idle instance becomes due, if one waits out its delay. */
  readonly nextScaleDownAtMs: number | undefined;
}

/**
 * @param queues those of higher priority first
 * @param environments every managed one, for they share the market
 * @param instancesLeft how many more instances the account may have
 */
export function planScaling(
  queues: readonly QueueDemand[],
  environments: readonly ScalingEnvironment[],
  market: Market,
  nowMs: number,
  instancesLeft = Number.MAX_SAFE_INTEGER,
): ScalingPlan {
  const planning = new Planning(environments, market, instancesLeft, nowMs);
  const unmet = planning.meet(queues);
  planning.keepMinimums();
  planning.keepMaximums();
  const idle = planning.environments.map(({ environment, books }) =>
    idleToEnd(environment, books, nowMs),
  );
  const due = [...planning.environments, ...idle]
    .map((each) => each.nextAtMs)
    .filter((at) => at !== undefined);
  return {
    environments: planning.environments.map(({ environment, books }, at) =>
      planOf(environment, books, idle[at]?.ends ?? []),
    ),
    unmet,
    nextScaleDownAtMs: due.length === 0 ? undefined : Math.min(...due),
  };
}

function planOf(
  { arn, maxvCpus }: ScalingEnvironment,
  books: ScalingBooks,
  ends: readonly ScalingInstance[],
): EnvironmentPlan {
  const ending = ends.reduce((sum, { type }) => sum + type.vcpus, 0);
  return {
    arn,
    launches: byType(books.launches),
    ends: ends.map(({ id }) => id),
    drains: books.drains.map(({ id }) => id),
    desiredvCpus: Math.min(maxvCpus, books.vcpus - ending),
  };
}

interface Planned {
  readonly environment: ScalingEnvironment;
  readonly tiers: Tiers;
  readonly books: ScalingBooks;
  /** What jobs may yet ask for; without end where maxvCpus bounds instances. */
  milliVcpuLeft: number;
  /** Nothing is launched for what comes later: instances make way for a larger one. */
  isKept: boolean;
  /** When an idle one may make way. */
  nextAtMs: number | undefined;
}

interface Open extends JobsDemand {
  readonly queue: number;
  count: number;
  because: UnmetReason;
  isRoomMade: boolean;
}

class Planning {
  readonly environments: readonly Planned[];
  readonly #byArn: ReadonlyMap<Arn, Planned>;
  readonly #pools: Map<string, number>;
  readonly #nowMs: number;
  #instances: number;

  constructor(
    environments: readonly ScalingEnvironment[],
    market: Market,
    instancesLeft: number,
    nowMs: number,
  ) {
    this.#nowMs = nowMs;
    const left = withoutTaken(
      market,
      environments.flatMap(({ instances, spot }) =>
        instances.map(({ type }) => poolOf(type, spot)),
      ),
    );
    this.#pools = new Map(left.pools);
    this.#instances = instancesLeft;
    this.environments = environments.map((environment) => ({
      environment,
      tiers: environment.isCutOff
        ? []
        : tiersOf(environment.choices, environment, left, environment.reservedMemoryMib),
      books: new ScalingBooks(
        environment.instances,
        ({ type }) => offerOf(type, environment, market, environment.reservedMemoryMib).kind,
      ),
      milliVcpuLeft: environment.jobsMilliVcpuLeft ?? Number.POSITIVE_INFINITY,
      isKept: false,
      nextAtMs: undefined,
    }));
    this.#byArn = new Map(this.environments.map((each) => [each.environment.arn, each]));
  }

  /**
   * Finds places for the queues' jobs, of overtaken ones first among queues of the same priority;
   * returns those for which there is none.
   */
  meet(queues: readonly QueueDemand[]): Open[] {
    const all = queues.map((queue, number) => ({
      queue,
      waiting: queue.waiting.map((one): Open => ({
        ...one,
        queue: number,
        because: 'no-environment',
        isRoomMade: false,
      })),
    }));
    for (let from = 0, to = 0; from < all.length; from = to) {
      while (to < all.length && all[to]?.queue.priority === all[from]?.queue.priority) to++;
      const peers = all.slice(from, to);
      this.#meetOvertaken(peers);
      for (const { queue, waiting } of peers) this.#meetOthers(queue, waiting);
    }
    return all.flatMap(({ waiting }) => waiting.filter((one) => one.count > 0));
  }

  #meetOvertaken(
    peers: readonly { readonly queue: QueueDemand; readonly waiting: readonly Open[] }[],
  ): void {
    const overtaken = peers.flatMap(({ queue, waiting }) =>
      waiting.flatMap((one) => (one.overtaken === true ? [{ queue, one }] : [])),
    );
    for (const { queue, one } of overtaken.sort((a, b) => (a.one.turn ?? 0) - (b.one.turn ?? 0))) {
      this.#findPlaces(queue, [one]);
      if (one.count > 0) this.#makeRoom(queue, one);
    }
  }

  #meetOthers(queue: QueueDemand, waiting: readonly Open[]): void {
    for (const some of inTurn(waiting.filter((one) => one.overtaken !== true)))
      this.#findPlaces(queue, some);
    for (const one of waiting)
      if (
        one.count > 0 &&
        one.overtaken !== true &&
        (one.because === 'max-vcpus' || one.because === 'instance-limit')
      )
        this.#makeRoom(queue, one);
  }

  #findPlaces(queue: QueueDemand, waiting: readonly Open[]): void {
    const [first] = waiting;
    if (first?.nodes !== undefined) {
      this.#findPlacesForNodes(queue, first, first.nodes);
      return;
    }
    for (const planned of this.#enabled(queue)) {
      // What is larger than maxvCpus is never placed there, though an instance that lies across it
      // would hold it.
      const possible = waiting.filter(
        (one) => one.needs.milliVcpu <= planned.environment.maxvCpus * 1000,
      );
      const asides = setAside(planned, possible);
      for (const one of possible) one.count = planned.books.fill(one.needs, one.count);
      const open = possible.filter((one) => one.count > 0);
      if (open.length > 0) this.#launchFor(planned, open);
      for (const one of open)
        if (one.count > 0) one.because = nearerReason(one.because, this.#why(planned, one.needs));
      takeBack(planned, possible, asides);
    }
  }

  *#enabled({ environments }: QueueDemand): Generator<Planned> {
    for (const arn of environments) {
      const planned = this.#byArn.get(arn);
      if (planned?.environment.state === 'ENABLED') yield planned;
    }
  }

  /** Where instances are kept for the nodes, they go there. */
  #keptFirst(queue: QueueDemand, { kept }: NodesDemand): Iterable<Planned> {
    const enabled = [...this.#enabled(queue)];
    if (kept.size === 0) return enabled;
    return new Set([
      ...enabled.filter(({ environment }) => environment.instances.some(({ id }) => kept.has(id))),
      ...enabled,
    ]);
  }

  /** For all nodes of a job or for none. What there is counts, if nothing else will run there. */
  #findPlacesForNodes(queue: QueueDemand, one: Open, nodes: NodesDemand): void {
    for (const planned of this.#keptFirst(queue, nodes)) {
      for (; one.count > 0; one.count--) {
        const found = instancesForNodes(planned, nodes);
        const because = found === undefined ? 'too-large' : this.#whyNot(planned, found);
        if (found === undefined || because !== undefined) {
          one.because = nearerReason(one.because, because ?? 'too-large');
          break;
        }
        const { has, missing, offer } = found;
        planned.books.reserve(has);
        if (offer !== undefined && missing > 0)
          this.#launch(planned, [{ offer, count: missing, free: noNeeds }]);
      }
    }
  }

  /** Why what is missing cannot be launched at once; undefined: it can. */
  #whyNot(
    { environment, books, isKept }: Planned,
    { offer, missing }: InstancesForNodes,
  ): UnmetReason | undefined {
    if (missing === 0) return undefined;
    if (offer === undefined) return 'no-environment';
    if (isKept || books.vcpus + missing * offer.type.vcpus > environment.maxvCpus)
      return 'max-vcpus';
    if (missing > this.#instances) return 'instance-limit';
    return missing > (this.#pools.get(offer.pool) ?? missing) ? 'no-capacity' : undefined;
  }

  /**
   * What there is of their type stays for the nodes; others make way until the rest can be
   * launched, if they can be enough.
   */
  #makeRoomForNodes(queue: QueueDemand, one: Open, nodes: NodesDemand): void {
    const { overtaken = false } = one;
    for (const planned of this.#keptFirst(queue, nodes)) {
      const { environment, books } = planned;
      const found = instancesForNodes(planned, nodes, overtaken);
      if (
        planned.isKept ||
        found?.offer === undefined ||
        (this.#pools.get(found.offer.pool) ?? found.missing) < found.missing
      )
        continue;
      const {
        has,
        missing,
        offer: { type },
      } = found;
      const drains = drainsFor(environment, books, {
        enough: (vcpus, ended) =>
          missing === 0 ||
          (vcpus + missing * type.vcpus <= environment.maxvCpus &&
            this.#instances + ended >= missing),
        mayGo: (instance) =>
          instance.isKept !== true &&
          !has.includes(instance) &&
          (overtaken || this.#isIdle(planned, instance)),
      });
      if (drains === undefined) continue;
      books.reserve(has);
      one.isRoomMade = overtaken;
      if (missing === 0) return;
      planned.isKept = true;
      for (const instance of drains) books.drain(instance);
      // Else another environment would launch what theirs has ended.
      this.#takeInstances(found.offer, missing);
      return;
    }
  }

  /**
   * For a job that no instance which stays could ever hold, and that no other can be launched for:
   * instances that hold none of those before it make way, if they are idle, or, where it was
   * overtaken for long enough, also if jobs run there.
   */
  #makeRoom(queue: QueueDemand, one: Open): void {
    if (one.nodes !== undefined) {
      this.#makeRoomForNodes(queue, one, one.nodes);
      return;
    }
    const { needs, overtaken = false } = one;
    for (const planned of this.#enabled(queue)) {
      if (
        planned.isKept ||
        needs.milliVcpu > planned.environment.maxvCpus * 1000 ||
        needs.milliVcpu > planned.milliVcpuLeft
      )
        continue;
      const { environment, tiers, books } = planned;
      if (
        environment.instances.some(
          (instance) =>
            !books.isDrained(instance) &&
            fitsIn(capacityOf(instance.type, environment.reservedMemoryMib), needs),
        )
      )
        continue;
      let smallest = Number.POSITIVE_INFINITY;
      for (const tier of tiers)
        for (const { type, kind, pool } of tier)
          if (
            type.vcpus < smallest &&
            fitsIn(kind.capacity, needs) &&
            (this.#pools.get(pool) ?? 1) > 0
          )
            smallest = type.vcpus;
      if (smallest === Number.POSITIVE_INFINITY) continue;
      const least = mayExceed(environment) ? 1 : smallest;
      const drains = drainsFor(environment, books, {
        enough: (vcpus, ended) =>
          vcpus + least <= environment.maxvCpus && this.#instances + ended > 0,
        mayGo: (instance) =>
          instance.isKept !== true && (overtaken || this.#isIdle(planned, instance)),
      });
      if (drains === undefined) continue;
      planned.isKept = true;
      for (const instance of drains) books.drain(instance);
      return;
    }
  }

  #isIdle(planned: Planned, instance: ScalingInstance): boolean {
    if (instance.jobs > 0 || instance.state !== 'running') return false;
    const atMs = dueAtMs(planned.environment, instance, this.#nowMs);
    if (atMs <= this.#nowMs) return true;
    planned.nextAtMs = Math.min(planned.nextAtMs ?? atMs, atMs);
    return false;
  }

  /** Those beyond a maxvCpus that was lowered. */
  keepMaximums(): void {
    for (const { environment, books } of this.environments)
      for (const instance of drainsBeyond(environment, books)) books.drain(instance);
  }

  /**
   * Packs all that waits at once; where not all of it can be had, the first in the queue come
   * first.
   */
  #launchFor(planned: Planned, open: Open[]): void {
    if (
      planned.isKept ||
      planned.environment.maxvCpus <= planned.books.vcpus ||
      this.#instances === 0
    )
      return;
    const all = this.#pack(planned, open);
    if (open.length === 1 || !all.outOfVcpus || all.left.every((left) => left === 0)) {
      this.#launch(planned, all.launches);
      for (const [at, one] of open.entries()) one.count = all.left[at] as number;
      return;
    }
    for (const one of open) {
      one.count = planned.books.fill(one.needs, one.count);
      if (one.count === 0 || planned.environment.maxvCpus <= planned.books.vcpus) continue;
      const packed = this.#pack(planned, [one]);
      this.#launch(planned, packed.launches);
      one.count = packed.left[0] as number;
    }
  }

  #pack({ environment, tiers, books }: Planned, waiting: readonly Demand[]) {
    return pack(waiting, tiers, {
      vcpus: environment.maxvCpus - books.vcpus,
      mayExceed: mayExceed(environment),
      waitsForBest: environment.strategy === 'BEST_FIT',
      instances: this.#instances,
      pools: this.#pools,
    });
  }

  #launch({ books }: Planned, launches: readonly PackedInstances[]): void {
    for (const launch of launches) {
      books.launch(launch);
      this.#takeInstances(launch.offer, launch.count);
    }
  }

  /** Takes them from what the account may have, and from what the pool has. */
  #takeInstances({ pool }: Offer, count: number): void {
    this.#instances = Math.max(0, this.#instances - count);
    const left = this.#pools.get(pool);
    if (left !== undefined) this.#pools.set(pool, Math.max(0, left - count));
  }

  #why({ environment, tiers, books, isKept }: Planned, needs: Needs): UnmetReason {
    const vcpus = environment.maxvCpus - books.vcpus;
    const most = !mayExceed(environment) ? vcpus : vcpus > 0 ? Number.POSITIVE_INFINITY : 0;
    const holds = ({ kind }: Offer): boolean => fitsIn(kind.capacity, needs);
    if (!tiers.some((tier) => tier.some(holds))) {
      const wouldHold = (type: InstanceType): boolean =>
        fitsIn(capacityOf(type, environment.reservedMemoryMib), needs);
      if (!environment.choices.some((choice) => choice.types.some(wouldHold))) return 'too-large';
      return environment.isCutOff ? 'no-environment' : 'spot-price';
    }
    if (!tiers.some((tier) => tier.some((offer) => offer.type.vcpus <= most && holds(offer))))
      return 'max-vcpus';
    return this.#instances === 0 ? 'instance-limit' : isKept ? 'max-vcpus' : 'no-capacity';
  }

  /**
   * minvCpus whatever the demand, and what was asked for explicitly (user guide: "regardless of job
   * queue demand").
   */
  keepMinimums(): void {
    for (const planned of this.environments) {
      const { environment, books } = planned;
      const floor = planned.isKept ? 0 : floorOf(environment);
      while (books.stayingVcpus < floor) {
        const launch = this.#topUp(planned, floor - books.stayingVcpus);
        if (launch === undefined) break;
        this.#launch(planned, [launch]);
      }
    }
  }

  /**
   * The cheapest vCPUs among the preferred types, in as few instances as there can be without going
   * over what is missing.
   */
  #topUp({ environment, tiers, books }: Planned, missing: number): PackedInstances | undefined {
    const room = environment.maxvCpus - books.vcpus;
    const fits = (vcpus: number): boolean => (mayExceed(environment) ? room > 0 : vcpus <= room);
    for (const tier of tiers) {
      const offers = tier.filter(
        (offer) =>
          fits(offer.type.vcpus) && Math.min(this.#instances, this.#pools.get(offer.pool) ?? 1) > 0,
      );
      const within = offers.filter((offer) => offer.type.vcpus <= missing);
      const [best] =
        within.length > 0
          ? within.toSorted(
              (a, b) =>
                a.kind.microUsd * b.type.vcpus - b.kind.microUsd * a.type.vcpus ||
                b.type.vcpus - a.type.vcpus ||
                (a.type.name < b.type.name ? -1 : 1),
            )
          : offers.toSorted(
              (a, b) =>
                a.type.vcpus - b.type.vcpus ||
                a.kind.microUsd - b.kind.microUsd ||
                (a.type.name < b.type.name ? -1 : 1),
            );
      if (best === undefined) continue;
      const count = Math.min(
        Math.floor(missing / best.type.vcpus),
        Math.floor(room / best.type.vcpus),
        this.#instances,
        this.#pools.get(best.pool) ?? missing,
      );
      return { offer: best, count: Math.max(1, count), free: best.kind.capacity };
    }
    return undefined;
  }
}

interface Aside {
  readonly may: number;
  readonly beyond: number;
}

/**
 * How many of each may start within what jobs may yet ask for, in the order in which they wait; the
 * others are left out until {@link takeBack}.
 */
function setAside({ milliVcpuLeft }: Planned, waiting: readonly Open[]): Aside[] {
  let left = milliVcpuLeft;
  return waiting.map((one) => {
    const may = Math.min(one.count, Math.floor(left / Math.max(1, one.needs.milliVcpu)));
    const beyond = one.count - may;
    left -= may * one.needs.milliVcpu;
    one.count = may;
    return { may, beyond };
  });
}

function takeBack(planned: Planned, waiting: readonly Open[], asides: readonly Aside[]): void {
  for (const [at, { may, beyond }] of asides.entries()) {
    const one = waiting[at] as Open;
    planned.milliVcpuLeft -= (may - one.count) * one.needs.milliVcpu;
    one.count += beyond;
    if (beyond > 0) one.because = nearerReason(one.because, 'max-vcpus');
  }
}

/** Single jobs that stand together are packed together; nodes have their turn alone. */
function inTurn(waiting: readonly Open[]): Open[][] {
  const turns: Open[][] = [];
  for (const one of waiting) {
    const last = turns.at(-1);
    if (last?.[0] === undefined || last[0].nodes !== undefined || one.nodes !== undefined)
      turns.push([one]);
    else last.push(one);
  }
  return turns;
}

function byType(launches: readonly PackedInstances[]): { type: InstanceType; count: number }[] {
  const counts = new Map<InstanceType, number>();
  for (const { offer, count } of launches)
    counts.set(offer.type, (counts.get(offer.type) ?? 0) + count);
  return [...counts].map(([type, count]) => ({ type, count }));
}

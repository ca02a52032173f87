// One cycle of scaling: which instances each managed environment launches now for the jobs that
// wait, and which idle ones it ends (user guide, chapter Compute Environments; ADR 0013). A pure
// plan over what it is told: it starts nothing and remembers nothing, so a plan that was not
// carried out is simply made again.
//
// Waiting jobs are first put on what is there or on its way, then on imagined instances, by the
// arithmetic that places jobs (room.ts). Environments are tried in the queue's order; what one
// cannot take spills over to the next. Who is served when is said here; what is launched for them
// in launching.ts, what makes way in make-way.ts, and what ends idle in scale-in.ts.

import type { Arn, HostId } from '../../../base/ids.ts';
import type { InstanceType } from '../../instance-type/instance-type.ts';
import { noNeeds } from '../../job/needs.ts';
import { inTurn, nearerReason, type Open, type QueueDemand } from './demand.ts';
import { drainsBeyond } from './drain.ts';
import { keepMinimum, launch, launchFor, whyNoneFor, whyNotForNodes } from './launching.ts';
import { makeWay } from './make-way.ts';
import type { Market } from './market.ts';
import type { PackedInstances } from './pack.ts';
import { plannedEnvironment, type PlannedEnvironment } from './planned-environment.ts';
import { idleToEnd } from './scale-in.ts';
import { instancesForNodes, type NodesDemand } from './scale-nodes.ts';
import type { ScalingBooks } from './scaling-books.ts';
import type { ScalingEnvironment, ScalingInstance } from './scaling-environment.ts';
import { Supply } from './supply.ts';

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

export interface ScalingPlan {
  readonly environments: readonly EnvironmentPlan[];
  /** How many jobs found no place, and why: queue by queue, in the order of waiting. */
  readonly unmet: readonly Readonly<Open>[];
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
  planning.keepBounds();
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

class Planning {
  readonly environments: readonly PlannedEnvironment[];
  readonly #byArn: ReadonlyMap<Arn, PlannedEnvironment>;
  readonly #supply: Supply;
  readonly #nowMs: number;

  constructor(
    environments: readonly ScalingEnvironment[],
    market: Market,
    instancesLeft: number,
    nowMs: number,
  ) {
    this.#nowMs = nowMs;
    this.#supply = new Supply(environments, market, instancesLeft);
    this.environments = environments.map((environment) =>
      plannedEnvironment(environment, market, this.#supply.market),
    );
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
      if (open.length > 0) launchFor(this.#supply, planned, open);
      for (const one of open)
        if (one.count > 0)
          one.because = nearerReason(one.because, whyNoneFor(this.#supply, planned, one.needs));
      takeBack(planned, possible, asides);
    }
  }

  *#enabled({ environments }: QueueDemand): Generator<PlannedEnvironment> {
    for (const arn of environments) {
      const planned = this.#byArn.get(arn);
      if (planned?.environment.state === 'ENABLED') yield planned;
    }
  }

  /** Where instances are kept for the nodes, they go there. */
  #keptFirst(queue: QueueDemand, { kept }: NodesDemand): Iterable<PlannedEnvironment> {
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
        const because =
          found === undefined ? 'too-large' : whyNotForNodes(this.#supply, planned, found);
        if (found === undefined || because !== undefined) {
          one.because = nearerReason(one.because, because ?? 'too-large');
          break;
        }
        const { has, missing, offer } = found;
        planned.books.reserve(has);
        if (offer !== undefined && missing > 0)
          launch(this.#supply, planned, [{ offer, count: missing, free: noNeeds }]);
      }
    }
  }

  #makeRoom(queue: QueueDemand, one: Open): void {
    const environments =
      one.nodes === undefined ? this.#enabled(queue) : this.#keptFirst(queue, one.nodes);
    for (const planned of environments)
      if (makeWay(this.#supply, planned, one, this.#nowMs)) return;
  }

  /** minvCpus, and maxvCpus where it was lowered. */
  keepBounds(): void {
    for (const planned of this.environments) keepMinimum(this.#supply, planned);
    for (const { environment, books } of this.environments)
      for (const instance of drainsBeyond(environment, books)) books.drain(instance);
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
function setAside({ milliVcpuLeft }: PlannedEnvironment, waiting: readonly Open[]): Aside[] {
  let left = milliVcpuLeft;
  return waiting.map((one) => {
    const may = Math.min(one.count, Math.floor(left / Math.max(1, one.needs.milliVcpu)));
    const beyond = one.count - may;
    left -= may * one.needs.milliVcpu;
    one.count = may;
    return { may, beyond };
  });
}

function takeBack(
  planned: PlannedEnvironment,
  waiting: readonly Open[],
  asides: readonly Aside[],
): void {
  for (const [at, { may, beyond }] of asides.entries()) {
    const one = waiting[at] as Open;
    planned.milliVcpuLeft -= (may - one.count) * one.needs.milliVcpu;
    one.count += beyond;
    if (beyond > 0) one.because = nearerReason(one.because, 'max-vcpus');
  }
}

function byType(launches: readonly PackedInstances[]): { type: InstanceType; count: number }[] {
  const counts = new Map<InstanceType, number>();
  for (const { offer, count } of launches)
    counts.set(offer.type, (counts.get(offer.type) ?? 0) + count);
  return [...counts].map(([type, count]) => ({ type, count }));
}

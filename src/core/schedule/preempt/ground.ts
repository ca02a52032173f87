// What a plan of preemptions stands on: what is about to be given back where, and which jobs could
// be stopped, in the order in which they would be. Looked at once for all plans of a turn; changes
// nothing.

import type { Arn, HostId, JobId } from '../../../base/ids.ts';
import { isArrayParent, isLive, isToStop, mainNodeHasEnded, type LiveJob } from '../../job/job.ts';
import { addNeeds, noNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import type { Amounts } from '../../quota-share/amounts.ts';
import type { Allocation } from '../../world/allocations.ts';
import type { World } from '../../world/world.ts';

/** A job that is under way and that nobody stops. */
export interface Victim {
  readonly jobId: JobId;
  readonly share: string;
  readonly priority: number;
  /** Infinite where its container has not started. */
  readonly startedAtMs: number;
  readonly placedAtMs: number;
  /** Of a multi-node parallel job those of all its nodes, which are stopped together. */
  readonly places: readonly Allocation[];
  readonly amounts: Amounts;
}

/**
 * A host, a machine that hosts are slices of, an environment, or of a service environment its
 * instances of one type.
 */
export type Spot = HostId | Arn;

/** Jobs that hold some are alike in what each is. */
export const instancesSpot = (serviceEnvironment: Arn, instanceType: string): Spot =>
  `${serviceEnvironment}#${instanceType}` as Arn;

export class Ground {
  readonly #leaving = new Map<Spot, Needs>();
  readonly #victims = new Map<Arn, Victim[]>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    const places = new Map<JobId, Allocation[]>();
    for (const allocation of world.allocations.values()) {
      const job = world.jobs.get(allocation.jobId);
      if (job === undefined || isArrayParent(job) || !isLive(job)) continue;
      if (isLeaving(job)) this.#leave(allocation);
      else if (allocation.share !== undefined) {
        const known = places.get(job.id);
        if (known === undefined) places.set(job.id, [allocation]);
        else known.push(allocation);
      }
    }
    for (const [jobId, held] of places) {
      const job = world.jobs.get(jobId) as LiveJob;
      const known = this.#victims.get(job.queueArn);
      const victim = victimOf(job, held);
      if (known === undefined) this.#victims.set(job.queueArn, [victim]);
      else known.push(victim);
    }
    for (const victims of this.#victims.values()) victims.sort(inOrder);
  }

  /** What will be held there when all that is being stopped has stopped. */
  usedThen(spot: Spot, used: Needs): Needs {
    const leaving = this.#leaving.get(spot);
    return leaving === undefined ? used : subtractNeeds(used, leaving);
  }

  /** The queue's, in the order in which they would be stopped; those that were stopped are none. */
  victimsOf(queueArn: Arn): readonly Victim[] {
    return this.#victims.get(queueArn) ?? [];
  }

  /** The victim is being stopped from here on. */
  stop(victim: Victim): void {
    for (const place of victim.places) this.#leave(place);
    const { queueArn } = this.#world.jobs.get(victim.jobId) as LiveJob;
    this.#victims.set(
      queueArn,
      this.victimsOf(queueArn).filter((each) => each !== victim),
    );
  }

  #leave(place: Allocation): void {
    for (const spot of spotsOf(place))
      this.#leaving.set(spot, addNeeds(this.#leaving.get(spot) ?? noNeeds, heldAt(place, spot)));
  }
}

/** Where the attempt holds something. */
export const spotsOf = ({
  hostId,
  machineId,
  computeEnvironmentArn,
  service,
}: Allocation): Spot[] => [
  hostId,
  ...(machineId === undefined ? [] : [machineId]),
  computeEnvironmentArn,
  ...(service === undefined ? [] : [instancesSpot(computeEnvironmentArn, service.instanceType)]),
];

/** What the attempt holds there. */
function heldAt(place: Allocation, spot: Spot): Needs {
  if (place.hostId === spot) return place.onHost;
  return spotsOf(place).includes(spot) ? place.needs : noNeeds;
}

/** What the job holds there. */
export const heldBy = ({ places }: Victim, spot: Spot): Needs =>
  places.reduce((sum, place) => addNeeds(sum, heldAt(place, spot)), noNeeds);

const isLeaving = (job: LiveJob): boolean => isToStop(job) || mainNodeHasEnded(job);

function victimOf({ id, terms, attempt }: LiveJob, places: readonly Allocation[]): Victim {
  const amounts = new Map<string, number>();
  for (const { share } of places)
    for (const [unit, amount] of share?.amounts ?? [])
      amounts.set(unit, (amounts.get(unit) ?? 0) + amount);
  return {
    jobId: id,
    share: terms.share?.identifier ?? '',
    priority: terms.share?.schedulingPriority ?? 0,
    startedAtMs: attempt.state === 'running' ? attempt.startedAtMs : Infinity,
    placedAtMs: attempt.placedAtMs,
    places,
    amounts: [...amounts],
  };
}

/** The lowest priority first, then who started last: least of its work is lost. */
const inOrder = (a: Victim, b: Victim): number =>
  a.priority - b.priority ||
  (a.startedAtMs === b.startedAtMs ? 0 : b.startedAtMs - a.startedAtMs) ||
  b.placedAtMs - a.placedAtMs ||
  (a.jobId < b.jobId ? 1 : -1);

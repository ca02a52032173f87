// Which instances to launch for waiting jobs: shapes of jobs are packed onto imagined instances
// until all have a place or a bound is met. Nothing is launched here, and whether a job fits is
// room.ts's to say.
//
// Instances cost money, and each that is launched should do as much work for it as it can. The
// worth of a job is what it costs on the type that holds it most cheaply beside others of its
// shape; the next instances are of the type, with the mix of jobs, whose worth is highest for the
// price. Mixes of two shapes are tried because one may use the memory that the other leaves; what
// room is left then goes to any that fit. The same mix is repeated as often as the waiting jobs
// allow, so that the work depends on the number of shapes and types and hardly on that of jobs.

import { Heap } from '../../../base/heap.ts';
import { subtractNeeds, type Needs } from '../../job/needs.ts';
import { costOn, many } from '../fit/host-kind.ts';
import { fitsIn, timesIn } from '../fit/room.ts';
import type { Offer, Tiers } from './strategy.ts';

/** Jobs that wait, of one shape. */
export interface Demand {
  readonly needs: Needs;
  readonly count: number;
}

/** What may be launched. */
export interface Bounds {
  /** Up to maxvCpus; may be negative. */
  readonly vcpus: number;
  /** Whether one instance may lie across that bound. */
  readonly mayExceed: boolean;
  /** Whether to wait for the best type rather than to take the next one (BEST_FIT). */
  readonly waitsForBest: boolean;
  /** Instances of any type. */
  readonly instances: number;
  readonly pools: ReadonlyMap<string, number>;
}

/** Instances of one type that are filled alike. */
export interface PackedInstances {
  readonly offer: Offer;
  readonly count: number;
  /** What each has left when the jobs that it was launched for are on it. */
  readonly free: Needs;
}

interface Packed {
  readonly launches: readonly PackedInstances[];
  /** How many of each shape found no place, in the order of the shapes. */
  readonly left: readonly number[];
  /** Whether some of them did not because of {@link Bounds.vcpus}. */
  readonly outOfVcpus: boolean;
}

export function pack(waiting: readonly Demand[], tiers: Tiers, bounds: Bounds): Packed {
  const packing = new Packing(waiting, bounds);
  for (const tier of tiers) if (!packing.isDone) packing.use(tier);
  return packing.result();
}

/** An offer with a mix of jobs for it. */
interface Mix {
  readonly offer: Offer;
  /** Jobs of each shape, by the shape's number. */
  readonly counts: ReadonlyMap<number, number>;
  readonly free: Needs;
  /** Worth of the jobs in millionths of the instance's price. */
  readonly score: number;
}

/**
 * For the same money fewer instances. Unlike offers never compare equal, so that the same work
 * always gives the same plan.
 */
const better = (a: Mix, b: Mix): boolean =>
  a.score !== b.score
    ? a.score > b.score
    : a.offer.kind.microUsd !== b.offer.kind.microUsd
      ? a.offer.kind.microUsd > b.offer.kind.microUsd
      : a.offer.type.name < b.offer.type.name;

class Packing {
  readonly #needs: readonly Needs[];
  /** Jobs of each shape that still look for a place, and those that wait for the best type. */
  readonly #left: number[];
  readonly #stuck: number[];
  readonly #bounds: Bounds;
  readonly #taken = new Map<string, number>();
  readonly #launches: PackedInstances[] = [];
  #vcpus: number;
  #instances: number;
  #outOfVcpus = false;
  /** What a job of each shape is worth in the tier in hand. */
  #worth: readonly number[] = [];
  /** Shapes, those of most worth first. */
  #byWorth: readonly number[] = [];

  constructor(waiting: readonly Demand[], bounds: Bounds) {
    this.#needs = waiting.map((one) => one.needs);
    this.#left = waiting.map((one) => one.count);
    this.#stuck = waiting.map(() => 0);
    this.#bounds = bounds;
    this.#vcpus = bounds.vcpus;
    this.#instances = bounds.instances;
  }

  result(): Packed {
    return {
      launches: this.#launches,
      left: this.#left.map((left, shape) => left + (this.#stuck[shape] as number)),
      outOfVcpus: this.#outOfVcpus,
    };
  }

  /** Whether all have a place. */
  get isDone(): boolean {
    return this.#left.every((left) => left === 0);
  }

  use(tier: readonly Offer[]): void {
    const offers = this.#bounds.waitsForBest
      ? tier
      : tier.filter((offer) => this.#available(offer) > 0);
    const within = offers.filter((offer) => this.#isWithin(offer));
    if (within.length > 0 || this.#mayExceed) this.#weigh(offers);
    if (within.length > 0) this.#useWithin(within);
    if (!this.#outOfVcpus)
      this.#outOfVcpus = offers.some((offer) => !this.#isWithin(offer) && this.#holdsAny(offer));
    this.#exceed(offers);
  }

  #weigh(offers: readonly Offer[]): void {
    const worth = this.#needs.map((needs) => worthOf(needs, offers));
    this.#worth = worth;
    this.#byWorth = [...worth.keys()].sort(
      (a, b) => (worth[b] as number) - (worth[a] as number) || a - b,
    );
  }

  #useWithin(within: readonly Offer[]): void {
    const front = new Heap<Mix>(better);
    const put = (offer: Offer): void => {
      const mix = this.#isWithin(offer) ? this.#mix(offer) : undefined;
      if (mix !== undefined) front.push(mix);
    };
    for (const offer of within) put(offer);
    // As jobs become fewer, mixes can only become worse: one whose jobs are all there still is its
    // offer's best.
    for (let mix = front.pop(); mix !== undefined; mix = front.pop()) {
      if (!this.#isThere(mix) || this.#launch(mix)) put(mix.offer);
    }
  }

  get #mayExceed(): boolean {
    return this.#bounds.mayExceed && this.#vcpus > 0;
  }

  #isWithin({ type }: Offer): boolean {
    return type.vcpus <= this.#vcpus;
  }

  #holdsAny({ kind }: Offer): boolean {
    return this.#needs.some(
      (needs, shape) => (this.#left[shape] as number) > 0 && fitsIn(kind.capacity, needs),
    );
  }

  #isThere({ counts }: Mix): boolean {
    for (const [shape, count] of counts) if ((this.#left[shape] as number) < count) return false;
    return true;
  }

  /** Launches the mix as often as jobs and bounds allow; false if not at all. */
  #launch(mix: Mix): boolean {
    const { offer } = mix;
    let times = many;
    for (const [shape, count] of mix.counts)
      times = Math.min(times, Math.floor((this.#left[shape] as number) / count));
    const byVcpus = Math.floor(Math.max(0, this.#vcpus) / offer.type.vcpus);
    if (byVcpus < times) this.#outOfVcpus = true;
    const wanted = Math.min(times, byVcpus);
    const got = Math.min(wanted, this.#available(offer));
    // The jobs of BEST_FIT wait for the best type, so that no other takes them up.
    const waits = this.#bounds.waitsForBest ? wanted - got : 0;
    for (const [shape, count] of mix.counts)
      this.#stuck[shape] = (this.#stuck[shape] as number) + count * waits;
    this.#put(mix, got, got + waits);
    return got + waits > 0;
  }

  /**
   * One instance across the bound for the first jobs that found no place within it: the smallest
   * that holds one of them.
   */
  #exceed(offers: readonly Offer[]): void {
    if (!this.#mayExceed || this.isDone) return;
    const bySize = offers
      .filter((offer) => this.#available(offer) > 0)
      .toSorted(
        (a, b) =>
          a.type.vcpus - b.type.vcpus ||
          a.kind.microUsd - b.kind.microUsd ||
          (a.type.name < b.type.name ? -1 : 1),
      );
    for (const [shape, needs] of this.#needs.entries()) {
      if (this.#left[shape] === 0) continue;
      const offer = bySize.find(({ kind }) => timesIn(kind.capacity, needs, 1) > 0);
      if (offer === undefined) continue;
      this.#put(
        this.#filled(
          offer,
          new Map([[shape, timesIn(offer.kind.capacity, needs, this.#left[shape] as number)]]),
        ),
        1,
        1,
      );
      return;
    }
  }

  #put({ offer, counts, free }: Mix, launched: number, placed: number): void {
    for (const [shape, count] of counts)
      this.#left[shape] = (this.#left[shape] as number) - count * placed;
    if (launched === 0) return;
    this.#launches.push({ offer, count: launched, free });
    this.#vcpus -= launched * offer.type.vcpus;
    this.#instances -= launched;
    this.#taken.set(offer.pool, (this.#taken.get(offer.pool) ?? 0) + launched);
  }

  #available(offer: Offer): number {
    return Math.min(
      this.#instances,
      (this.#bounds.pools.get(offer.pool) ?? many) - (this.#taken.get(offer.pool) ?? 0),
    );
  }

  /** The mix of the jobs left that is worth most on one instance; undefined where none fits. */
  #mix(offer: Offer): Mix | undefined {
    const { capacity } = offer.kind;
    const fitting: Fitting[] = [];
    for (const [shape, needs] of this.#needs.entries()) {
      const times = timesIn(capacity, needs, this.#left[shape] as number);
      if (times > 0)
        fitting.push({
          shape,
          needs,
          times,
          worth: times * (this.#worth[shape] as number),
          lean: needs.milliVcpu * capacity.memoryMib - needs.memoryMib * capacity.milliVcpu,
        });
    }
    fitting.sort((a, b) => b.worth - a.worth || a.shape - b.shape);
    let best: Mix | undefined;
    const consider = (counts: ReadonlyMap<number, number>): void => {
      const mix = this.#filled(offer, counts);
      if (best === undefined || mix.score > best.score) best = mix;
    };
    for (const { shape, times } of fitting.slice(0, leads)) consider(new Map([[shape, times]]));
    const pair = this.#bestPair(capacity, fitting);
    if (pair !== undefined) consider(pair);
    return best;
  }

  /**
   * The two shapes that are worth most together, if more than the best alone: one that needs vCPUs,
   * and one that needs memory.
   */
  #bestPair(capacity: Needs, fitting: readonly Fitting[]): ReadonlyMap<number, number> | undefined {
    if (fitting.length < 2) return undefined;
    let most = fitting[0]?.worth ?? 0;
    let best: ReadonlyMap<number, number> | undefined;
    const forMemory = fitting.filter((one) => one.lean < 0);
    for (const first of fitting) {
      if (first.lean <= 0) continue;
      for (const second of forMemory) {
        if (first.worth + second.worth <= most) break;
        const ofFirst = together(capacity, first, second);
        const ofSecond = timesIn(
          subtractNeeds(capacity, first.needs, ofFirst),
          second.needs,
          second.times,
        );
        const worth =
          ofFirst * (this.#worth[first.shape] as number) +
          ofSecond * (this.#worth[second.shape] as number);
        if (ofFirst === 0 || ofSecond === 0 || worth <= most) continue;
        most = worth;
        best = new Map([
          [first.shape, ofFirst],
          [second.shape, ofSecond],
        ]);
      }
    }
    return best;
  }

  /** The mix with more jobs beside it as long as any fit, those of most worth first. */
  #filled(offer: Offer, mix: ReadonlyMap<number, number>): Mix {
    const counts = new Map(mix);
    let free = offer.kind.capacity;
    for (const [shape, count] of counts)
      free = subtractNeeds(free, this.#needs[shape] as Needs, count);
    for (const shape of this.#byWorth) {
      const needs = this.#needs[shape] as Needs;
      if (!fitsIn(free, needs)) continue;
      const before = counts.get(shape) ?? 0;
      const count = timesIn(free, needs, (this.#left[shape] as number) - before);
      if (count === 0) continue;
      counts.set(shape, before + count);
      free = subtractNeeds(free, needs, count);
    }
    let worth = 0;
    for (const [shape, count] of counts) worth += count * (this.#worth[shape] as number);
    return { offer, counts, free, score: Math.floor((worth * 1000) / offer.kind.microUsd) };
  }
}

/** How many shapes are tried as the one that an instance is filled with first. */
const leads = 3;

/** A shape on the type in hand. */
interface Fitting {
  readonly shape: number;
  readonly needs: Needs;
  /** How many of those left fit, and what they are worth. */
  readonly times: number;
  readonly worth: number;
  /**
   * Above 0 where it needs more vCPUs for its memory than the type has; below 0 the other way
   * round.
   */
  readonly lean: number;
}

/** What a job costs on the type that suits it best; 0 where no type holds it. */
function worthOf(needs: Needs, offers: readonly Offer[]): number {
  let least: number | undefined;
  for (const { kind } of offers) {
    const cost = costOn(kind, needs);
    if (cost !== undefined && (least === undefined || cost < least)) least = cost;
  }
  return least === undefined ? 0 : Math.max(1, least);
}

/**
 * How many of the first shape leave room for as many of the second that neither vCPUs nor memory
 * are left over.
 */
function together(
  capacity: Needs,
  { needs: first, times }: Fitting,
  { needs: second }: Fitting,
): number {
  const across = first.milliVcpu * second.memoryMib - first.memoryMib * second.milliVcpu;
  return Math.min(
    times,
    Math.floor(
      (capacity.milliVcpu * second.memoryMib - capacity.memoryMib * second.milliVcpu) / across,
    ),
  );
}

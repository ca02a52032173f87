// The least that instances for some jobs could cost, whoever plans them. Used to judge plans, never
// to make one.
//
// Let two of the amounts (vCPUs, GiB, GPUs) have prices at which no type's are worth more than the
// type; what a type costs beyond them is spread over its third amount. A job then costs at least
// its two amounts at their prices, and its third at the least that this costs on any type that
// holds the job: no instance's jobs are worth more than the instance (weak duality), so all jobs
// together are a bound for every plan. It is concave in the prices; nested searches find the best.

import type { Needs } from '../src/core/job/needs.ts';
import type { Demand } from '../src/core/schedule/scale/pack.ts';
import { fitsIn } from '../src/core/schedule/fit/room.ts';
import type { Offer } from '../src/core/schedule/scale/strategy.ts';

type Triple = readonly [number, number, number];
const amountsOf = (needs: Needs): Triple => [
  needs.milliVcpu / 1000,
  needs.memoryMib / 1024,
  needs.gpus,
];

export function lowerBoundMicroUsd(waiting: readonly Demand[], offers: readonly Offer[]): number {
  return Math.max(
    ...(
      [
        [0, 1, 2],
        [1, 0, 2],
        [2, 0, 1],
      ] as const
    ).map(([third, a, b]) => bestBound(waiting, offers, third, a, b)),
  );
}

function bestBound(
  waiting: readonly Demand[],
  offers: readonly Offer[],
  third: number,
  a: number,
  b: number,
): number {
  const types = offers.map((offer) => ({
    price: offer.kind.microUsd,
    a: amountsOf(offer.kind.capacity)[a] as number,
    b: amountsOf(offer.kind.capacity)[b] as number,
    third: amountsOf(offer.kind.capacity)[third] as number,
  }));
  const jobs = waiting.map(({ needs, count }) => ({
    count,
    a: amountsOf(needs)[a] as number,
    b: amountsOf(needs)[b] as number,
    third: amountsOf(needs)[third] as number,
    holders: types.filter((_, at) => fitsIn((offers[at] as Offer).kind.capacity, needs)),
  }));
  const boundOf = (priceA: number, priceB: number): number =>
    jobs.reduce((sum, job) => {
      const perThird =
        job.third === 0
          ? 0
          : Math.min(
              ...job.holders.map(
                (type) => (type.price - priceA * type.a - priceB * type.b) / type.third,
              ),
            );
      return (
        sum + job.count * (priceA * job.a + priceB * job.b + Math.max(0, perThird) * job.third)
      );
    }, 0);
  /** Nothing may be worth more than it costs, already without its third amount. */
  const most = (
    left: (type: (typeof types)[number]) => number,
    has: (type: (typeof types)[number]) => number,
  ): number =>
    Math.min(
      ...types.map((type) => (has(type) > 0 ? Math.max(0, left(type)) / has(type) : Infinity)),
      1e9,
    );
  return top(
    most(
      (type) => type.price,
      (type) => type.a,
    ),
    (priceA) =>
      top(
        most(
          (type) => type.price - priceA * type.a,
          (type) => type.b,
        ),
        (priceB) => boundOf(priceA, priceB),
      ),
  );
}

/** The highest value of a concave function from 0 to `end`. */
function top(end: number, f: (at: number) => number): number {
  let [from, to] = [0, end];
  for (let round = 0; round < 30; round++) {
    const [left, right] = [from + (to - from) / 3, to - (to - from) / 3];
    if (f(left) < f(right)) from = left;
    else to = right;
  }
  return Math.max(f(from), f(to));
}

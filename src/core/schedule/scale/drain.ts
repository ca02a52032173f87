// Which instances take no more jobs, and so end with their last: those that stand in the way of a
// larger one, and those beyond a maxvCpus that was lowered. Small jobs that keep coming would else
// hold them for ever.

import type { ScalingBooks } from './scaling-books.ts';
import { mayExceed, type ScalingEnvironment, type ScalingInstance } from './scaling-environment.ts';

/**
 * What a larger instance needs; `vcpus` of the environment and `instances` of all that are there
 * would do.
 */
interface Wanted {
  readonly enough: (vcpus: number, ended: number) => boolean;
  /** Only instances for which this holds may go. */
  readonly mayGo: (instance: ScalingInstance) => boolean;
}

/**
 * The fewest that make room, those with the fewest jobs first; undefined where all of them would
 * not.
 */
export function drainsFor(
  environment: ScalingEnvironment,
  books: ScalingBooks,
  { enough, mayGo }: Wanted,
): ScalingInstance[] | undefined {
  let { vcpus } = books;
  let ended = 0;
  for (const instance of environment.instances) {
    if (!books.isDrained(instance)) continue;
    vcpus -= instance.type.vcpus;
    ended++;
  }
  const drains: ScalingInstance[] = [];
  for (const instance of leastUsed(environment, books)) {
    if (enough(vcpus, ended)) break;
    if (books.needs(instance) || !mayGo(instance)) continue;
    drains.push(instance);
    vcpus -= instance.type.vcpus;
    ended++;
  }
  return enough(vcpus, ended) ? drains : undefined;
}

/**
 * Those beyond maxvCpus; one may lie across it where the strategy allows that, also one that the
 * plan launches.
 */
export function drainsBeyond(
  environment: ScalingEnvironment,
  books: ScalingBooks,
): ScalingInstance[] {
  const drains: ScalingInstance[] = [];
  let staying = books.stayingVcpus;
  const isBeyond = (): boolean => {
    if (!mayExceed(environment)) return staying > environment.maxvCpus;
    const stay = environment.instances.filter(
      (instance) => !books.isDrained(instance) && !drains.includes(instance),
    );
    const across = Math.max(
      0,
      ...stay.map(({ type }) => type.vcpus),
      ...books.launches.map(({ offer }) => offer.type.vcpus),
    );
    return staying > environment.maxvCpus && staying - across >= environment.maxvCpus;
  };
  if (!isBeyond()) return drains;
  for (const instance of leastUsed(environment, books)) {
    if (!isBeyond()) break;
    drains.push(instance);
    staying -= instance.type.vcpus;
  }
  return drains;
}

/** Those that joined last go first, for placing fills the first. */
const leastUsed = ({ instances }: ScalingEnvironment, books: ScalingBooks): ScalingInstance[] =>
  instances
    .filter((instance) => !books.isDrained(instance))
    .toReversed()
    .toSorted((a, b) => Number(books.needs(a)) - Number(books.needs(b)) || a.jobs - b.jobs);

// Whether values that meet conditions one by one meet them together: of an array of objects, all
// must come from one element, as AWS's matcher has it ("array consistency"). Takes time linear in
// the values. Only where a field's values stand in several arrays, or a dot in a name makes one
// path of two, there is more than one way to choose: so many ways are tried, and then it does not
// match.

import { limit } from '../limit.ts';
import type { Leaf, Place } from './fields.ts';

/** A condition of a pattern, in the order of paths, and what an event has for it. */
export interface Requirement {
  readonly leaves: readonly Leaf[];
  /** Whether the leaf at the same place passes one of the tests. */
  readonly passed: readonly boolean[];
  /** It holds also where the field is absent. */
  readonly mayBeAbsent: boolean;
}

/**
 * An absent field is one that is absent in the elements which the conditions before it chose, and
 * in all elements of an array in which none of them chose.
 */
export function holdTogether(requirements: readonly Requirement[]): boolean {
  const root = new Element();
  requirements.forEach(({ leaves, passed }, key) => {
    leaves.forEach(({ within }, at) => add(root, key, within, passed[at] === true));
  });
  return new Search(requirements).holds(root, 0, [], []);
}

/** What is known of a condition's values within an element. */
interface Spot {
  /** A value stands in the element itself, and in no array of it. */
  isHere: boolean;
  isPassedHere: boolean;
  /** One passes, here or deeper. */
  isPassed: boolean;
  /** Arrays of the element that have values, and whether one passes in them. */
  readonly arrays: Map<Elements, boolean>;
}

type Elements = Map<number, Element>;

/** The event as a whole, or an element of an array. */
class Element {
  readonly #spots = new Map<number, Spot>();
  readonly #arrays = new Map<object, Elements>();

  spot(key: number): Spot | undefined {
    return this.#spots.get(key);
  }

  /** Notes a value in an element of one of its arrays, which comes back. */
  inner(key: number, array: object, index: number, isPassed: boolean): Element {
    const elements = this.#arrays.get(array) ?? new Map<number, Element>();
    this.#arrays.set(array, elements);
    const { arrays } = this.noted(key, isPassed);
    arrays.set(elements, isPassed || arrays.get(elements) === true);
    const inner = elements.get(index) ?? new Element();
    elements.set(index, inner);
    return inner;
  }

  /** Notes a value, here or deeper. */
  noted(key: number, isPassed: boolean): Spot {
    const spot = this.#spots.get(key) ?? {
      isHere: false,
      isPassedHere: false,
      isPassed: false,
      arrays: new Map<Elements, boolean>(),
    };
    this.#spots.set(key, spot);
    spot.isPassed ||= isPassed;
    return spot;
  }
}

function add(root: Element, key: number, within: Place | undefined, isPassed: boolean): void {
  const places: Place[] = [];
  for (let place = within; place !== undefined; place = place.outer) places.push(place);
  let element = root;
  for (const { array, index } of places.toReversed())
    element = element.inner(key, array, index, isPassed);
  const spot = element.noted(key, isPassed);
  spot.isHere = true;
  spot.isPassedHere ||= isPassed;
}

/** Conditions by their numbers, which are in the order of paths. */
type Keys = readonly number[];
/** Which conditions are met in which array. */
type Routes = Map<Elements, number[]>;

class Search {
  readonly #requirements: readonly Requirement[];
  #choices = 0;

  constructor(requirements: readonly Requirement[]) {
    this.#requirements = requirements;
  }

  /** `from`: the first condition of which it is open whether a value or its absence meets it. */
  holds(root: Element, from: number, met: Keys, absent: Keys): boolean {
    const nowMet = [...met];
    const nowAbsent = [...absent];
    for (let key = from; key < this.#requirements.length; key++) {
      const spot = root.spot(key);
      const mayBeAbsent = this.#requirements[key]?.mayBeAbsent === true;
      if (spot?.isPassed === true) {
        if (mayBeAbsent && this.#mayChoose())
          if (this.holds(root, key + 1, nowMet, [...nowAbsent, key])) return true;
        nowMet.push(key);
      } else if (!mayBeAbsent) {
        return false;
      } else if (spot !== undefined) {
        nowAbsent.push(key);
      }
    }
    return this.#within(root, nowMet, nowAbsent);
  }

  #mayChoose(): boolean {
    return this.#choices++ < limit.eventPattern.choices;
  }

  #within(element: Element, met: Keys, absent: Keys): boolean {
    if (absent.some((key) => element.spot(key)?.isHere === true)) return false;
    return this.#route(element, met, absent, 0, new Map());
  }

  /** `from`: the first condition of which it is open where in the element it is met. */
  #route(element: Element, met: Keys, absent: Keys, from: number, routes: Routes): boolean {
    for (const [at, key] of met.entries()) {
      if (at < from) continue;
      const ways = this.#waysOf(element.spot(key), absent);
      const last = ways.pop();
      for (const way of ways) {
        if (!this.#mayChoose()) return false;
        if (this.#route(element, met, absent, at + 1, withKey(routes, way, key))) return true;
      }
      addKey(routes, last, key);
    }
    return this.#inArrays(element, absent, routes);
  }

  /** Where a value passes; undefined: in the element itself, which binds no other condition. */
  #waysOf(spot: Spot | undefined, absent: Keys): (Elements | undefined)[] {
    if (spot === undefined) return [];
    if (spot.isPassedHere && absent.length === 0) return [undefined];
    const arrays = [...spot.arrays].flatMap(([elements, isPassed]) => (isPassed ? [elements] : []));
    return spot.isPassedHere ? [undefined, ...arrays] : arrays;
  }

  #inArrays(element: Element, absent: Keys, routes: Routes): boolean {
    const absentIn: Routes = new Map();
    for (const key of absent)
      for (const elements of element.spot(key)?.arrays.keys() ?? [])
        addKey(absentIn, elements, key);
    for (const [elements, keys] of absentIn) {
      const first = routes.get(elements)?.[0] ?? Infinity;
      if (keys.some((key) => key < first)) return false;
    }
    return [...routes].every(([elements, met]) =>
      elements
        .values()
        .some(
          (inner) =>
            met.every((key) => inner.spot(key)?.isPassed === true) &&
            this.#within(inner, met, absentIn.get(elements) ?? []),
        ),
    );
  }
}

function addKey(routes: Routes, way: Elements | undefined, key: number): void {
  if (way === undefined) return;
  const keys = routes.get(way);
  if (keys === undefined) routes.set(way, [key]);
  else keys.push(key);
}

function withKey(routes: Routes, way: Elements | undefined, key: number): Routes {
  const copy = new Map([...routes].map(([elements, keys]) => [elements, [...keys]]));
  addKey(copy, way, key);
  return copy;
}

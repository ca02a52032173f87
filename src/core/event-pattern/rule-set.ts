// All rules of a bus in one automaton: a tree whose steps are conditions, so that rules share what
// they have in common, and an event walks along what holds of it. It looks at a field only where a
// step asks for it, and finds by the field's values the steps that hold. Time depends on the event
// and on the rules that it nearly matches, hardly on how many there are.

import { FieldIndex, isFindable } from './field-index.ts';
import type { Fields, Leaf } from './fields.ts';
import type { Pattern } from './compile.ts';
import type { Condition } from './parse.ts';
import { holdTogether, type Requirement } from './together.ts';
import { passes, type ValueTest } from './value-test.ts';

/** A condition as all rules have it together. */
interface Shared extends Condition {
  readonly field: Field;
  /** Values find it; every other one is asked for itself. */
  readonly isFound: boolean;
  readonly mayBeAbsent: boolean;
  /** Steps that are it. */
  uses: number;
}

/** What the rules ask of one field, and what the event at hand has there. */
interface Field {
  readonly path: string;
  readonly conditions: Map<string, Shared>;
  readonly index: FieldIndex<Shared>;
  /** Of the event at hand, from when a step asks for it. */
  seen: Seen | undefined;
}

interface Seen {
  readonly leaves: readonly Leaf[];
  /** Some stand within elements of arrays. */
  readonly areNested: boolean;
  found: ReadonlySet<Shared> | undefined;
  /** By condition: which of the leaves pass. */
  readonly passed: Map<Shared, readonly boolean[]>;
}

class Step<K> {
  readonly before: Step<K> | undefined;
  readonly condition: Shared | undefined;
  /** Rules that match where all steps up to here hold. */
  readonly rules = new Set<K>();
  readonly next = new Map<Field, Branch<K>>();

  constructor(before?: Step<K>, condition?: Shared) {
    this.before = before;
    this.condition = condition;
  }

  get isEmpty(): boolean {
    return this.rules.size === 0 && this.next.size === 0;
  }
}

/** Steps that ask for the same field. */
interface Branch<K> {
  readonly found: Map<Shared, Step<K>>;
  readonly asked: Map<Shared, Step<K>>;
}

/** How certain it is that the conditions so far hold together. */
interface Trail {
  /** Conditions met by values within elements of arrays. */
  readonly nested: number;
  /** A field counts as absent that may be present in the elements that others choose. */
  readonly isDoubtful: boolean;
}

export class RuleSet<K> {
  readonly #fields = new Map<string, Field>();
  readonly #root = new Step<K>();
  readonly #rules = new Map<K, ReadonlySet<Step<K>>>();
  readonly #names = new WeakMap<readonly ValueTest[], string>();

  get size(): number {
    return this.#rules.size;
  }

  /** In place of the rule that has the key so far. */
  set(key: K, pattern: Pattern): void {
    this.delete(key);
    const steps = new Set<Step<K>>();
    for (const conditions of pattern.alternatives) {
      let step = this.#root;
      for (const condition of conditions.toSorted(byCost)) step = this.#step(step, condition);
      step.rules.add(key);
      steps.add(step);
    }
    this.#rules.set(key, steps);
  }

  /** Answers whether there was one. */
  delete(key: K): boolean {
    for (const end of this.#rules.get(key) ?? []) {
      end.rules.delete(key);
      for (let step = end; step.isEmpty && step.before !== undefined; step = step.before)
        this.#removeStep(step.before, step);
    }
    return this.#rules.delete(key);
  }

  /** The keys of the rules that match, in no certain order. */
  match(fields: Fields): ReadonlySet<K> {
    const event: MatchedEvent<K> = { fields, matched: new Set(), asked: [] };
    try {
      this.#walk(event, this.#root, { nested: 0, isDoubtful: false });
    } finally {
      for (const field of event.asked) field.seen = undefined;
    }
    return event.matched;
  }

  #walk(event: MatchedEvent<K>, step: Step<K>, trail: Trail): void {
    this.#arrive(event, step, trail);
    for (const [field, { found, asked }] of step.next) {
      const seen = seenOf(field, event);
      if (found.size > 0) {
        const holding = (seen.found ??= field.index.find(seen.leaves.map(({ value }) => value)));
        const further = seen.areNested ? { ...trail, nested: trail.nested + 1 } : trail;
        if (holding.size <= found.size) {
          for (const condition of holding) {
            const next = found.get(condition);
            if (next !== undefined) this.#walk(event, next, further);
          }
        } else {
          for (const [condition, next] of found)
            if (holding.has(condition)) this.#walk(event, next, further);
        }
      }
      for (const [condition, next] of asked) {
        const further = trailPast(condition, seen, trail);
        if (further !== undefined) this.#walk(event, next, further);
      }
    }
  }

  #arrive(event: MatchedEvent<K>, step: Step<K>, { nested, isDoubtful }: Trail): void {
    const { matched } = event;
    let isSure = nested < 2 && !isDoubtful;
    for (const key of step.rules) {
      if (matched.has(key)) continue;
      if (!isSure && !holdTogether(requirementsOf(step, event))) return;
      isSure = true;
      matched.add(key);
    }
  }

  #step(before: Step<K>, { path, tests }: Condition): Step<K> {
    const field = this.#field(path);
    const name = this.#nameOf(tests);
    const shared = field.conditions.get(name) ?? this.#condition(field, name, tests);
    const branch = before.next.get(field) ?? { found: new Map(), asked: new Map() };
    before.next.set(field, branch);
    const steps = shared.isFound ? branch.found : branch.asked;
    const there = steps.get(shared);
    if (there !== undefined) return there;
    const step = new Step(before, shared);
    steps.set(shared, step);
    shared.uses++;
    return step;
  }

  /** Alternatives of a pattern share their tests: they are written out once. */
  #nameOf(tests: readonly ValueTest[]): string {
    const there = this.#names.get(tests);
    if (there !== undefined) return there;
    const name = JSON.stringify(tests, written);
    this.#names.set(tests, name);
    return name;
  }

  #field(path: string): Field {
    const there = this.#fields.get(path);
    if (there !== undefined) return there;
    const field = { path, conditions: new Map(), index: new FieldIndex<Shared>(), seen: undefined };
    this.#fields.set(path, field);
    return field;
  }

  #condition(field: Field, name: string, tests: readonly ValueTest[]): Shared {
    const condition: Shared = {
      path: field.path,
      tests,
      field,
      isFound: isFindable({ path: field.path, tests }),
      mayBeAbsent: tests.some((test) => test.is === 'absent'),
      uses: 0,
    };
    field.conditions.set(name, condition);
    if (condition.isFound) field.index.add(condition);
    return condition;
  }

  #removeStep(before: Step<K>, step: Step<K>): void {
    const { condition } = step;
    if (condition === undefined) return;
    const { field, isFound } = condition;
    const branch = before.next.get(field);
    branch?.found.delete(condition);
    branch?.asked.delete(condition);
    if (branch?.found.size === 0 && branch.asked.size === 0) before.next.delete(field);
    if (--condition.uses > 0) return;
    field.conditions.delete(this.#nameOf(condition.tests));
    if (isFound) field.index.remove(condition);
    if (field.conditions.size === 0) this.#fields.delete(field.path);
  }
}

interface MatchedEvent<K> {
  readonly fields: Fields;
  readonly matched: Set<K>;
  /** What has been looked at, and is forgotten afterwards. */
  readonly asked: Field[];
}

/** JSON has no infinities, and what a wildcard does follows from its text. */
const written = (key: string, value: unknown): unknown => {
  if (key === 'wildcard') return undefined;
  return typeof value === 'number' && !Number.isFinite(value) ? { infinite: value > 0 } : value;
};

/**
 * What tables find comes first, the rest only where that holds; then fields near the root, which
 * rules have in common and events have at hand.
 */
function byCost(a: Condition, b: Condition): number {
  return (
    Number(isFindable(b)) - Number(isFindable(a)) ||
    a.path.split('.').length - b.path.split('.').length ||
    (a.path < b.path ? -1 : 1)
  );
}

function seenOf<K>(field: Field, event: MatchedEvent<K>): Seen {
  if (field.seen !== undefined) return field.seen;
  event.asked.push(field);
  const leaves = event.fields(field.path);
  const areNested = leaves.some(({ within }) => within !== undefined);
  field.seen = { leaves, areNested, found: undefined, passed: new Map() };
  return field.seen;
}

/** Undefined where the condition cannot hold. */
function trailPast(condition: Shared, seen: Seen, trail: Trail): Trail | undefined {
  const { leaves, areNested } = seen;
  const isMet = passedOf(condition, seen).includes(true);
  if (condition.mayBeAbsent) {
    if (leaves.length === 0) return trail;
    if (leaves.every(({ within }) => within !== undefined))
      return { nested: trail.nested + 1, isDoubtful: true };
  }
  if (!isMet) return undefined;
  return areNested ? { ...trail, nested: trail.nested + 1 } : trail;
}

function passedOf(condition: Shared, { leaves, passed }: Seen): readonly boolean[] {
  const there = passed.get(condition);
  if (there !== undefined) return there;
  const now = leaves.map(({ value }) => condition.tests.some((test) => passes(test, value)));
  passed.set(condition, now);
  return now;
}

/** Of all steps up to this one, in the order of paths. */
function requirementsOf<K>(end: Step<K>, event: MatchedEvent<K>): Requirement[] {
  const conditions: Shared[] = [];
  for (let step: Step<K> | undefined = end; step !== undefined; step = step.before)
    if (step.condition !== undefined) conditions.push(step.condition);
  return conditions
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((condition) => {
      const seen = seenOf(condition.field, event);
      const { mayBeAbsent } = condition;
      return { leaves: seen.leaves, passed: passedOf(condition, seen), mayBeAbsent };
    });
}

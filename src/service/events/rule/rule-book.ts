// The rule book: which rules an event matches, and where rules lead. It holds what stands in the
// space of each account and region, compiled: all patterns of a bus in one automaton. Where the
// space has changed it looks at the rules anew, and compiles those alone whose pattern is another
// one. It writes nothing, and sends nothing.

import { must } from '../../../base/assert.ts';
import type { Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { compilePattern, type Pattern } from '../../../core/event-pattern/compile.ts';
import type { Fields } from '../../../core/event-pattern/fields.ts';
import { RuleSet } from '../../../core/event-pattern/rule-set.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { ruleArn } from '../arn.ts';
import { ruleKey, type EventsKinds, type Rule, type RuleTarget } from '../resources.ts';

/** A rule that an event matches. */
interface MatchedRule {
  readonly arn: string;
  readonly bus: string;
  readonly name: string;
  /** Those that something is sent to, as they are now. */
  readonly targets: readonly RuleTarget[];
  /** The archive that keeps the event; such a rule has no targets. */
  readonly archive: string | undefined;
}

/** A target as it is configured now, and the rule that leads to it. */
interface TargetOfRule {
  readonly rule: Pick<MatchedRule, 'arn' | 'bus' | 'name'>;
  readonly target: RuleTarget;
}

interface Entry {
  readonly rule: Rule;
  readonly matched: MatchedRule;
  /** Of one that is enabled and has one. */
  readonly pattern: Pattern | undefined;
}

/** The rules of one account and region. */
interface Book {
  version: number;
  /** By {@link ruleKey}. */
  entries: ReadonlyMap<string, Entry>;
  /** By bus; the keys are those of the entries. */
  readonly sets: Map<string, RuleSet<string>>;
}

/** Of accounts and regions whose rules stay compiled for sure. */
const mostBooks = 1_000;

/** {@link Lane.kind} of rules' targets. */
export const ruleTargetLane = 'rule-target';
/** The {@link Lane.id} of a target's lane. */
export const targetLane = ({ bus, name }: Pick<Rule, 'bus' | 'name'>, targetId: string): string =>
  `${ruleKey({ bus, name })}/${targetId}`;

type Space = Pick<ResourceSpace<EventsKinds>, 'version' | 'current'>;

export class RuleBook {
  readonly #space: Space;
  readonly #books = new RecentMap<Scope, Book>(mostBooks);

  constructor(space: Space) {
    this.#space = space;
  }

  /** By name. What is replayed is kept in no archive once more. */
  match(scope: Scope, bus: string, fields: Fields): readonly MatchedRule[] {
    const { entries, sets } = this.#bookOf(scope);
    const keys = sets.get(bus)?.match(fields);
    if (keys === undefined || keys.size === 0) return [];
    const matched = [...keys].map((key) => must(entries.get(key), 'a rule of the set').matched);
    const rules = matched.some(({ archive }) => archive !== undefined)
      ? withoutArchives(matched, fields)
      : matched;
    return rules.length < 2 ? rules : rules.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Another one where any rule is another one than before. */
  version(scope: Scope): number {
    return this.#space.version(scope);
  }

  /** No rule of any bus there has a pattern and is enabled. */
  isIdle(scope: Scope): boolean {
    return this.#bookOf(scope).sets.size === 0;
  }

  /** By which rules of a bus match that have a target or feed an archive, in no certain order. */
  patternsOf(scope: Scope, bus: string): readonly Pattern[] {
    const patterns: Pattern[] = [];
    for (const { rule, pattern, matched } of this.#bookOf(scope).entries.values())
      if (pattern !== undefined && rule.bus === bus && leadsAnywhere(matched))
        patterns.push(pattern);
    return patterns;
  }

  /** By {@link targetLane}; undefined: there is no such rule or target any more. */
  target(scope: Scope, lane: string): TargetOfRule | undefined {
    const cut = lane.lastIndexOf('/');
    const matched = this.#bookOf(scope).entries.get(lane.slice(0, cut))?.matched;
    const target = matched?.targets.find(({ id }) => id === lane.slice(cut + 1));
    return matched && target && { rule: matched, target };
  }

  #bookOf(scope: Scope): Book {
    const version = this.#space.version(scope);
    let book = this.#books.get(scope);
    if (book?.version === version) return book;
    if (book === undefined) {
      book = { version, entries: new Map(), sets: new Map() };
      this.#books.set(scope, book);
    }
    this.#update(scope, book);
    book.version = version;
    return book;
  }

  #update(scope: Scope, book: Book): void {
    const before = book.entries;
    const entries = new Map<string, Entry>();
    for (const rule of this.#space.current(scope).all('rule')) {
      const key = ruleKey(rule);
      const pattern = patternOf(rule, before.get(key)?.pattern);
      entries.set(key, { rule, pattern, matched: matchedOf(scope, rule) });
    }
    for (const [key, { rule, pattern }] of before)
      if (pattern !== undefined && entries.get(key)?.pattern === undefined)
        removePattern(book.sets, rule.bus, key);
    for (const [key, { rule, pattern }] of entries)
      if (pattern !== undefined && before.get(key)?.pattern !== pattern)
        setOf(book.sets, rule.bus).set(key, pattern);
    book.entries = entries;
  }
}

/** The one that was compiled before, where it is the same. */
function patternOf(
  { state, pattern: text }: Rule,
  before: Pattern | undefined,
): Pattern | undefined {
  if (text === undefined || state === 'DISABLED') return undefined;
  if (before?.text === text) return before;
  const pattern = compilePattern(text);
  // It was taken once, by other rules of what a pattern is: now it matches nothing.
  return isRefusal(pattern) ? undefined : pattern;
}

function matchedOf(scope: Scope, rule: Rule): MatchedRule {
  const { bus, name, archive } = rule;
  const targets = archive === undefined ? rule.targets : [];
  return { arn: ruleArn(scope, rule), bus, name, targets, archive };
}

const leadsAnywhere = ({ targets, archive }: MatchedRule): boolean =>
  targets.length > 0 || archive !== undefined;

function setOf(sets: Book['sets'], bus: string): RuleSet<string> {
  let set = sets.get(bus);
  if (set === undefined) {
    set = new RuleSet();
    sets.set(bus, set);
  }
  return set;
}

function removePattern(sets: Book['sets'], bus: string, key: string): void {
  const set = sets.get(bus);
  set?.delete(key);
  if (set?.size === 0) sets.delete(bus);
}

const withoutArchives = (matched: readonly MatchedRule[], fields: Fields): MatchedRule[] =>
  fields('replay-name').length === 0
    ? [...matched]
    : matched.filter(({ archive }) => archive === undefined);

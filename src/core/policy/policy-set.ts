// Policies of one layer, e.g. all that a user has, found by what is asked: of hundreds of
// statements only those are looked at that may speak of the action on the resource, as far as the
// request says what they need to hear. It decides nothing by itself.

import { serviceOf, type Policy, type Statement } from './compile.ts';
import { naming, type Asker, type Naming } from './principal.ts';
import { isMissing, type Context } from './context.ts';

/** A policy as whoever is denied knows it: an ARN, or an inline policy's name. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

/** What is asked, with the action in lower case. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  readonly asker?: Asker | undefined;
}

/** A statement that applies. */
export interface Found {
  readonly policy: string;
  readonly statement: Statement;
  readonly naming: Naming;
}

interface Entry {
  readonly policy: string;
  readonly statement: Statement;
}

/** How much a set remembers of what was asked: entries, and characters of names. */
class Room {
  #left = mostRemembered;

  take(size: number): void {
    this.#left -= size;
  }

  get isFull(): boolean {
    return this.#left <= 0;
  }
}

/** Entries by the actions that they name, by the services of which they name some, and others. */
class Index {
  readonly #byAction = new Map<string, Entry[]>();
  readonly #byService = new Map<string, Entry[]>();
  readonly #others: Entry[] = [];
  /** What was asked for: the same few actions are, again and again. */
  readonly #found = new Map<string, OfAction>();
  #room = new Room();

  add(entry: Entry): void {
    const { exact, services } = entry.statement.actions;
    for (const action of exact) into(this.#byAction, action, entry);
    if (services === undefined) this.#others.push(entry);
    else for (const service of new Set(services)) into(this.#byService, service, entry);
  }

  /**
   * The entries that speak of an action, which is in lower case: first those that name it exactly,
   * each in the order of policies.
   */
  of(action: string): OfAction {
    if (this.#room.isFull) {
      this.#found.clear();
      this.#room = new Room();
    }
    let found = this.#found.get(action);
    if (found === undefined) {
      found = new OfAction(this.#find(action), this.#room);
      this.#found.set(action, found);
      this.#room.take(action.length + found.entries.length);
    }
    return found;
  }

  #find(action: string): readonly Entry[] {
    const speaks = ({ statement }: Entry): boolean => statement.actions.includes(action);
    const exact = this.#byAction.get(action) ?? none;
    const wild = (this.#byService.get(serviceOf(action)) ?? none).filter(speaks);
    return [...exact, ...wild, ...this.#others.filter(speaks)];
  }
}

/** Entries that speak of an action. */
class OfAction {
  readonly entries: readonly Entry[];
  readonly #byResource = new Map<string, OfResource>();
  readonly #room: Room;

  constructor(entries: readonly Entry[], room: Room) {
    this.entries = entries;
    this.#room = room;
  }

  of(resource: string): OfResource {
    let found = this.#byResource.get(resource);
    if (found === undefined) {
      const mayApply = ({ statement: { hasFixedResources, isOfResource } }: Entry): boolean =>
        !hasFixedResources || isOfResource(resource, nothing);
      const entries = this.entries.filter(mayApply);
      found = new OfResource(entries, this.#room);
      this.#byResource.set(resource, found);
      this.#room.take(resource.length + entries.length);
    }
    return found;
  }
}

/** Entries that speak of an action, and of a resource where theirs are fixed. */
class OfResource {
  readonly #entries: readonly Entry[];
  /** Keys that some of them need. */
  readonly #keys: readonly string[];
  /** By the keys of which the request says something, a bit for each. */
  readonly #heard = new Map<number, readonly Entry[]>();
  readonly #room: Room;

  constructor(entries: readonly Entry[], room: Room) {
    this.#entries = entries;
    this.#room = room;
    const keys = entries.flatMap(({ statement }) => statement.neededKeys);
    this.#keys = [...new Set(keys)].slice(0, mostKeys);
  }

  /** Those that do not need a key of which the request says nothing. */
  of(context: Context): readonly Entry[] {
    if (this.#keys.length === 0) return this.#entries;
    let silent = 0;
    for (let at = 0; at < this.#keys.length; at++)
      if (isMissing(context(this.#keys[at] as string))) silent |= 1 << at;
    let heard = this.#heard.get(silent);
    if (heard === undefined) {
      const missing = new Set(this.#keys.filter((_key, at) => (silent & (1 << at)) !== 0));
      heard = this.#entries.filter(({ statement }) =>
        statement.neededKeys.every((key) => !missing.has(key)),
      );
      this.#heard.set(silent, heard);
      this.#room.take(1 + heard.length);
    }
    return heard;
  }
}

const none: readonly Entry[] = [];
const nothing: Context = () => undefined;
/** What one caller asks for again and again is less; callers may name anything. */
const mostRemembered = 50_000;
/** As many as there are bits. */
const mostKeys = 31;
/** Of actions whose condition keys are known. */
const mostKeysets = 1_000;

function into(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const entries = map.get(key);
  if (entries === undefined) map.set(key, [entry]);
  else entries.push(entry);
}

export class PolicySet {
  readonly #allow = new Index();
  readonly #deny = new Index();
  readonly #keys = new Map<string, ReadonlySet<string>>();

  constructor(policies: readonly NamedPolicy[]) {
    for (const { name, policy } of policies)
      for (const statement of policy.statements)
        (statement.effect === 'Allow' ? this.#allow : this.#deny).add({ policy: name, statement });
  }

  /** The statement of an effect that applies; of several that which names who asks most closely. */
  find(effect: 'Allow' | 'Deny', asked: Asked): Found | undefined {
    let best: Found | undefined;
    const { resource, context } = asked;
    const ofAction = (effect === 'Allow' ? this.#allow : this.#deny).of(asked.action);
    for (const { policy, statement } of ofAction.of(resource).of(context)) {
      const found = statement.namingOf(asked.asker);
      if (found <= (best?.naming ?? naming.none)) continue;
      if (!statement.hasFixedResources && !statement.isOfResource(resource, context)) continue;
      if (!statement.holds(context)) continue;
      best = { policy, statement, naming: found };
      if (found === naming.self) return best;
    }
    return best;
  }

  /**
   * The condition keys, in lower case, of which statements ask that speak of an action: what a
   * request says of any other is not looked at.
   */
  conditionKeysOn(action: string): ReadonlySet<string> {
    const known = this.#keys.get(action);
    if (known !== undefined) return known;
    const name = action.toLowerCase();
    const entries = [...this.statementsOn(name, 'Deny'), ...this.statementsOn(name, 'Allow')];
    const keys = new Set(
      entries.flatMap(({ statement }) => statement.conditionKeys.map((key) => key.toLowerCase())),
    );
    if (this.#keys.size >= mostKeysets) this.#keys.clear();
    this.#keys.set(action, keys);
    return keys;
  }

  /** Those of an effect that speak of an action, which is in lower case. */
  statementsOn(action: string, effect: 'Allow' | 'Deny'): readonly Entry[] {
    return (effect === 'Allow' ? this.#allow : this.#deny).of(action).entries;
  }
}

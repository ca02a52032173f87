// The resources that a service of its own keeps (IAM's roles, EC2's networks) as its operations see
// and change them: one view of one moment, and changes that take place all together, on exactly
// what they were decided on, or not at all. What a new account has of itself is shown to whoever
// looks, the same each time, and written down with the account's first change: reads write nothing,
// whoever calls. It knows no kind of resource.

import { createHash } from 'node:crypto';
import { must } from '../base/assert.ts';
import { RecentMap } from '../base/recent-map.ts';
import type { Scope } from '../base/ids.ts';
import type { CommandBus, Envelope } from '../port/command-bus.ts';
import type { Ids } from '../port/ids.ts';
import type { ResourceReader } from '../port/store.ts';
import type { ResourceRow, ResourceSpaceKey } from '../port/table.ts';

/** What a view is asked for: `Kinds` says what the service keeps of each kind. */
export interface ResourceView<Kinds> {
  get<K extends keyof Kinds & string>(kind: K, id: string): Kinds[K] | undefined;
  /** By id. */
  all<K extends keyof Kinds & string>(kind: K): readonly Kinds[K][];
  /** By id, from one on, `most` at the most: where there may be very many. */
  from<K extends keyof Kinds & string>(kind: K, id: string, most: number): readonly Kinds[K][];
}

/** A view that sees its own changes. */
export interface ResourceDraft<Kinds> extends ResourceView<Kinds> {
  put<K extends keyof Kinds & string>(kind: K, id: string, body: Kinds[K]): void;
  remove(kind: keyof Kinds & string, id: string): void;
}

interface ResourceSpaceParts<Kinds> {
  readonly service: string;
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: ResourceReader;
  /** What a new account has of itself; of one scope always the same, for which `ids` are. */
  readonly seed: (draft: ResourceDraft<Kinds>, scope: Scope, ids: Pick<Ids, 'random'>) => void;
}

/** What a change put and removed. */
interface ResourceChange {
  readonly put: readonly ResourceRow[];
  readonly remove: readonly Omit<ResourceRow, 'body'>[];
}

/** How often others may get in between, before something is wrong. */
const mostTries = 100;

/** Of accounts and regions whose versions are remembered; others' are read. */
const mostVersions = 1_000;

/** Of new accounts and regions that stay in memory for sure. */
const mostSeeds = 16;

export class ResourceSpace<Kinds extends object> {
  readonly #parts: ResourceSpaceParts<Kinds>;
  /** The end of the last change that was asked for, by space. */
  readonly #turns = new Map<Scope, Promise<void>>();
  /** Every request of a caller asks for one: all changes pass here, so that it is known. */
  readonly #versions = new RecentMap<Scope, number>(mostVersions);
  /** What a new account has of itself, for those who only look: making it takes a while. */
  readonly #seeds = new RecentMap<Scope, ResourceView<Kinds>>(mostSeeds);
  readonly #watchers: ((scope: Scope, change: ResourceChange) => void)[] = [];

  constructor(parts: ResourceSpaceParts<Kinds>) {
    this.#parts = parts;
  }

  /** Tells of each change once it is durable, before whoever made it hears of it. */
  watch(changed: (scope: Scope, change: ResourceChange) => void): void {
    this.#watchers.push(changed);
  }

  /** Where anything was ever changed. */
  scopes(): readonly Scope[] {
    return this.#parts.reader.resourceScopes(this.#parts.service);
  }

  /** How often anything of the scope has changed; 0: never. */
  version(scope: Scope): number {
    return this.#versions.get(scope) ?? this.#readVersion(scope);
  }

  #readVersion(scope: Scope): number {
    const { service, reader } = this.#parts;
    const version = reader.resourceVersion({ service, scope });
    this.#versions.set(scope, version);
    return version;
  }

  /** What is there now, seeded. */
  view(scope: Scope): Promise<ResourceView<Kinds>> {
    return Promise.resolve(this.current(scope));
  }

  /** The same at once, for those who must not wait. */
  current(scope: Scope): ResourceView<Kinds> {
    const { service, reader } = this.#parts;
    const version = reader.resourceVersion({ service, scope });
    if (version > 0) return this.#draft(scope, version);
    const kept = this.#seeds.get(scope);
    if (kept !== undefined) return kept;
    const seeded = this.#draft(scope, version);
    this.#seeds.set(scope, seeded);
    return seeded;
  }

  #draft(scope: Scope, version: number): Draft<Kinds> {
    const { service, reader, seed } = this.#parts;
    const draft = new Draft<Kinds>(reader, { service, scope });
    if (version > 0) return draft;
    seed(draft, scope, seedIds(`${service} ${scope}`));
    draft.isTouched = false;
    return draft;
  }

  /**
   * Runs `decide` on what is there and commits what it changed, durably, before its value is
   * answered. It is run again where something changed in between; what it throws is the answer, and
   * nothing is changed.
   */
  async change<T>(
    scope: Scope,
    envelope: Envelope,
    decide: (draft: ResourceDraft<Kinds>) => T,
  ): Promise<T> {
    // Our own callers take turns: of many at once all but one would else decide in vain, round
    // after round.
    const change = (this.#turns.get(scope) ?? Promise.resolve()).then(() =>
      this.#tryToChange(scope, envelope, decide),
    );
    const turn = change.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(scope, turn);
    try {
      return await change;
    } finally {
      if (this.#turns.get(scope) === turn) this.#turns.delete(scope);
    }
  }

  async #tryToChange<T>(
    scope: Scope,
    envelope: Envelope,
    decide: (draft: ResourceDraft<Kinds>) => T,
  ): Promise<T> {
    const { service, bus } = this.#parts;
    const space = { service, scope };
    for (let tries = 0; tries < mostTries; tries++) {
      const version = this.#readVersion(scope);
      const draft = this.#draft(scope, version);
      const value = decide(draft);
      if (!draft.isTouched) return value;
      const changes = draft.changes();
      const outcome = await bus.write(
        { table: 'resource', write: 'change', space, version, ...changes },
        envelope,
      );
      this.#readVersion(scope);
      if (outcome !== 'done') continue;
      for (const changed of this.#watchers) changed(scope, changes);
      return value;
    }
    throw new Error(
      `the resources of ${service} changed ${mostTries} times while one change was made`,
    );
  }
}

/**
 * The same ones for the same text, ascending: a seed that was only shown is written as it was
 * shown.
 */
function seedIds(text: string): Pick<Ids, 'random'> {
  const digits = createHash('sha256').update(text).digest('hex');
  let count = 0;
  return {
    random: () =>
      `${digits.slice(0, 12)}${(count++).toString(16).padStart(4, '0')}${digits.slice(12, 28)}`,
  };
}

class Draft<Kinds extends object> implements ResourceDraft<Kinds> {
  readonly #reader: ResourceReader;
  readonly #space: ResourceSpaceKey;
  /** By kind and id; undefined: removed. */
  readonly #changed = new Map<string, Map<string, object | undefined>>();
  /** Something was changed since it was seeded. */
  isTouched = false;

  constructor(reader: ResourceReader, space: ResourceSpaceKey) {
    this.#reader = reader;
    this.#space = space;
  }

  get<K extends keyof Kinds & string>(kind: K, id: string): Kinds[K] | undefined {
    const changed = this.#changed.get(kind);
    return (
      changed?.has(id) ? changed.get(id) : this.#reader.resource(this.#space, kind, id)?.body
    ) as Kinds[K] | undefined;
  }

  all<K extends keyof Kinds & string>(kind: K): readonly Kinds[K][] {
    const bodies = new Map<string, object | undefined>(
      this.#reader.resources(this.#space, kind).map(({ id, body }) => [id, body]),
    );
    const changed = this.#changed.get(kind);
    for (const [id, body] of changed ?? []) bodies.set(id, body);
    const entries =
      changed === undefined ? [...bodies] : [...bodies].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.flatMap(([, body]) => (body === undefined ? [] : [body as Kinds[K]]));
  }

  from<K extends keyof Kinds & string>(kind: K, id: string, most: number): readonly Kinds[K][] {
    const changed = this.#changed.get(kind) ?? new Map<string, object | undefined>();
    // What was removed since leaves room for as many.
    const limit = most + changed.size;
    const rows = this.#reader.resourcesFrom(this.#space, kind, { id, limit });
    const bodies = new Map<string, object | undefined>(rows.map((row) => [row.id, row.body]));
    const last = rows.length === limit ? rows.at(-1)?.id : undefined;
    for (const [one, body] of changed)
      if (one >= id && (last === undefined || one <= last)) bodies.set(one, body);
    return [...bodies]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, body]) => (body === undefined ? [] : [body as Kinds[K]]))
      .slice(0, most);
  }

  put<K extends keyof Kinds & string>(kind: K, id: string, body: Kinds[K]): void {
    this.#change(kind, id, body as object);
  }

  remove(kind: keyof Kinds & string, id: string): void {
    this.#change(kind, id, undefined);
  }

  #change(kind: string, id: string, body: object | undefined): void {
    this.isTouched = true;
    if (!this.#changed.has(kind)) this.#changed.set(kind, new Map());
    must(this.#changed.get(kind), 'set just now').set(id, body);
  }

  changes(): ResourceChange {
    const put: ResourceRow[] = [];
    const remove: Omit<ResourceRow, 'body'>[] = [];
    for (const [kind, rows] of this.#changed) {
      for (const [id, body] of rows) {
        if (body === undefined) remove.push({ kind, id });
        else put.push({ kind, id, body });
      }
    }
    return { put, remove };
  }
}

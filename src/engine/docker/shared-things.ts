// What several containers have in common on a daemon: made for the first that starts, gone with
// the last. The daemon's own list is the only memory, so that a crash leaves nothing behind that
// `sweep` does not find. It never removes what a container or a start of ours still needs, and it
// knows nothing of what the things are.

export interface CannotStart {
  readonly cannotStart: string;
}

interface SharedThingsParts<Key, Ask, Made> {
  /** The thing, found or made; whoever joins waits for it. */
  make(key: Key, ask: Ask): Promise<Made | CannotStart>;
  /** With all that is left of it. What the daemon refuses to remove is removed at a later sweep. */
  remove(key: Key): Promise<void>;
  /** Those of ours that the daemon has, or has anything of. */
  list(): Promise<Iterable<Key>>;
}

interface Entry<Member, Made> {
  /** Those that are being started with it, or have a container, running or ended. */
  readonly members: Set<Member>;
  /** Undefined: not known to be there. All who join at once wait for one making. */
  making: Promise<Made | CannotStart> | undefined;
  /** Making and removing take turns; so many are under way or wait. */
  turn: Promise<unknown>;
  turns: number;
}

export class SharedThings<Key extends string, Member extends string, Ask, Made extends object> {
  readonly #parts: SharedThingsParts<Key, Ask, Made>;
  readonly #entries = new Map<Key, Entry<Member, Made>>();
  readonly #keyOf = new Map<Member, Key>();
  /** Those whose leaving removes what they had just now. */
  readonly #leaving = new Map<Member, Promise<void>>();

  constructor(parts: SharedThingsParts<Key, Ask, Made>) {
    this.#parts = parts;
  }

  /** The thing; it is made if need be, and stays until the member leaves. */
  async join(key: Key, ask: Ask, member: Member): Promise<Made | CannotStart> {
    this.know(key, member);
    const entry = this.#entry(key);
    entry.making ??= this.#inTurn(key, () => this.#parts.make(key, ask));
    const making = entry.making;
    const forget = (): void => {
      if (entry.making === making) entry.making = undefined;
    };
    const made = await making.catch((error: unknown) => {
      forget();
      throw error;
    });
    if ('cannotStart' in made) forget();
    return made;
  }

  /** It has a container that needs the thing. */
  know(key: Key, member: Member): void {
    this.#entry(key).members.add(member);
    this.#keyOf.set(member, key);
  }

  /**
   * It has none any more, and is not being started. The last one's leaving removes the thing; of
   * one that has nothing: nothing.
   */
  async leave(member: Member): Promise<void> {
    const key = this.#keyOf.get(member);
    // An event of the container's end may have been quicker than who removed it: both wait for the
    // thing's.
    if (key === undefined) return this.#leaving.get(member);
    this.#keyOf.delete(member);
    const { members } = this.#entry(key);
    members.delete(member);
    if (members.size > 0) return;
    const leaving = this.#remove(key).finally(() => this.#leaving.delete(member));
    this.#leaving.set(member, leaving);
    return leaving;
  }

  /** Every one that has something as far as is known. */
  members(): Iterable<Member> {
    return this.#keyOf.keys();
  }

  /** Removes what nobody needs. Every container of ours must be known before. */
  async sweep(): Promise<void> {
    for (const key of new Set(await this.#parts.list()))
      if ((this.#entries.get(key)?.members.size ?? 0) === 0) await this.#remove(key);
  }

  #entry(key: Key): Entry<Member, Made> {
    let entry = this.#entries.get(key);
    if (entry === undefined)
      this.#entries.set(
        key,
        (entry = { members: new Set(), making: undefined, turn: Promise.resolve(), turns: 0 }),
      );
    return entry;
  }

  #inTurn<T>(key: Key, task: (entry: Entry<Member, Made>) => Promise<T>): Promise<T> {
    const entry = this.#entry(key);
    entry.turns++;
    const done = entry.turn
      .then(() => task(entry))
      .finally(() => {
        if (--entry.turns === 0 && entry.members.size === 0) this.#entries.delete(key);
      });
    entry.turn = done.catch(() => undefined);
    return done;
  }

  /** Unless somebody has joined when its turn comes. */
  #remove(key: Key): Promise<void> {
    return this.#inTurn(key, async (entry) => {
      if (entry.members.size > 0) return;
      // Whoever joins from now on waits for this turn's end, and has it made anew.
      entry.making = undefined;
      await this.#parts.remove(key);
    });
  }
}

// All objects of one kind in a cluster (pods of a namespace, nodes), as they are: listed in pages,
// then watched from there, and listed again where the watch says that it has forgotten (410), and
// every few minutes in any case. It keeps of each object what it is told to keep and nothing else,
// says what changed, and ends only when it is closed.

import type { Clock } from '../../port/clock.ts';
import { ClusterRefusal, ClusterUnavailable } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { ClusterRequest } from './cluster-request.ts';
import type { ListFrame } from './list-reader.ts';
import { Backoff, pause } from './pause.ts';
import { watchEvents, type WatchEvent } from './watch-events.ts';

/** What every object of Kubernetes has. */
export interface KubernetesObject {
  readonly metadata?:
    | {
        readonly name?: string | undefined;
        readonly namespace?: string | undefined;
        readonly uid?: string | undefined;
        readonly resourceVersion?: string | undefined;
      }
    | undefined;
}

/**
 * `gone`: the cluster has it no more; `kept` is what was last known. An object that took the place
 * of another of its name is that one's `gone`, and then there.
 */
interface ObjectChange<K> {
  readonly type: 'there' | 'gone';
  /** `namespace/name`, or the name of what is in no namespace. */
  readonly key: string;
  readonly uid: string;
  readonly kept: K;
}

interface KindWatchParts<O extends KubernetesObject, K> {
  readonly connection: ClusterConnection;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  /** Of the list, such as `/api/v1/nodes`. */
  readonly path: string;
  readonly labelSelector?: string | undefined;
  /** What no longer answers to it is gone. */
  readonly fieldSelector?: string | undefined;
  /** What is kept of an object, and handed on; undefined: it is none of ours. */
  readonly keep: (object: O) => K | undefined;
  /** In the order of the cluster's events. Where it throws, that is a fault, and the next comes. */
  readonly onChange: (change: ObjectChange<K>) => void;
  /** Why it does not hear of the cluster just now, or what `onChange` or `keep` threw. */
  readonly onFault: (error: unknown) => void;
}

interface Entry<K> {
  readonly uid: string;
  readonly version: string;
  readonly kept: K;
  /** The listing that found it last. */
  listing: number;
}

/** Each is read by itself: a page is bounded by what the cluster has to hold of it. */
const pageObjects = 500;
/** How often all is listed, whatever a watch says; it varies, lest all come again together. */
const listEveryMs = 5 * 60_000;
/** A cluster that is asked for bookmarks says something about every minute. */
const silenceMs = 120_000;
const firstPauseMs = 500;
const longestPauseMs = 10_000;
/** A watch that lived so long was a good one. */
const goodWatchMs = 5_000;
/** Listing anew because the pages have expired. */
const mostListings = 3;

export class KindWatch<O extends KubernetesObject, K> {
  readonly #parts: KindWatchParts<O, K>;
  readonly #entries = new Map<string, Entry<K>>();
  readonly #closing = new AbortController();
  readonly #backoff: Backoff;
  #version = '';
  #listing = 0;
  #listDueAtMs = 0;
  #heardAtMs = 0;
  /** Why it was last out of reach, and when it had been heard before that. */
  #said = '';
  #saidAtMs = 0;

  constructor(parts: KindWatchParts<O, K>) {
    this.#parts = parts;
    this.#backoff = new Backoff(firstPauseMs, longestPauseMs, parts.random);
  }

  /**
   * Lists all and begins to watch: resolves when all that is there was handed on. Rejects with
   * {@link ClusterRefusal} or {@link ClusterUnavailable}; then nothing has begun, and it may be
   * opened again.
   */
  async open(): Promise<void> {
    await this.#list();
    void this.#keepUp();
  }

  get(key: string): K | undefined {
    return this.#entries.get(key)?.kept;
  }

  *values(): Generator<K> {
    for (const { kept } of this.#entries.values()) yield kept;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** When the cluster last said how things stand: what is known is of then, or newer. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  close(): void {
    this.#closing.abort();
  }

  /** Until it is closed: watch, and list where that is due or needed. */
  async #keepUp(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#closing;
    let mustList = false;
    while (!signal.aborted) {
      const beganAtMs = clock.now();
      try {
        if (mustList || beganAtMs >= this.#listDueAtMs) await this.#list();
        mustList = false;
        mustList = await this.#watch();
      } catch (error) {
        if (signal.aborted) return;
        // What the cluster refuses may be granted later: rights are given, versions are forgotten.
        mustList ||= error instanceof ClusterRefusal;
        this.#outOfReach(error);
      }
      if (clock.now() - beganAtMs >= goodWatchMs && !mustList) this.#backoff.reset();
      await pause(clock, this.#backoff.next(), signal);
    }
  }

  /** A cluster may be away for long: the same is said of it once, until it is heard again. */
  #outOfReach(error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    if (this.#saidAtMs === this.#heardAtMs && this.#said === said) return;
    this.#said = said;
    this.#saidAtMs = this.#heardAtMs;
    this.#fault(error);
  }

  /** True: the cluster has forgotten what was since, so all must be listed. */
  async #watch(): Promise<boolean> {
    const { connection, clock, path, labelSelector, fieldSelector } = this.#parts;
    const stream = await connection.stream({
      ...this.#patience,
      path,
      query: {
        labelSelector,
        fieldSelector,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#version,
        // The cluster ends it when the next list is due.
        timeoutSeconds: Math.max(1, Math.ceil((this.#listDueAtMs - clock.now()) / 1000)),
      },
    });
    for await (const event of watchEvents(stream, clock, silenceMs)) {
      if (this.#closing.signal.aborted) return false;
      if (event.type === 'ERROR') return this.#isForgotten(event);
      this.#heardAtMs = clock.now();
      this.#take(event);
    }
    return false;
  }

  /** The cluster ends a watch with a Status: 410 is no fault. Throws where it is one. */
  #isForgotten({ object }: WatchEvent): boolean {
    const { code, message } = object;
    if (code !== 410)
      this.#fault(
        new ClusterUnavailable(
          `a watch ended with ${String(code)}: ${String(message).slice(0, 500)}`,
        ),
      );
    return true;
  }

  #take({ type, object }: WatchEvent): void {
    const { metadata } = object as KubernetesObject;
    if (type === 'DELETED') this.#deleted(object as O);
    else if (type !== 'BOOKMARK') this.#found(object as O);
    // Only now: what was not taken is asked for again.
    if (typeof metadata?.resourceVersion === 'string') this.#version = metadata.resourceVersion;
  }

  /** All pages; then what is in none of them is gone. */
  async #list(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#listOnce();
      } catch (error) {
        const isExpired = error instanceof ClusterRefusal && error.status === 410;
        if (!isExpired || tries >= mostListings) throw error;
      }
    }
  }

  async #listOnce(): Promise<void> {
    const { connection, clock, path, random = Math.random } = this.#parts;
    const { labelSelector, fieldSelector } = this.#parts;
    const listing = ++this.#listing;
    const beganAtMs = clock.now();
    let version = '';
    let next: string | undefined;
    do {
      const query = { labelSelector, fieldSelector, limit: pageObjects, continue: next };
      const { items, metadata }: ListFrame = await connection.list(
        { ...this.#patience, path, query },
        (item) => this.#found(item as O, listing),
      );
      if (!Array.isArray(items) || typeof metadata?.resourceVersion !== 'string')
        throw new ClusterUnavailable(`the cluster ${connection.title} answered no list`);
      version = metadata.resourceVersion;
      next = typeof metadata.continue === 'string' ? metadata.continue || undefined : undefined;
    } while (next !== undefined);
    for (const [key, entry] of this.#entries) if (entry.listing !== listing) this.#lost(key);
    this.#version = version;
    this.#heardAtMs = beganAtMs;
    this.#listDueAtMs = beganAtMs + listEveryMs * (0.9 + random() / 10);
  }

  /** Its own pauses are the patience of a watch. */
  get #patience(): Pick<ClusterRequest, 'method' | 'signal' | 'patienceMs'> {
    return { method: 'GET', signal: this.#closing.signal, patienceMs: 60_000 };
  }

  #found(object: O, listing = this.#listing): void {
    const key = keyOf(object);
    const { uid, resourceVersion: version } = object.metadata ?? {};
    if (key === '' || typeof uid !== 'string' || typeof version !== 'string')
      return this.#fault(new ClusterUnavailable('an object without name, uid and version'));
    const known = this.#entries.get(key);
    if (known?.uid === uid && known.version === version) {
      known.listing = listing;
      return;
    }
    const read = this.#told(() => ({ kept: this.#parts.keep(object) }));
    if (read === undefined) {
      // What was known of it stays, for want of better.
      if (known !== undefined) known.listing = listing;
      return;
    }
    const { kept } = read;
    if (known !== undefined && (known.uid !== uid || kept === undefined)) this.#lost(key);
    if (kept === undefined) return;
    this.#entries.set(key, { uid, version, kept, listing });
    this.#told(() => this.#parts.onChange({ type: 'there', key, uid, kept }));
  }

  /** The last that it was comes with the word that it is deleted. */
  #deleted(object: O): void {
    const key = keyOf(object);
    if (this.#entries.get(key)?.uid !== object.metadata?.uid) return;
    this.#lost(
      key,
      this.#told(() => this.#parts.keep(object)),
    );
  }

  #lost(key: string, last?: K): void {
    const known = this.#entries.get(key);
    if (known === undefined) return;
    this.#entries.delete(key);
    const { uid, kept } = known;
    this.#told(() => this.#parts.onChange({ type: 'gone', key, uid, kept: last ?? kept }));
  }

  /** What others throw ends nothing here. */
  #told<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#fault(error);
      return undefined;
    }
  }

  #fault(error: unknown): void {
    try {
      this.#parts.onFault(error);
    } catch {
      // Whoever cannot even hear of a fault is told of no other.
    }
  }
}

/** Empty where it has no name. */
function keyOf({ metadata }: KubernetesObject): string {
  if (typeof metadata?.name !== 'string') return '';
  return typeof metadata.namespace === 'string'
    ? `${metadata.namespace}/${metadata.name}`
    : metadata.name;
}

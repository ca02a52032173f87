// Delivers the records of trails as files, every few minutes: each at least once, in their order,
// from a mark that is durable before it moves on. A file that cannot be put is tried again with the
// next delivery; no call ever waits for one.

import { scopeParts } from '../../../base/ids.ts';
import type { Clock } from '../../../port/clock.ts';
import type { Ids } from '../../../port/ids.ts';
import type { KeyMaker } from '../../../port/key-maker.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { CallRecordReader, CallRecordRow, ResourceReader } from '../../../port/store.ts';
import type { TrailPlace } from '../../../port/trail-place.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { eventOf, type TrailEvent } from '../record/event.ts';
import type { DeliveredFile, Delivery, DigestState, Trail, TrailKinds } from '../resources.ts';
import { deliveryOf } from '../trail.ts';
import { Digester } from './digester.ts';
import { logFile } from './log-file.ts';
import { isOf, mayBeOf } from './selection.ts';

interface DelivererParts {
  readonly space: ResourceSpace<TrailKinds>;
  readonly reader: Pick<ResourceReader, 'resourceScopes'> &
    Pick<CallRecordReader, 'callRecordsAbove'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'random'>;
  readonly keys: KeyMaker;
  readonly sealer: Sealer;
  readonly place: TrailPlace;
  readonly everyMs: number;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** How long an answer may take to come to its record. */
const answerMs = 5_000;
/** Rows that are read in one stretch, and characters of records that are held at most, about. */
const rowsPerStep = 200;
const heldCharacters = 8_000_000;

const envelope = { part: 'trail' };

/** What a look at the records brought: up to which number, and whether there is more. */
interface Gathered {
  readonly mark: number;
  readonly isAll: boolean;
  readonly events: ReadonlyMap<string, readonly TrailEvent[]>;
}

export class Deliverer {
  readonly #parts: DelivererParts;
  #cancel: (() => void) | undefined;
  #isClosed = false;
  #underWay: Promise<void> = Promise.resolve();
  /** Marks that moved over records of others alone: not worth a transaction. */
  readonly #passed = new Map<string, number>();

  readonly #digester: Digester;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
    this.#digester = new Digester({ ...parts, now: () => parts.clock.now() });
  }

  open(): void {
    const { clock, everyMs } = this.#parts;
    this.#cancel = clock.at(clock.now() + everyMs, () => {
      this.#underWay = this.deliver().then(() => {
        if (!this.#isClosed) this.open();
      });
    });
  }

  /** When the file in hand is put, or has failed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#underWay;
  }

  /** All that is due, of all trails. Never rejects. */
  async deliver(): Promise<void> {
    const { reader, space } = this.#parts;
    for (const home of reader.resourceScopes('cloudtrail')) {
      const view = await space.view(home);
      for (const trail of view.all('trail'))
        if (!this.#isClosed) await this.#tryToDeliver(trail, deliveryOf(view, trail.name));
    }
  }

  async #tryToDeliver(trail: Trail, delivery: Delivery): Promise<void> {
    const { clock, onProblem } = this.#parts;
    try {
      await this.#deliver(trail, delivery);
      await this.#digest(trail);
    } catch (error) {
      if (this.#isClosed) return;
      const why = (error as Error).message.slice(0, 256);
      if (delivery.failure?.why !== why)
        onProblem(`delivering trail ${trail.name} to ${trail.bucket}`, error);
      // Where not even this can be written the server is about to end.
      const failure = { atMs: clock.now(), why };
      await this.#note(trail, () => ({ failure })).catch(() => undefined);
    }
  }

  async #deliver(trail: Trail, delivery: Delivery): Promise<void> {
    if (delivery.windows.length === 0) return;
    const key = `${trail.home} ${trail.name}`;
    let { mark } = delivery;
    const passed = this.#passed.get(key) ?? 0;
    if (passed > mark) mark = passed;
    for (let isAll = false; !isAll && !this.#isClosed;) {
      const gathered = await this.#gather(trail, delivery, mark);
      ({ mark, isAll } = gathered);
      if (gathered.events.size > 0) await this.#put(trail, gathered);
    }
    this.#passed.set(key, mark);
  }

  /** Looks on from the mark until there is enough for a file, or nothing more that is ready. */
  async #gather(trail: Trail, delivery: Delivery, from: number): Promise<Gathered> {
    const { clock, reader } = this.#parts;
    const readyMs = clock.now() - answerMs;
    const events = new Map<string, TrailEvent[]>();
    let mark = from;
    for (let held = 0; held < heldCharacters;) {
      const rows = reader.callRecordsAbove(mark, rowsPerStep);
      for (const row of rows) {
        if (!isReady(row, readyMs)) return { mark, isAll: true, events };
        mark = row.number;
        if (!mayBeOf(trail, delivery, row)) continue;
        const event = eventOf(row);
        if (!isOf(trail, row, event)) continue;
        held += row.call.length + (row.outcome?.length ?? 0);
        const { region } = scopeParts(row.scope);
        const there = events.get(region);
        if (there === undefined) events.set(region, [event]);
        else there.push(event);
      }
      if (rows.length < rowsPerStep) return { mark, isAll: true, events };
      await new Promise<void>((resolve) => clock.soon(resolve));
    }
    return { mark, isAll: false, events };
  }

  /** The files first and then the mark: after a crash in between they are put once more. */
  async #put(trail: Trail, { mark, events }: Gathered): Promise<void> {
    const { clock, ids, place } = this.#parts;
    const files = new Map<string, DeliveredFile>();
    for (const [region, of] of events) {
      const name = ids.random().slice(0, 16);
      const { bytes, ...file } = await logFile(trail, region, of, clock.now(), name);
      await place.put(trail.bucket, file.key, bytes, {});
      files.set(region, file);
    }
    await this.#note(trail, ({ digest }) => ({
      mark,
      deliveredAtMs: clock.now(),
      failure: undefined,
      digest: withFiles(digest, files),
    }));
  }

  /** The chain begins and ends with the trail's wish for one. */
  async #digest(trail: Trail): Promise<void> {
    const delivery = deliveryOf(await this.#parts.space.view(trail.home), trail.name);
    const isWanted = trail.isValidated === true && delivery.windows.length > 0;
    if (isWanted !== (delivery.digest !== undefined)) {
      const sinceMs = this.#parts.clock.now();
      const digest = isWanted ? { sinceMs, files: {}, previous: {} } : undefined;
      await this.#note(trail, () => ({ digest }));
      return;
    }
    const digest = await this.#digester.digest(trail, delivery);
    if (digest !== undefined) await this.#note(trail, () => ({ digest }));
  }

  /** What a trail has come to; of one that was deleted meanwhile nothing is kept. */
  #note({ home, name }: Trail, news: (before: Delivery) => Partial<Delivery>): Promise<void> {
    return this.#parts.space.change(home, envelope, (draft) => {
      const delivery = draft.get('delivery', name);
      if (delivery !== undefined) draft.put('delivery', name, { ...delivery, ...news(delivery) });
    });
  }
}

/** What was answered is known, or it will never be. */
const isReady = ({ atMs, outcome, call }: CallRecordRow, readyMs: number): boolean =>
  outcome !== undefined || atMs <= readyMs || 'outcome' in (JSON.parse(call) as object);

/** What the next digest tells of; undefined: there is none. */
function withFiles(
  digest: DigestState | undefined,
  more: ReadonlyMap<string, DeliveredFile>,
): DigestState | undefined {
  if (digest === undefined) return undefined;
  const files = { ...digest.files };
  for (const [region, file] of more) files[region] = [...(files[region] ?? []), file];
  return { ...digest, files };
}

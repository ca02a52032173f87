// Events on their way to the rules of their buses: what commits and callers bring, stored until
// somebody has held it against the rules. It says which changes of jobs are worth storing, by what
// rules want, and knows no rule itself.

import { splitJobId, type Scope } from '../../base/ids.ts';
import type { Happening } from '../../core/turn/happening.ts';
import type { Transition } from '../../core/turn/transition.ts';
import type { ChangedRows } from '../../core/world/changes.ts';
import type { NewArchivedEvent } from '../../port/archive.ts';
import type { CommandBus, Envelope } from '../../port/command-bus.ts';
import type { BusEventRow, NewBusEvent, NewBusEventRow, NewDelivery } from '../../port/delivery.ts';
import type { BusEvents, EventIntake, EventInterest, JobFacts } from '../../port/outbox.ts';
import type { Commit, StoreReader } from '../../port/store.ts';
import type { Outbox } from './outbox.ts';

interface BusIntakeParts {
  readonly bus: Pick<CommandBus, 'write'>;
  readonly reader: Pick<StoreReader, 'jobDetail' | 'outbox' | 'tags'>;
  readonly outbox: Pick<Outbox, 'change'>;
  /** Absent: no rule wants anything. */
  readonly interest: EventInterest | undefined;
}

const envelope: Envelope = { part: 'rules' };
/** Whether other things have other tags than what the commit brings. */
function isOfJobsOfBefore({ tags, submitted }: ChangedRows): boolean {
  const fresh = new Set([...submitted.values()].map(({ arn }) => arn));
  return [...tags.keys()].some((arn) => arn.includes(':job/') && !fresh.has(arn));
}

const nothing: readonly NewBusEventRow[] = [];
const nowhere: ReadonlySet<Scope> = new Set();

export class BusIntake implements EventIntake, BusEvents {
  readonly #parts: BusIntakeParts;
  #taken = 0;
  #isMore = false;
  #onMore: () => void = () => undefined;

  constructor(parts: BusIntakeParts) {
    this.#parts = parts;
  }

  /** What of a commit's is to be stored with it; `rows`: those that it writes. */
  wanted(
    changes: readonly Transition[],
    happenings: readonly Happening[],
    { atMs, rows }: Pick<Commit, 'atMs' | 'rows'>,
  ): readonly NewBusEventRow[] {
    const { interest } = this.#parts;
    if (interest === undefined) return nothing;
    if (rows.tags.size > 0 && isOfJobsOfBefore(rows)) interest.tagsChanged();
    if (changes.length + happenings.length === 0) return nothing;
    const factsOf = (change: Transition): JobFacts | undefined => this.#factsOf(change, rows);
    const wanted: NewBusEventRow[] = [];
    for (const change of changes)
      // The first change of a job is its submission, of which no event is sent.
      if (change.from !== undefined && interest.wants(change, factsOf))
        wanted.push({ atMs, what: { change } });
    for (const happening of happenings)
      if (interest.wantsBeside(happening)) wanted.push({ atMs, what: { happening } });
    if (wanted.length > 0) this.#isMore = true;
    return wanted;
  }

  #factsOf({ jobId }: Transition, rows: ChangedRows): JobFacts | undefined {
    const { reader } = this.#parts;
    const id = splitJobId(jobId).parent;
    const detail = rows.submitted.get(id) ?? reader.jobDetail(id);
    return detail && { detail, tags: rows.tags.get(detail.arn) ?? reader.tags(detail.arn) };
  }

  /** Where rules want to be told of every queue that is blocked. */
  get blockedQueues(): ReadonlySet<Scope> {
    return this.#parts.interest?.blockedQueues ?? nowhere;
  }

  /** What was wanted of the commit before is durable. */
  committed(): void {
    if (!this.#isMore) return;
    this.#isMore = false;
    this.#onMore();
  }

  async put(events: readonly NewBusEvent[], by: Envelope): Promise<void> {
    const putEvents = events.map((event) => ({ atMs: event.atMs, what: { event } }));
    await this.#parts.bus.write({ table: 'outbox', write: 'change', putEvents }, by);
    this.#onMore();
  }

  take(most: number): readonly BusEventRow[] {
    const rows = this.#parts.reader.outbox.busEventsAbove(this.#taken, most);
    this.#taken = rows.at(-1)?.number ?? this.#taken;
    return rows;
  }

  onMore(listener: () => void): void {
    this.#onMore = listener;
  }

  routed(
    rows: readonly BusEventRow[],
    deliveries: readonly NewDelivery[],
    archived: readonly NewArchivedEvent[],
  ): Promise<void> {
    const removeEvents = rows.map(({ number }) => number);
    return this.#parts.outbox.change(deliveries, { removeEvents, archived }, envelope);
  }
}

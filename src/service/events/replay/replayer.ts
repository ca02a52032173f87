// Replays what archives kept: in the order of time it puts the events to their bus once more, some
// at a time, and notes every few seconds how far it has come. After a restart it goes on from
// there, so that some may be replayed twice and none is left out. It matches no rule.

import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { ArchivedEvent, ArchivePlace, ArchiveReader } from '../../../port/archive.ts';
import type { Clock } from '../../../port/clock.ts';
import type { Envelope } from '../../../port/command-bus.ts';
import type { NewBusEvent } from '../../../port/delivery.ts';
import type { EventIntake } from '../../../port/outbox.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { EventsKinds, Replay } from '../resources.ts';
import { hasEnded } from './replay.ts';

interface ReplayerParts {
  readonly space: Pick<ResourceSpace<EventsKinds>, 'scopes' | 'current' | 'change' | 'watch'>;
  readonly archives: Pick<ArchiveReader, 'archivedEvents'>;
  readonly intake: EventIntake;
  readonly clock: Pick<Clock, 'now' | 'at' | 'soon'>;
  /** Then nothing more is replayed. */
  readonly isDiskLow?: (() => boolean) | undefined;
}

const envelope: Envelope = { part: 'replays' };

export class Replayer {
  readonly #parts: ReplayerParts;
  /** Those under way, by scope and name. */
  readonly #underWay = new Set<string>();

  constructor(parts: ReplayerParts) {
    this.#parts = parts;
  }

  /** Begins with those that were under way when the server ended. */
  open(): void {
    const { space } = this.#parts;
    space.watch((scope, { put }) => {
      for (const { kind, body } of put) if (kind === 'replay') this.#begin(scope, body as Replay);
    });
    for (const scope of space.scopes())
      for (const replay of space.current(scope).all('replay')) this.#begin(scope, replay);
  }

  #begin(scope: Scope, replay: Replay): void {
    const { name } = replay;
    const key = `${scope} ${name}`;
    if (hasEnded(replay) || this.#underWay.has(key)) return;
    this.#underWay.add(key);
    // It is cut off only where the server ends, and goes on after the next start.
    void this.#run(scope, name)
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(key));
  }

  async #run(scope: Scope, name: string): Promise<void> {
    const { space, intake, clock } = this.#parts;
    let last: ArchivePlace | undefined;
    let notedAtMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      await this.#pause();
      const now = space.current(scope);
      const replay = now.get('replay', name);
      if (replay === undefined || hasEnded(replay)) return;
      last ??= replay.last;
      if (replay.state === 'CANCELLING')
        return this.#note(scope, replay, { state: 'CANCELLED', last });
      const { archive } = replay;
      if (now.get('archive', archive.name)?.id !== archive.id) {
        const reason = `Archive ${archive.name} does not exist.`;
        return this.#note(scope, replay, { state: 'FAILED', reason, last });
      }
      if (this.#isHeld) continue;
      const events = this.#next(replay, last);
      if (events.length === 0) return this.#note(scope, replay, { state: 'COMPLETED', last });
      await intake.put(
        events.map((event) => this.#busEvent(scope, replay, event)),
        envelope,
      );
      last = events.at(-1);
      if (clock.now() < notedAtMs + limit.events.replayNotedMs) continue;
      notedAtMs = clock.now();
      await this.#note(scope, replay, { state: 'RUNNING', last });
    }
  }

  get #isHeld(): boolean {
    return this.#parts.isDiskLow?.() === true;
  }

  #pause(): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      if (this.#isHeld) clock.at(clock.now() + limit.events.replayHeldMs, resolve);
      else clock.soon(resolve);
    });
  }

  #next({ archive, fromMs, toMs }: Replay, after: ArchivePlace | undefined) {
    const { replayedAtOnce, replayedBytes } = limit.events;
    return this.#parts.archives.archivedEvents({
      archive: archive.id,
      fromMs,
      toMs,
      after,
      limit: replayedAtOnce,
      bytes: replayedBytes,
    });
  }

  #busEvent(scope: Scope, { name, bus, filterArns }: Replay, { body }: ArchivedEvent): NewBusEvent {
    const event = replayed(JSON.parse(body) as object, name);
    return { scope, bus, atMs: this.#parts.clock.now(), event, onlyRules: filterArns };
  }

  /** What has been asked of it meanwhile is kept. */
  async #note(
    scope: Scope,
    { name }: Replay,
    { state, reason, last }: Pick<Replay, 'state' | 'reason' | 'last'>,
  ): Promise<void> {
    const { space, clock } = this.#parts;
    const at = last && { atMs: last.atMs, number: last.number };
    await space.change(scope, envelope, (draft) => {
      const there = draft.get('replay', name);
      if (there === undefined || hasEnded(there)) return;
      const noted = { ...there, state, reason, last: at };
      if (hasEnded(noted)) draft.put('replay', name, { ...noted, endedAtMs: clock.now() });
      else draft.put('replay', name, there.state === 'CANCELLING' ? { ...there, last: at } : noted);
    });
  }
}

/** The event with the replay's name, where AWS has it. */
function replayed(event: object, name: string): object {
  const { version, id, ...rest } = event as Record<string, unknown>;
  const { 'detail-type': type, source, account, time, region, ...others } = rest;
  return {
    version,
    id,
    'detail-type': type,
    source,
    account,
    time,
    region,
    'replay-name': name,
    ...others,
  };
}

// Carries the output of attempts from the engine to the log sink. An attempt's end is made known
// only after its output is on disk, or after a bound, which is then said. Log bytes never pass the
// command door.

import type { ContainerId } from '../../base/ids.ts';
import { LinePattern } from '../../base/line-pattern/line-pattern.ts';
import type { ContainerOnHost } from '../../core/job/attempt.ts';
import type { LogStream } from '../../core/job/container.ts';
import { limit } from '../../core/limit.ts';
import type { Clock } from '../../port/clock.ts';
import {
  EngineUnavailable,
  type Engine,
  type LogBatch,
  type LogPosition,
} from '../../port/engine.ts';
import { NoRoomForOutput, type LogSink, type LogStreamKey } from '../../port/log-sink.ts';
import { carryJoined } from './event-joiner.ts';
import { limitPosition, OutputLimit, OutputLimitReached } from './output-limit.ts';

interface LogPumpParts {
  /** Undefined where the host is gone, and its output with it. */
  readonly engineOf: (at: ContainerOnHost) => Engine | undefined;
  readonly sink: LogSink;
  readonly clock: Clock;
  /** Bytes that are stored of an attempt's output, as CloudWatch counts them; absent: all. */
  readonly limitBytes?: number | undefined;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Where an attempt's output goes, and how its lines become events. */
export type LogDestination = LogStreamKey & Pick<LogStream, 'eventStart'>;

/** Expressions that are kept ready. */
const mostPatterns = 64;

/**
 * Stands where a batch's position would, in a stream that holds only why its attempt did not start.
 * No engine knows it.
 */
const toldPosition: LogPosition = 'told';

interface Pumping {
  readonly ended: Promise<void>;
  /** Why output could not be stored just now. */
  failure: string | undefined;
  /** There is no room for it: the engine keeps it until there is. */
  waitsForRoom: boolean;
}

export class LogPump {
  readonly #parts: LogPumpParts;
  readonly #running = new Map<ContainerId, Pumping>();
  readonly #timers = new Set<() => void>();
  readonly #patterns = new Map<string, LinePattern>();
  #closed = false;

  constructor(parts: LogPumpParts) {
    this.#parts = parts;
  }

  /**
   * Begins to carry an attempt's output, unless that is under way. Goes on where the stream ends;
   * of a `fresh` attempt, which was just started by us, the stream is known to be empty, and is not
   * looked at before there is something to write.
   */
  ensure(attempt: ContainerOnHost, to: LogDestination, fresh = false): Pumping {
    const { containerId } = attempt;
    const known = this.#running.get(containerId);
    if (known !== undefined) return known;
    const pumping: Pumping = {
      failure: undefined,
      waitsForRoom: false,
      ended: Promise.resolve().then(() => this.#pump(attempt, to, pumping, fresh)),
    };
    this.#running.set(containerId, pumping);
    return pumping;
  }

  /**
   * Ends when all was read and stored. What fails is tried again: a disk that is full may have room
   * in a second.
   */
  async #pump(
    attempt: ContainerOnHost,
    to: LogDestination,
    pumping: Pumping,
    fresh: boolean,
  ): Promise<void> {
    if (fresh && (await this.#carry(attempt, to, pumping, fresh))) return;
    while (!this.#closed && !(await this.#carry(attempt, to, pumping, false)))
      await new Promise<void>((resolve) => this.#after(limit.engineRetryMs, resolve));
  }

  /** Whether all was read. */
  async #carry(
    attempt: ContainerOnHost,
    to: LogDestination,
    pumping: Pumping,
    fresh: boolean,
  ): Promise<boolean> {
    const { containerId } = attempt;
    const { engineOf, sink, limitBytes } = this.#parts;
    const engine = engineOf(attempt);
    if (engine === undefined) return true;
    try {
      let writer = fresh ? undefined : await sink.openWriter(to);
      try {
        if (writer?.position === limitPosition) return true;
        const from = writer?.position === toldPosition ? undefined : writer?.position;
        const bound =
          limitBytes === undefined
            ? undefined
            : new OutputLimit(limitBytes, (await sink.facts(to))?.storedBytes ?? 0);
        const append = async (batch: LogBatch): Promise<void> => {
          writer ??= await sink.openWriter(to);
          await (bound === undefined ? writer.append(batch) : bound.append(writer, batch));
        };
        if (to.eventStart === undefined) {
          for await (const batch of engine.logs(containerId, from)) await append(batch);
        } else {
          await carryJoined({
            pattern: this.#pattern(to.eventStart),
            position: from,
            read: (position) => engine.logs(containerId, position),
            append,
            now: () => this.#parts.clock.now(),
            after: (delayMs, task) => this.#after(delayMs, task),
            onFailure: (error) => {
              if (!(error instanceof OutputLimitReached))
                this.#tellFailure(containerId, pumping, error);
            },
            isClosed: () => this.#closed,
          });
        }
      } finally {
        await writer?.close();
      }
      return this.#carried(pumping);
    } catch (error) {
      if (error instanceof OutputLimitReached) return this.#carried(pumping);
      if (!this.#closed && !(error instanceof EngineUnavailable))
        this.#tellFailure(containerId, pumping, error as Error);
      return false;
    }
  }

  #carried(pumping: Pumping): true {
    pumping.failure = undefined;
    pumping.waitsForRoom = false;
    return true;
  }

  #pattern(source: string): LinePattern {
    let pattern = this.#patterns.get(source);
    if (pattern === undefined) {
      if (this.#patterns.size >= mostPatterns) this.#patterns.clear();
      this.#patterns.set(source, (pattern = new LinePattern(source)));
    }
    return pattern;
  }

  #tellFailure(containerId: ContainerId, pumping: Pumping, error: Error): void {
    pumping.waitsForRoom = error instanceof NoRoomForOutput;
    // That the disk is full is said once for all.
    if (pumping.failure === undefined && !pumping.waitsForRoom)
      this.#parts.onProblem(`output of attempt ${containerId}`, error);
    pumping.failure = error.message;
  }

  /**
   * Resolves when the attempt's output is on disk; with a note if that took longer than the bound,
   * in which case what comes later is still written. Where the disk has no room it waits on, for
   * the engine forgets its output with the attempt. Never resolves after {@link close}: the end is
   * found again at the next start.
   */
  drained(attempt: ContainerOnHost, to: LogDestination | undefined): Promise<string | undefined> {
    if (to === undefined) return Promise.resolve(undefined);
    const pumping = this.ensure(attempt, to);
    return new Promise((resolve) => {
      let cancel = (): void => undefined;
      const giveUpLater = (): void => {
        cancel = this.#after(limit.logDrainMs, () => {
          if (pumping.waitsForRoom) giveUpLater();
          else
            resolve(
              `its output was not complete ${limit.logDrainMs / 1000} s after its end${pumping.failure === undefined ? '' : `: ${pumping.failure}`}`,
            );
        });
      };
      giveUpLater();
      void pumping.ended.then(() => {
        cancel();
        this.#running.delete(attempt.containerId);
        if (!this.#closed) resolve(undefined);
      });
    });
  }

  /**
   * Resolves when the attempt's output is on disk, however long that takes, or its host is gone.
   * Never after {@link close}.
   */
  stored(attempt: ContainerOnHost, to: LogDestination): Promise<void> {
    const pumping = this.ensure(attempt, to);
    return new Promise((resolve) => {
      void pumping.ended.then(() => {
        this.#running.delete(attempt.containerId);
        if (!this.#closed) resolve();
      });
    });
  }

  /** Puts one line into an attempt's stream: why its container never started. */
  async tell(to: LogStreamKey | undefined, message: string, timestampMs: number): Promise<void> {
    if (to === undefined) return;
    try {
      const writer = await this.#parts.sink.openWriter(to);
      if (writer.position === undefined)
        await writer.append({
          lines: [{ timestampMs, message: new TextEncoder().encode(message) }],
          position: toldPosition,
        });
      await writer.close();
    } catch (error) {
      this.#parts.onProblem(`log stream ${to.stream}`, error);
    }
  }

  /**
   * Carries no more and says no more. What was not carried is, at the next start, from where each
   * stream ends.
   */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
  }

  #after(delayMs: number, task: () => void): () => void {
    const { clock } = this.#parts;
    const cancel = clock.at(clock.now() + delayMs, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }
}

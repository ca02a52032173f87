// Carries the output of attempts from the engine to the log sink. An attempt's end is made known only after its output is on
// disk, or after a bound, which is then said. Log bytes never pass the command door.

import type { AttemptId, Scope } from '../base/ids.ts';
import { limit } from '../core/limit.ts';
import type { Clock } from '../port/clock.ts';
import { EngineUnavailable, type Engine } from '../port/engine.ts';
import type { LogSink, LogStreamKey, LogStreamWriter } from '../port/log-sink.ts';

export interface LogDestination {
  readonly scope: Scope;
  readonly group: string;
  readonly stream: string;
}

export interface LogPumpParts {
  readonly engine: Engine;
  readonly sink: LogSink;
  readonly clock: Clock;
  readonly onProblem: (what: string, error: unknown) => void;
}

export class LogPump {
  readonly #parts: LogPumpParts;
  readonly #running = new Map<AttemptId, Promise<void>>();

  constructor(parts: LogPumpParts) {
    this.#parts = parts;
  }

  /** Begins to carry an attempt's output, unless that is under way. Goes on where the stream ends. */
  ensure(attemptId: AttemptId, to: LogDestination): void {
    if (this.#running.has(attemptId)) return;
    const pumping = this.#pump(attemptId, to).catch((error: unknown) => this.#parts.onProblem(`output of attempt ${attemptId}`, error));
    this.#running.set(attemptId, pumping);
  }

  async #pump(attemptId: AttemptId, to: LogStreamKey): Promise<void> {
    const writer = await this.#parts.sink.openWriter(to);
    try {
      while (!(await this.#carry(attemptId, writer))) await this.#pause();
    } finally {
      await writer.close();
    }
  }

  /** Whether all was read; an engine that went away is asked again, from where the stream ends. */
  async #carry(attemptId: AttemptId, writer: LogStreamWriter): Promise<boolean> {
    try {
      for await (const batch of this.#parts.engine.logs(attemptId, writer.position)) await writer.append(batch);
      return true;
    } catch (error) {
      if (error instanceof EngineUnavailable) return false;
      throw error;
    }
  }

  #pause(): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => clock.at(clock.now() + limit.engineRetryMs, resolve));
  }

  /**
   * Resolves when the attempt's output is on disk; with a note if that took longer than the bound, in which case what comes
   * later is still written.
   */
  async drained(attemptId: AttemptId, to: LogDestination | undefined): Promise<string | undefined> {
    if (to === undefined) return undefined;
    this.ensure(attemptId, to);
    const pumping = this.#running.get(attemptId);
    const { clock } = this.#parts;
    const note = await new Promise<string | undefined>((resolve) => {
      const cancel = clock.at(clock.now() + limit.logDrainMs, () => resolve(`its output was not complete ${limit.logDrainMs / 1000} s after its end`));
      void pumping?.then(() => {
        cancel();
        resolve(undefined);
      });
    });
    if (note === undefined) this.#running.delete(attemptId);
    return note;
  }

  /** Puts one line into an attempt's stream: why its container never started. */
  async tell(to: LogDestination | undefined, message: string, timestampMs: number): Promise<void> {
    if (to === undefined) return;
    try {
      const writer = await this.#parts.sink.openWriter(to);
      if (writer.position === undefined) await writer.append({ lines: [{ timestampMs, message: new TextEncoder().encode(message) }], position: 'told' });
      await writer.close();
    } catch (error) {
      this.#parts.onProblem(`log stream ${to.stream}`, error);
    }
  }
}

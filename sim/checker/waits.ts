// How long jobs of a kind have waited, and how many were placed meanwhile: by this a checker says
// whether room may be kept for one by now.

import type { LiveJob } from '../../src/core/job/job.ts';
import { kindOf, type Runnable } from '../ledger.ts';
import type { Observed } from './checker.ts';

interface Wait {
  readonly sinceMs: number;
  readonly sinceElapsedMs: number;
  readonly placed: number;
  /** When one was last seen to wait, by elapsed time. */
  seenElapsedMs: number;
}

/**
 * A kind of which none waits is remembered for so long: one that is tried again soon goes on where
 * it was.
 */
const rememberMs = 120_000;

export class Waits {
  readonly #kinds = new Map<string, Wait>();
  #placed = 0;

  /**
   * After a transaction that placed these: those are all that still wait, and were overtaken by
   * them.
   */
  note(waiting: readonly Runnable[], placed: readonly LiveJob[], { elapsedMs }: Observed): void {
    // As of the decision: a slow store may have taken its time since.
    const sinceMs = Math.min(...placed.map(({ attempt }) => attempt.placedAtMs));
    for (const { kind } of waiting) {
      const known = this.#kinds.get(kind);
      if (known === undefined)
        this.#kinds.set(kind, {
          sinceMs,
          sinceElapsedMs: elapsedMs,
          placed: this.#placed,
          seenElapsedMs: elapsedMs,
        });
      else known.seenElapsedMs = elapsedMs;
    }
    this.#placed += placed.length;
    for (const [kind, { seenElapsedMs }] of this.#kinds)
      if (elapsedMs - seenElapsedMs > rememberMs) this.#kinds.delete(kind);
  }

  /**
   * Whether jobs like this one have waited, or been overtaken, for long enough; while the clock was
   * set nobody can say. Instances for all nodes of a job are kept as soon as they are there or
   * starting.
   */
  mayBeKept(job: LiveJob, { nowMs, clockSetMs, server, ledger }: Observed): boolean {
    if (job.terms.nodes !== undefined && ledger.instances.has(job.attempt.hostId)) return true;
    const wait = this.#kinds.get(kindOf(job));
    const settings = server?.world.settings;
    if (settings === undefined) return true;
    if (wait === undefined) return false;
    return (
      nowMs - wait.sinceMs >= settings.overtakeSeconds * 1000 ||
      this.#placed - wait.placed >= settings.overtakeJobs ||
      (clockSetMs > 0 && clockSetMs >= wait.sinceElapsedMs)
    );
  }
}

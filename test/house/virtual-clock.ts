// Virtual time: nothing happens but through `step`, tasks run in order of their time and then of
// their asking, and time jumps from one to the next. Promises settle between tasks, in the order
// that JavaScript lays down, so that a run is the same each time. As on a real machine the clock on
// the wall may be set while timers go on: a timer waits for what has passed.

import { Heap } from '../../src/base/heap.ts';
import type { Clock } from '../../src/port/clock.ts';

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export class VirtualClock implements Clock {
  /** Milliseconds since the run began: they only grow. */
  #elapsedMs = 0;
  /** What the clock on the wall shows beyond that; it may be set. */
  #offsetMs: number;
  /** When somebody last did, by elapsed time. */
  setAtMs = 0;
  #order = 0;
  readonly #tasks = new Heap<Task>((a, b) =>
    a.dueMs !== b.dueMs ? a.dueMs < b.dueMs : a.order < b.order,
  );

  constructor(startMs: number) {
    this.#offsetMs = startMs;
  }

  now(): number {
    return this.#offsetMs + this.#elapsedMs;
  }

  /** What has passed since the run began, whatever the wall says. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  at(dueAtMs: number, task: () => void): () => void {
    const entry: Task = {
      dueMs: Math.max(dueAtMs - this.#offsetMs, this.#elapsedMs),
      order: this.#order++,
      run: task,
      cancelled: false,
    };
    this.#tasks.push(entry);
    return () => {
      entry.cancelled = true;
    };
  }

  soon(task: () => void): void {
    this.at(this.now(), task);
  }

  /** Somebody sets the clock on the wall. */
  setBy(ms: number): void {
    this.#offsetMs += ms;
    this.setAtMs = this.#elapsedMs;
  }

  /** Time passes in which nobody gets a turn, as while a disk is slow. */
  stall(ms: number): void {
    this.#elapsedMs += ms;
  }

  #nextDueMs(): number | undefined {
    while (this.#tasks.peek()?.cancelled) this.#tasks.pop();
    return this.#tasks.peek()?.dueMs;
  }

  /**
   * Runs the next task if it is due by `untilMs` of elapsed time; then lets every promise settle.
   * False: none was.
   */
  async step(untilMs: number): Promise<boolean> {
    const dueMs = this.#nextDueMs();
    if (dueMs === undefined || dueMs > untilMs) {
      this.#elapsedMs = Math.max(this.#elapsedMs, untilMs);
      return false;
    }
    const task = this.#tasks.pop() as Task;
    this.#elapsedMs = Math.max(this.#elapsedMs, dueMs);
    task.run();
    await settle();
    return true;
  }

  /** Runs all that is due now and within `ms`. */
  async pass(ms = 0): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settle();
    while (await this.step(untilMs));
  }
}

/**
 * Lets promises settle: chains of awaits are finite, and everything that could take longer goes
 * through the clock. What asks for the next tick from within a promise gets it after all of them; a
 * turn of the event loop would do the same at many times the cost.
 */
export const settle = (): Promise<void> =>
  Promise.resolve().then(() => new Promise((resolve) => process.nextTick(resolve)));

// Virtual time: nothing happens but through `step`, tasks run in order of their time and then of their asking, and time jumps
// from one to the next. Promises settle between tasks, in the order that JavaScript lays down, so that a run is the same each time.

import { Heap } from '../src/base/heap.ts';
import type { Clock } from '../src/port/clock.ts';

interface Task {
  readonly dueAtMs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #tasks = new Heap<Task>((a, b) => (a.dueAtMs !== b.dueAtMs ? a.dueAtMs < b.dueAtMs : a.order < b.order));

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  at(dueAtMs: number, task: () => void): () => void {
    const entry: Task = { dueAtMs: Math.max(dueAtMs, this.#nowMs), order: this.#order++, run: task, cancelled: false };
    this.#tasks.push(entry);
    return () => {
      entry.cancelled = true;
    };
  }

  soon(task: () => void): void {
    this.at(this.#nowMs, task);
  }

  /** When the next task is due; undefined: none waits. */
  nextDueAtMs(): number | undefined {
    while (this.#tasks.peek()?.cancelled) this.#tasks.pop();
    return this.#tasks.peek()?.dueAtMs;
  }

  /** Runs the next task if it is due by `untilMs`; then lets every promise settle. */
  async step(untilMs: number): Promise<boolean> {
    const due = this.nextDueAtMs();
    if (due === undefined || due > untilMs) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return false;
    }
    const task = this.#tasks.pop() as Task;
    this.#nowMs = due;
    task.run();
    await settle();
    return true;
  }
}

/**
 * Lets promises settle: chains of awaits are finite, and everything that could take longer goes through the clock. A turn of
 * the loop's own queue comes after all of them.
 */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

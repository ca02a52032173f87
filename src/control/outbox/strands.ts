// What waits in one lane, as far as that is known: deliveries of one key are a strand, and go one
// after the other; strands go side by side, those that failed after a pause. It knows numbers and
// keys alone; it reads nothing and sends nothing.

import { Heap } from '../../base/heap.ts';
import type { StoredDelivery } from '../../port/delivery.ts';

/** Deliveries of one key, the first of them in hand; one without a key is alone. */
export interface Strand {
  readonly key: string | undefined;
  readonly numbers: number[];
  /** Of the first. */
  attempts: number;
  /** Not before; 0: at once. */
  dueAtMs: number;
}

export class Strands {
  readonly #byKey = new Map<string, Strand>();
  readonly #ready: Strand[] = [];
  readonly #paused = new Heap<Strand>(isDueBefore);
  #known = 0;

  /** Deliveries, those under way too. */
  get known(): number {
    return this.#known;
  }

  /** Strands that may go on. */
  get ready(): number {
    return this.#ready.length;
  }

  /** When the next pause is over; undefined: none pauses. */
  get dueAtMs(): number | undefined {
    return this.#paused.peek()?.dueAtMs;
  }

  learn({ number, key }: Pick<StoredDelivery, 'number' | 'key'>): void {
    this.#known++;
    const strand = key === undefined ? undefined : this.#byKey.get(key);
    if (strand !== undefined) {
      strand.numbers.push(number);
      return;
    }
    const made: Strand = { key, numbers: [number], attempts: 0, dueAtMs: 0 };
    if (key !== undefined) this.#byKey.set(key, made);
    this.#ready.push(made);
  }

  /** The first that is ready; it stays that until it is taken. */
  get first(): Strand | undefined {
    return this.#ready[0];
  }

  take(): void {
    this.#ready.shift();
  }

  /** The first of a strand that was taken is tried again then. */
  pause(strand: Strand, dueAtMs: number): void {
    strand.attempts++;
    strand.dueAtMs = dueAtMs;
    this.#paused.push(strand);
  }

  /** Those whose pause is over are ready. */
  wake(nowMs: number): void {
    while ((this.dueAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) this.#resume();
  }

  /** All are ready that pause. */
  bringForward(): void {
    while (this.#paused.size > 0) this.#resume();
  }

  #resume(): void {
    const strand = this.#paused.pop();
    if (strand !== undefined) this.#ready.push(strand);
  }

  /** The first of a strand that was taken is no more; the next has its turn. Answers its number. */
  end(strand: Strand): number {
    const number = strand.numbers.shift() as number;
    this.#known--;
    strand.attempts = 0;
    strand.dueAtMs = 0;
    if (strand.numbers.length > 0) this.#ready.push(strand);
    else if (strand.key !== undefined) this.#byKey.delete(strand.key);
    return number;
  }
}

function isDueBefore(a: Strand, b: Strand): boolean {
  if (a.dueAtMs !== b.dueAtMs) return a.dueAtMs < b.dueAtMs;
  return (a.numbers[0] ?? 0) < (b.numbers[0] ?? 0);
}

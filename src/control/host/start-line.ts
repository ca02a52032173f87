// Starts that wait for their turn at the engines, in order; those of attempts that have begun go
// before the others: what such an attempt holds is held already. It starts nothing itself.

import { splitContainerId, type AttemptId, type ContainerId } from '../../base/ids.ts';
import type { ContainerOnHost } from '../../core/job/attempt.ts';

export class StartLine<Start extends ContainerOnHost> {
  readonly #most: number;
  readonly #begun = new Line<Start>();
  readonly #others = new Line<Start>();
  readonly #waiting = new Set<ContainerId>();
  /** How many starts of each attempt are under way. */
  readonly #underWay = new Map<AttemptId, number>();

  /** `most`: so many attempts may have starts under way at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  has(containerId: ContainerId): boolean {
    return this.#waiting.has(containerId);
  }

  add(start: Start, hasBegun: boolean): void {
    this.#waiting.add(start.containerId);
    (hasBegun ? this.#begun : this.#others).push(start);
  }

  /** Whose turn it is, if anybody's; it is under way until it is {@link done}. */
  take(): Start | undefined {
    const line = this.#begun.first === undefined ? this.#others : this.#begun;
    if (line.first === undefined) return undefined;
    const { attemptId } = splitContainerId(line.first.containerId);
    const own = this.#underWay.get(attemptId) ?? 0;
    if (own === 0 && this.#underWay.size >= this.#most) return undefined;
    const start = line.shift();
    this.#underWay.set(attemptId, own + 1);
    this.#waiting.delete(start.containerId);
    return start;
  }

  done({ containerId }: Start): void {
    const { attemptId } = splitContainerId(containerId);
    const own = this.#underWay.get(attemptId) ?? 0;
    if (own > 1) this.#underWay.set(attemptId, own - 1);
    else this.#underWay.delete(attemptId);
  }
}

/** First in, first out; taking costs the same however long it is. */
class Line<T> {
  #all: T[] = [];
  #at = 0;

  get first(): T | undefined {
    return this.#all[this.#at];
  }

  push(each: T): void {
    this.#all.push(each);
  }

  shift(): T {
    const first = this.#all[this.#at++] as T;
    if (this.#at * 2 > this.#all.length) {
      this.#all = this.#all.slice(this.#at);
      this.#at = 0;
    }
    return first;
  }
}

// Whose output is followed: each container's takes a connection for as long as it is, so only so
// many are at once, and where there are more they take turns. Those that have ended are read
// beside, for others wait for their end. It reads nothing itself.

import type { Clock } from '../../port/clock.ts';

/** The right to read one container's output. */
export interface LogTurn {
  /** Called when others wait, and it has had its time. */
  onAsked: () => void;
  end(): void;
}

/** Somebody who waits for a turn. */
export interface LogWaiter {
  /** Undefined: there are no more turns. */
  readonly turn: Promise<LogTurn | undefined>;
  /** Its container has ended. */
  urge(): void;
}

interface Waiting {
  readonly enter: (turn: LogTurn | undefined) => void;
}

interface Held extends LogTurn {
  readonly sinceMs: number;
  isAsked: boolean;
}

/** How long a container that runs is followed at least. */
const turnMs = 10_000;
const mostFollowed = 256;
/** Of those that have ended, which is soon done. */
const mostDrained = 64;

export class LogTurns {
  readonly #clock: Clock;
  readonly #most: number;
  /** The oldest first. */
  readonly #followed = new Set<Held>();
  readonly #drained = new Set<Held>();
  readonly #waiting = new Set<Waiting>();
  readonly #ended = new Set<Waiting>();
  #cancelLook: (() => void) | undefined;
  #isClosed = false;

  constructor(clock: Clock, most = mostFollowed) {
    this.#clock = clock;
    this.#most = most;
  }

  wait(hasEnded: boolean): LogWaiter {
    let enter: Waiting['enter'] = () => undefined;
    const turn = new Promise<LogTurn | undefined>((resolve) => (enter = resolve));
    const waiting: Waiting = { enter };
    (hasEnded ? this.#ended : this.#waiting).add(waiting);
    this.#admit();
    return {
      turn,
      urge: () => {
        if (!this.#waiting.delete(waiting)) return;
        this.#ended.add(waiting);
        this.#admit();
      },
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook?.();
    this.#admit();
  }

  #admit(): void {
    this.#admitTo(this.#drained, this.#ended, mostDrained);
    this.#admitTo(this.#followed, this.#waiting, this.#most);
    if (this.#waiting.size > 0) this.#ask();
  }

  #admitTo(held: Set<Held>, waiting: Set<Waiting>, most: number): void {
    for (const one of waiting) {
      if (held.size >= most && !this.#isClosed) return;
      waiting.delete(one);
      one.enter(this.#isClosed ? undefined : this.#hold(held));
    }
  }

  #hold(among: Set<Held>): LogTurn {
    const held: Held = {
      sinceMs: this.#clock.now(),
      isAsked: false,
      onAsked: () => undefined,
      end: () => {
        if (among.delete(held)) this.#admit();
      },
    };
    among.add(held);
    return held;
  }

  /** As many as wait make way for them: those that are followed for longest, once it was enough. */
  #ask(): void {
    const nowMs = this.#clock.now();
    let wanted = this.#waiting.size;
    for (const held of this.#followed) {
      if (wanted-- <= 0) return;
      if (held.isAsked) continue;
      const dueAtMs = held.sinceMs + turnMs;
      if (nowMs < dueAtMs) {
        this.#cancelLook ??= this.#clock.at(dueAtMs, () => {
          this.#cancelLook = undefined;
          this.#admit();
        });
        return;
      }
      held.isAsked = true;
      held.onAsked();
    }
  }
}

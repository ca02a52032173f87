// A crash as the server's parts see it: from one moment on nothing of an incarnation reaches the outside. Its timers do not
// fire, its calls are not heard, its commits do not happen. What had been committed stays, and the engine goes on.

import type { Clock } from '../src/port/clock.ts';
import type { Engine } from '../src/port/engine.ts';
import type { LogSink } from '../src/port/log-sink.ts';
import type { Commit, Store } from '../src/port/store.ts';

/** The process is gone; nothing may be concluded from this but that. */
export class Crashed extends Error {
  override name = 'Crashed';
}

/** One life of the server between two crashes. */
export class Incarnation {
  alive = true;
  /** Set to die at the next commit, before or after it took place. */
  dieAtCommit: 'before' | 'after' | undefined;

  clock(real: Clock): Clock {
    const guarded = (task: () => void) => () => {
      if (this.alive) task();
    };
    return { now: () => real.now(), at: (dueAtMs, task) => real.at(dueAtMs, guarded(task)), soon: (task) => real.soon(guarded(task)) };
  }

  /** A call of a dead process is not made, and what was called before its death is not heard any more. */
  #call<T>(call: () => Promise<T>): Promise<T> {
    if (!this.alive) return forever();
    return call().then(
      (value) => (this.alive ? value : forever<T>()),
      (error: unknown) => (this.alive ? Promise.reject(error as Error) : forever<T>()),
    );
  }

  engine(real: Engine): Engine {
    return {
      open: (onReport) => this.#call(() => real.open((report) => this.alive && onReport(report))),
      start: (spec) => this.#call(() => real.start(spec)),
      stop: (attemptId, graceMs) => this.#call(() => real.stop(attemptId, graceMs)),
      remove: (attemptId) => this.#call(() => real.remove(attemptId)),
      inspect: (attemptId) => this.#call(() => real.inspect(attemptId)),
      list: () => this.#call(() => real.list()),
      logs: (attemptId, from) => real.logs(attemptId, from),
      close: () => this.#call(() => real.close()),
    };
  }

  logSink(real: LogSink): LogSink {
    const { read, search, facts, delete: remove, close } = real;
    return { openWriter: (key) => this.#call(() => real.openWriter(key)), read, search, facts, delete: remove, close };
  }

  store(real: Store, onCommit: (commit: Commit) => void): Store {
    return {
      load: () => real.load(),
      reader: real.reader,
      close: () => undefined,
      commit: (commit) => {
        if (!this.alive) throw new Crashed('a dead process commits nothing');
        const die = this.dieAtCommit;
        if (die === 'before') return this.#die();
        const outcomes = real.commit(commit);
        onCommit(commit);
        if (die === 'after') return this.#die();
        return outcomes;
      },
    };
  }

  #die(): never {
    this.alive = false;
    throw new Crashed('the process died at a commit');
  }
}

const forever = <T>(): Promise<T> => new Promise<T>(() => undefined);

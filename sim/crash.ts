// A crash as the server's parts see it: from one moment on nothing of an incarnation reaches the
// outside. Its timers do not fire, its calls are not heard, its commits do not happen. What had
// been committed stays, and the engine goes on.

import type { Clock } from '../src/port/clock.ts';
import type { Engine } from '../src/port/engine.ts';
import type { LogSink } from '../src/port/log-sink.ts';
import type { Commit, Store } from '../src/port/store.ts';
import type { Faults } from './faults.ts';
import type { VirtualClock } from '../test/house/virtual-clock.ts';

/** The process is gone; nothing may be concluded from this but that. */
export class Crashed extends Error {
  override name = 'Crashed';
}

/** The disk has no room: the product stops of its own accord. */
export class StoreFull extends Error {
  override name = 'StoreFull';
}

/** A fault of the run: the product survives it, and says so. */
export class OutputNotStored extends Error {
  override name = 'OutputNotStored';
}

/** One life of the server between two crashes. */
export class Incarnation {
  alive = true;
  readonly #faults: Faults;
  /** To each engine the connection that was opened last. */
  readonly #connected = new Map<Engine, object>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  clock(real: Clock): Clock {
    const guarded = (task: () => void) => () => {
      if (this.alive) task();
    };
    return {
      now: () => real.now(),
      at: (dueAtMs, task) => real.at(dueAtMs, guarded(task)),
      soon: (task) => real.soon(guarded(task)),
    };
  }

  /**
   * A call of a dead process is not made, and what was called before its death is not heard any
   * more.
   */
  #call<T>(call: () => Promise<T>): Promise<T> {
    if (!this.alive) return forever();
    return call().then(
      (value) => (this.alive ? value : forever<T>()),
      (error: unknown) => (this.alive ? Promise.reject(error as Error) : forever<T>()),
    );
  }

  /** A call at which it may die: before the engine hears of it, or after. */
  #riskyCall<T>(call: () => Promise<T>): Promise<T> {
    const blow = this.alive ? this.#faults.engineCall() : 'none';
    if (blow === 'before') this.alive = false;
    const called = this.#call(call);
    if (blow === 'after') this.alive = false;
    return called;
  }

  /**
   * A connection to it. Of two to one host, as where it is registered anew, the end of the one
   * leaves the other open.
   */
  engine(real: Engine): Engine {
    const connection = {};
    return {
      open: (onReport) => {
        this.#connected.set(real, connection);
        return this.#call(() => real.open((report) => this.alive && onReport(report)));
      },
      start: (spec) => this.#riskyCall(() => real.start(spec)),
      stop: (containerId, graceMs) => this.#riskyCall(() => real.stop(containerId, graceMs)),
      remove: (containerId) => this.#riskyCall(() => real.remove(containerId)),
      inspect: (containerId) => this.#call(() => real.inspect(containerId)),
      list: () => this.#call(() => real.list()),
      logs: (containerId, from) => real.logs(containerId, from),
      close: () =>
        this.#connected.get(real) === connection
          ? this.#call(() => real.close())
          : Promise.resolve(),
    };
  }

  logSink(real: LogSink): LogSink {
    const { read, search, facts, delete: remove, close } = real;
    const openWriter: LogSink['openWriter'] = async (key) => {
      const writer = await this.#call(() => real.openWriter(key));
      return {
        get position() {
          return writer.position;
        },
        append: (batch) =>
          this.#call(() =>
            this.#faults.output()
              ? Promise.reject(new OutputNotStored('no room for output'))
              : writer.append(batch),
          ),
        close: () => this.#call(() => writer.close()),
      };
    };
    return { openWriter, read, search, facts, delete: remove, close };
  }

  store(real: Store, clock: VirtualClock, onCommit: (commit: Commit) => void): Store {
    return {
      load: () => real.load(),
      reader: real.reader,
      close: () => undefined,
      commit: (commit) => {
        if (!this.alive) throw new Crashed('a dead process commits nothing');
        const blow = this.#faults.commit();
        if (blow === 'before') return this.#die();
        if (blow === 'full') throw new StoreFull('the disk is full');
        if (blow === 'slow') clock.stall(this.#faults.length('commit'));
        const outcomes = real.commit(commit);
        onCommit(commit);
        if (blow === 'after') return this.#die();
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

// The real clock and the real ids. Nothing but the server may use them: everything else takes the
// ports.

import { randomBytes } from 'node:crypto';
import { attemptId, type AttemptId } from '../base/ids.ts';
import type { Clock } from '../port/clock.ts';
import type { Ids } from '../port/ids.ts';

/** Node's timers hold at most this many milliseconds; later ones are set again. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(dueAtMs, task) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const waitMs = Math.max(0, dueAtMs - Date.now());
      // The listener keeps the process alive; what is due some day must not hold up its end.
      timer = setTimeout(
        () => (waitMs > longestTimerMs ? arm() : task()),
        Math.min(waitMs, longestTimerMs),
      ).unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
  soon: (task) => void setImmediate(task),
};

/** Random bytes are drawn from the kernel by the pool: one call for many ids. */
class RandomPool {
  #bytes = Buffer.alloc(0);
  #at = 0;

  take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) {
      this.#bytes = randomBytes(8192);
      this.#at = 0;
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

const pool = new RandomPool();

export const systemIds: Ids = {
  uuid() {
    const bytes = Buffer.from(pool.take(16));
    bytes.writeUIntBE(Date.now(), 0, 6);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  },
  attempt(): AttemptId {
    const bytes = pool.take(16);
    bytes.writeUIntBE(Date.now(), 0, 6);
    return attemptId(bytes.toString('hex'));
  },
  random: () => pool.take(16).toString('hex'),
};

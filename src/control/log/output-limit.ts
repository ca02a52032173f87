// How much of an attempt's output is stored. What goes beyond is left out, and the last line of the
// stream says so.

import type { LogBatch, LogPosition } from '../../port/engine.ts';
import type { LogStreamWriter } from '../../port/log-sink.ts';

/**
 * Stands where a batch's position would, in a stream in which no more is stored. No engine knows
 * it.
 */
export const limitPosition: LogPosition = 'limit';

/** What CloudWatch counts for an event beside its message. */
const eventOverheadBytes = 26;

/** Nothing of what follows is to be stored. */
export class OutputLimitReached extends Error {
  override name = 'OutputLimitReached';
}

export class OutputLimit {
  readonly #limitBytes: number;
  #storedBytes: number;
  #isReached = false;

  /** Bytes as CloudWatch counts them. */
  constructor(limitBytes: number, storedBytes: number) {
    this.#limitBytes = limitBytes;
    this.#storedBytes = storedBytes;
  }

  /**
   * Rejects with {@link OutputLimitReached} from the batch on that goes beyond, of which what fits
   * is stored.
   */
  async append(writer: LogStreamWriter, batch: LogBatch): Promise<void> {
    if (this.#isReached) throw new OutputLimitReached('the output limit is reached');
    let stored = this.#storedBytes;
    const beyond = batch.lines.findIndex(
      ({ message }) => (stored += message.length + eventOverheadBytes) > this.#limitBytes,
    );
    if (beyond < 0) {
      await writer.append(batch);
      this.#storedBytes = stored;
      return;
    }
    const message = new TextEncoder().encode(
      `longshore: this attempt has printed more than the ${this.#limitBytes} bytes that are stored of its output (--log-limit); the rest is not stored`,
    );
    await writer.append({
      lines: [
        ...batch.lines.slice(0, beyond),
        { timestampMs: batch.lines[beyond]?.timestampMs ?? 0, message },
      ],
      position: limitPosition,
    });
    this.#isReached = true;
    throw new OutputLimitReached('the output limit is reached');
  }
}

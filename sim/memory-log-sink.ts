// A log sink in memory for the simulated world: what was appended and closed survives a crash, as
// it would on disk.

import type { LogBatch, LogPosition } from '../src/port/engine.ts';
import type {
  LogPage,
  LogSearchPage,
  LogSink,
  LogStreamKey,
  LogStreamWriter,
} from '../src/port/log-sink.ts';

export class MemoryLogSink implements LogSink {
  readonly #streams = new Map<string, { lines: string[]; position: LogPosition | undefined }>();

  openWriter(key: LogStreamKey): Promise<LogStreamWriter> {
    const stream = this.#streams.get(nameOf(key)) ?? { lines: [], position: undefined };
    return Promise.resolve({
      get position() {
        return stream.position;
      },
      append: (batch: LogBatch) => {
        this.#streams.set(nameOf(key), stream);
        for (const line of batch.lines) stream.lines.push(new TextDecoder().decode(line.message));
        stream.position = batch.position;
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  }

  /** For checkers. */
  lines(key: LogStreamKey): readonly string[] {
    return this.#streams.get(nameOf(key))?.lines ?? [];
  }

  read = (): Promise<LogPage> =>
    Promise.resolve({ events: [], forwardOffset: 0, backwardOffset: 0 });
  search = (): Promise<LogSearchPage> => Promise.resolve({ events: [] });
  facts = (): Promise<undefined> => Promise.resolve(undefined);
  delete = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

const nameOf = (key: LogStreamKey): string => `${key.scope} ${key.group} ${key.stream}`;

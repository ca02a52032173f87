// For any batches, and a crash that keeps any part of the file: what is read after it is a whole
// number of batches from the beginning, and an engine that goes on from the position gives each
// line exactly once.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogLine } from '../../port/engine.ts';
import {
  filesUnder,
  keyOf,
  pagesOf,
  startMs,
  temporaryRoot,
} from '../../../test/house/log-files.ts';
import { FileLogSink } from './log-file-sink.ts';

const line = fc.record({
  timestampMs: fc.integer({ min: startMs, max: startMs + 1000 }),
  message: fc.uint8Array({ maxLength: 40 }),
});
const batches = fc.array(fc.array(line, { maxLength: 5 }), { minLength: 1, maxLength: 8 });

/** What a crash leaves of the file: a part of it, and perhaps bytes that were never written. */
const crash = fc.record({ keep: fc.nat({ max: 1000 }), garbage: fc.uint8Array({ maxLength: 60 }) });

const texts = (all: readonly (readonly LogLine[])[]): string[] =>
  all
    .flat()
    .filter(({ message }) => message.length > 0)
    .map(({ message }) => Buffer.from(message).toString());

test('whatever a crash leaves of a file, no line is lost that was reported stored, and none comes twice', async (t) => {
  const root = temporaryRoot(t);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(batches, fc.array(crash, { maxLength: 3 }), async (all, crashes) => {
      const stream = `run ${run++}`;
      const path = (): string | undefined =>
        filesUnder(root).find(
          (file) => statSync(file).isFile() && readFileSync(file).includes(JSON.stringify(stream)),
        );
      for (const { keep, garbage } of [...crashes, undefined].map(
        (one) => one ?? { keep: -1, garbage: new Uint8Array() },
      )) {
        const sink = new FileLogSink(root);
        const writer = await sink.openWriter(keyOf(stream));
        // The engine reads again from the position: batch numbers.
        const from = writer.position === undefined ? 0 : Number(writer.position) + 1;
        assert.deepEqual(await read(sink, stream), texts(all.slice(0, from)));
        for (let at = from; at < all.length; at++)
          await writer.append({ lines: all[at] as LogLine[], position: String(at) });
        await writer.close();
        assert.deepEqual(await read(sink, stream), texts(all));
        await sink.close();
        const file = keep < 0 ? undefined : path();
        if (file !== undefined)
          writeFileSync(
            file,
            Buffer.concat([
              readFileSync(file).subarray(0, Math.floor((statSync(file).size * keep) / 1000)),
              garbage,
            ]),
          );
      }
      const sink = new FileLogSink(root);
      await sink.delete(keyOf(stream));
      await sink.close();
    }),
    // A crash before anything was written at all; a failure prints its seed and path, to be given
    // here.
    { numRuns: 60, examples: [[[[]], [{ keep: 0, garbage: new Uint8Array() }]]] },
  );
});

async function read(sink: FileLogSink, stream: string): Promise<string[]> {
  return (
    await pagesOf(sink, { key: keyOf(stream), direction: 'forward', maxEvents: 3, maxBytes: 1e6 })
  )
    .flat()
    .map((event) => event.message);
}

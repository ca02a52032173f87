// For any batches and any damage to a stream's file: every batch that was not touched is read, in
// its order, appends go on and are read, and what was found is told. Damage to the last batches
// alone is a torn tail, which a crash leaves too.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { filesUnder, keyOf, lines, pagesOf, temporaryRoot } from '../../../test/house/log-files.ts';
import { FileLogSink } from './log-file-sink.ts';
import { EventCursor } from './record.ts';

const batches = fc.array(
  fc.array(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
  { minLength: 2, maxLength: 8 },
);
const harm = fc.record({
  kind: fc.constantFrom('flip', 'zero', 'insert', 'remove'),
  /** Where in the file, in thousandths. */
  at: fc.integer({ min: 0, max: 999 }),
  bytes: fc.integer({ min: 1, max: 60 }),
  value: fc.uint8Array({ minLength: 60, maxLength: 60 }),
});

type Harm = typeof harm extends fc.Arbitrary<infer T> ? T : never;

/** The file after it, and the range of the former one that was touched. */
function harmed(
  file: Buffer,
  { kind, at, bytes, value }: Harm,
): { file: Buffer; from: number; to: number } {
  const from = Math.floor((file.length * at) / 1000);
  const to = Math.min(file.length, from + bytes);
  const put = (middle: Buffer, end: number): Buffer =>
    Buffer.concat([file.subarray(0, from), middle, file.subarray(end)]);
  switch (kind) {
    case 'flip':
      return {
        file: put(
          Buffer.from(
            file.subarray(from, to).map((byte, index) => byte ^ ((value[index] as number) | 1)),
          ),
          to,
        ),
        from,
        to,
      };
    case 'zero':
      return { file: put(Buffer.alloc(to - from), to), from, to };
    case 'insert':
      return { file: put(Buffer.from(value.subarray(0, bytes)), from), from, to: from };
    default:
      return { file: put(Buffer.alloc(0), to), from, to };
  }
}

test('whatever is damaged in a file, what was not touched is read, and it goes on', async (t) => {
  const root = temporaryRoot(t);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(batches, harm, async (all, how) => {
      const stream = `run ${run++}`;
      const sink = new FileLogSink(root);
      const writer = await sink.openWriter(keyOf(stream));
      const ends: number[] = [];
      const path = (): string =>
        filesUnder(root).find(
          (file) => file.endsWith('.log') && readFileSync(file).includes(JSON.stringify(stream)),
        ) as string;
      const begins: number[] = [];
      for (const [at, batch] of all.entries()) {
        await writer.append({
          lines: lines(batch.map((text) => `${at}:${text}`)),
          position: String(at),
        });
        const { size } = statSync(path());
        begins.push(ends.at(-1) ?? -1);
        ends.push(size);
      }
      await writer.close();
      const file = path();
      await sink.close();
      const { file: after, from, to } = harmed(readFileSync(file), how);
      writeFileSync(file, after);

      // A batch that was touched may be lost; an insertion between two touches neither. The first
      // one begins behind the header.
      const header = headerBytes(file, all[0] as string[]);
      const kept = all.flatMap((batch, at) => {
        const begin = at === 0 ? header(ends[0] as number) : (begins[at] as number);
        const isTouched =
          from < (ends[at] as number) && (to > begin || (from === to && from > begin));
        return isTouched ? [] : batch.map((text) => `${at}:${text}`);
      });
      const told: string[] = [];
      const again = new FileLogSink(root, { onDamage: (what) => told.push(what) });
      const seen = await read(again, stream);
      assert.deepEqual(
        seen.filter((text) => kept.includes(text)),
        kept,
        `${how.kind} from ${from} to ${to}, batches end at ${ends.join()}`,
      );
      assert(
        seen.every((text) => all.some((batch, at) => batch.some((one) => `${at}:${one}` === text))),
        'nothing comes that was never written',
      );
      const more = await again.openWriter(keyOf(stream));
      await more.append({ lines: lines(['more']), position: 'more' });
      await more.close();
      assert.deepEqual(
        (await read(again, stream)).filter((text) => kept.includes(text) || text === 'more'),
        [...kept, 'more'],
      );
      await again.close();
      const last = new FileLogSink(root);
      assert.deepEqual(
        (await read(last, stream)).filter((text) => kept.includes(text) || text === 'more'),
        [...kept, 'more'],
      );
      assert.equal((await last.openWriter(keyOf(stream))).position, 'more');
      await last.delete(keyOf(stream));
      await last.close();
    }),
    { numRuns: 150 },
  );
});

/**
 * Where the header ends: a frame's fixed part, its position and its events lie between it and the
 * end of the first batch.
 */
function headerBytes(_file: string, first: readonly string[]): (firstEnd: number) => number {
  const events = first.reduce((bytes, text) => bytes + 12 + Buffer.byteLength(`0:${text}`), 0);
  return (firstEnd) => firstEnd - 44 - 1 - events;
}

async function read(sink: FileLogSink, stream: string): Promise<string[]> {
  return (
    await pagesOf(sink, { key: keyOf(stream), direction: 'forward', maxEvents: 3, maxBytes: 1e6 })
  )
    .flat()
    .map((event) => event.message);
}

test('garbage in a block whose frames were never looked at ends nothing and lasts no longer than the block', () => {
  const cursor = new EventCursor(
    Buffer.from('FBSL\0\0\0\0\0\0\0\0'.repeat(100), 'latin1'),
    0,
    Buffer.alloc(12),
  );
  assert.equal(cursor.next(), false);
});

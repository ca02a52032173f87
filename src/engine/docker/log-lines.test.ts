// Log lines and positions against a model of Docker's log: whatever was printed is read once,
// wherever reading stopped.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogBatch } from '../../port/engine.ts';
import { LogLines } from './log-lines.ts';
import { LogPositions, type StreamNumber } from './log-position.ts';

interface Entry {
  readonly stream: StreamNumber;
  readonly stampNanos: bigint;
  /** With its line end, where the log's driver gives one. */
  readonly text: string;
}

const epochNanos = 1_790_000_000_000_000_000n;

function stampText(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}

function frame(stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

const entryFrame = (entry: Entry): Buffer =>
  frame(entry.stream, Buffer.from(`${stampText(entry.stampNanos)} ${entry.text}`));

/** What Docker would send: everything stamped at or after `since`, in the log's order. */
function answer(log: readonly Entry[], since: string | undefined): Buffer {
  const [seconds = '0', nanos = '0'] = (since ?? '0.0').split('.');
  const from = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  return Buffer.concat(log.filter((entry) => entry.stampNanos >= from).map(entryFrame));
}

/** Reads in chunks, as sockets cut them; `ended`: the container has. */
function read(
  log: readonly Entry[],
  positions: LogPositions,
  pieceBytes: number,
  chunkBytes: number,
  ended: boolean,
): LogBatch[] {
  const { since, drop } = positions.resume();
  const lines = new LogLines(positions, drop, pieceBytes);
  const data = answer(log, since);
  const batches: LogBatch[] = [];
  const takeAll = (): void => {
    for (let batch = lines.take(); batch !== undefined; batch = lines.take()) batches.push(batch);
  };
  for (let at = 0; at < data.length; at += chunkBytes) {
    lines.feed(data.subarray(at, at + chunkBytes));
    takeAll();
  }
  if (ended) lines.finish();
  takeAll();
  return batches;
}

const textsOf = (batches: readonly LogBatch[]): string[] =>
  batches.flatMap((batch) => batch.lines.map((line) => Buffer.from(line.message).toString()));

const pieceBytes = 8;

/**
 * One line in Docker's pieces: full ones, then the rest. The `local` driver leaves the line end off
 * the last of several.
 */
function pieces(text: string, driver: 'local' | 'json-file'): string[] {
  const result: string[] = [];
  let rest = text;
  for (; rest.length >= pieceBytes; rest = rest.slice(pieceBytes))
    result.push(rest.slice(0, pieceBytes));
  result.push(result.length > 0 && driver === 'local' ? rest : `${rest}\n`);
  return result;
}

/**
 * Both streams write lines; pieces of either come between those of the other, minutes apart,
 * stamped as their line's first.
 */
const printed = fc.record({
  driver: fc.constantFrom('local' as const, 'json-file' as const),
  lines: fc.array(
    fc.record({
      stream: fc.constantFrom(1 as const, 2 as const),
      length: fc.constantFrom(0, 3, 7, 8, 9, 16, 21),
    }),
    { maxLength: 60 },
  ),
  /**
   * For each entry: which stream goes first if it can, how much time goes by, how late it is
   * written.
   */
  steps: fc.array(
    fc.record({
      stream: fc.constantFrom(1 as const, 2 as const),
      millis: fc.constantFrom(0, 0, 1, 700, 1900, 60_000),
      slipMillis: fc.constantFrom(0, 0, 3, 600),
    }),
    { minLength: 250, maxLength: 250 },
  ),
});

function logOf({
  driver,
  lines,
  steps,
}: typeof printed extends fc.Arbitrary<infer T> ? T : never): {
  log: Entry[];
  texts: Record<StreamNumber, string[]>;
} {
  const texts: Record<StreamNumber, string[]> = { 1: [], 2: [] };
  const queues: Record<StreamNumber, { text: string; first: boolean }[]> = { 1: [], 2: [] };
  for (const [index, { stream, length }] of lines.entries()) {
    const text = String.fromCharCode(97 + (index % 26)).repeat(length);
    texts[stream].push(text);
    queues[stream].push(
      ...pieces(text, driver).map((piece, at) => ({ text: piece, first: at === 0 })),
    );
  }
  const log: Entry[] = [];
  const lineStamp = { 1: epochNanos, 2: epochNanos };
  let now = epochNanos;
  for (const step of steps) {
    const stream = queues[step.stream].length > 0 ? step.stream : step.stream === 1 ? 2 : 1;
    const next = queues[stream].shift();
    if (next === undefined) break;
    now += BigInt(step.millis) * 1_000_000n;
    // Stamped, then held up on the way to the log, but not past the line before it of its own
    // stream.
    if (next.first)
      lineStamp[stream] = [now - BigInt(step.slipMillis) * 1_000_000n, lineStamp[stream]].reduce(
        (a, b) => (a > b ? a : b),
      );
    log.push({ stream, stampNanos: lineStamp[stream], text: next.text });
  }
  return { log, texts };
}

/**
 * The model's letters tell streams apart only by their order, so each stream is compared for
 * itself.
 */
function assertWhole(got: readonly string[], texts: Record<StreamNumber, string[]>): void {
  assert.deepEqual([...got].sort(), [...texts[1], ...texts[2]].sort());
}

test('everything is read once, in whatever chunks it comes', () => {
  fc.assert(
    fc.property(printed, fc.integer({ min: 1, max: 200 }), (spoken, chunkBytes) => {
      const { log, texts } = logOf(spoken);
      assertWhole(
        textsOf(read(log, new LogPositions(undefined), pieceBytes, chunkBytes, true)),
        texts,
      );
    }),
    { numRuns: 150 },
  );
});

test('reading can stop after any batch and go on from its position as text, losing nothing and repeating nothing', () => {
  fc.assert(
    fc.property(printed, fc.array(fc.nat({ max: 120 }), { maxLength: 8 }), (spoken, stops) => {
      const { log, texts } = logOf(spoken);
      const got: string[] = [];
      let position: string | undefined;
      // The log grows; each time a new reader takes up what the last one left.
      for (const length of stops.sort((a, b) => a - b)) {
        const batches = read(
          log.slice(0, length),
          new LogPositions(position),
          pieceBytes,
          64,
          false,
        );
        const kept = batches.slice(0, Math.ceil(batches.length / 2));
        got.push(...textsOf(kept));
        position = kept.at(-1)?.position ?? position;
      }
      got.push(...textsOf(read(log, new LogPositions(position), pieceBytes, 64, true)));
      assertWhole(got, texts);
    }),
    { numRuns: 300 },
  );
});

test('one reader that connects again and again reads everything once', () => {
  fc.assert(
    fc.property(printed, fc.array(fc.nat({ max: 120 }), { maxLength: 8 }), (spoken, stops) => {
      const { log, texts } = logOf(spoken);
      const positions = new LogPositions(undefined);
      const got = stops
        .sort((a, b) => a - b)
        .flatMap((length) => textsOf(read(log.slice(0, length), positions, pieceBytes, 50, false)));
      got.push(...textsOf(read(log, positions, pieceBytes, 50, true)));
      assertWhole(got, texts);
    }),
    { numRuns: 300 },
  );
});

test('a position lags behind by seconds, not by the whole output', () => {
  const log: Entry[] = Array.from({ length: 600 }, (_, index) => ({
    stream: 1,
    stampNanos: epochNanos + BigInt(index) * 100_000_000n,
    text: `${index}\n`,
  }));
  const positions = new LogPositions(undefined);
  read(log, positions, pieceBytes, 64, false);
  const since = Number(positions.resume().since) - 1_790_000_000;
  assert.ok(since > 55 && since < 60, `asked again from second ${since} of 60`);
});

test('a clock that is seen to be set back loses nothing', () => {
  const log: Entry[] = Array.from({ length: 100 }, (_, index) => ({
    stream: 1,
    stampNanos: epochNanos + BigInt(index < 50 ? index : index - 40) * 1_000_000_000n,
    text: `${index}\n`,
  }));
  for (const stop of [10, 51, 60, 99]) {
    const positions = new LogPositions(undefined);
    const first = textsOf(read(log.slice(0, stop), positions, pieceBytes, 64, false));
    const second = textsOf(read(log, new LogPositions(positions.text()), pieceBytes, 64, true));
    assert.deepEqual(
      [...first, ...second],
      log.map((_, index) => String(index)),
      `stopped at ${stop}`,
    );
  }
});

test('a line without end is handed on in bounded parts', () => {
  const piece = 'x'.repeat(16_384);
  const log: Entry[] = Array.from({ length: 200 }, () => ({
    stream: 1,
    stampNanos: epochNanos,
    text: piece,
  }));
  const batches = read(log, new LogPositions(undefined), 16_384, 65_536, true);
  const lengths = batches.flatMap((batch) => batch.lines.map((line) => line.message.length));
  assert.deepEqual(lengths, [1_048_576, 1_048_576, 1_048_576, 131_072]);
});

test('batches are bounded', () => {
  const log: Entry[] = Array.from({ length: 5000 }, (_, index) => ({
    stream: 1,
    stampNanos: epochNanos,
    text: `${index}\n`,
  }));
  const batches = read(log, new LogPositions(undefined), pieceBytes, 1 << 20, true);
  assert.deepEqual(
    batches.map((batch) => batch.lines.length),
    [1000, 1000, 1000, 1000, 1000],
  );
});

test('stamps of any form are read, and what has none is text', () => {
  const cases: [string, number, string][] = [
    ['2026-11-21T02:41:29.486127730Z hello\n', 1795228889486, 'hello'],
    ['2026-11-21T02:41:29.486Z hello\n', 1795228889486, 'hello'],
    ['2026-11-21T02:41:29Z hello\n', 1795228889000, 'hello'],
    ['2026-11-21T03:41:29.486127730+01:00 hello\n', 1795228889486, 'hello'],
    ['2026-11-21T02:41:30.000000001Z \n', 1795228890000, ''],
    ['no stamp\n', 1795228890000, 'no stamp'],
  ];
  const lines = new LogLines(new LogPositions(undefined), { 1: 0, 2: 0 }, 16_384);
  for (const [payload] of cases) lines.feed(frame(1, Buffer.from(payload)));
  const got = lines
    .take()
    ?.lines.map((line) => [line.timestampMs, Buffer.from(line.message).toString()]);
  assert.deepEqual(
    got,
    cases.map(([, timestampMs, text]) => [timestampMs, text]),
  );
});

test('what the daemon says of its own trouble is no line', () => {
  const lines = new LogLines(new LogPositions(undefined), { 1: 0, 2: 0 }, 16_384);
  lines.feed(frame(3, Buffer.from('Error grabbing logs: unexpected EOF\n')));
  assert.equal(lines.take(), undefined);
  assert.equal(lines.failure, 'Error grabbing logs: unexpected EOF');
});

test('bytes that are no text stay as they are', () => {
  const bytes = Buffer.from([0xff, 0xfe, 0, 0x80, 13]);
  const lines = new LogLines(new LogPositions(undefined), { 1: 0, 2: 0 }, 16_384);
  lines.feed(
    frame(2, Buffer.concat([Buffer.from(`${stampText(epochNanos)} `), bytes, Buffer.from('\n')])),
  );
  assert.deepEqual(
    lines.take()?.lines.map((line) => Buffer.from(line.message)),
    [bytes],
  );
});

// Lines out of what a kubelet sends, and going on from any place, held against a log whose stamps
// slip past each other and repeat, cut anywhere and read by a kubelet that begins at whole seconds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PodLogLines } from './pod-log-lines.ts';

const stamp = (ns: number, zone = 'Z'): string =>
  `2026-01-01T00:00:${String(Math.floor(ns / 1e9)).padStart(2, '0')}.${String(ns % 1e9).padStart(9, '0')}${zone}`;

interface Written {
  readonly ns: number;
  readonly text: string;
}

/** What a kubelet sends of its file from a second on. */
const sent = (file: readonly Written[], since: string | undefined): Buffer =>
  Buffer.concat(
    file
      .filter(({ ns }) => since === undefined || stamp(ns) >= since.replace('Z', '.'))
      .map(({ ns, text }) => Buffer.from(`${stamp(ns)} ${text}\n`, 'latin1')),
  );

const taken = (lines: PodLogLines): string[] => {
  const texts: string[] = [];
  for (let batch = lines.take(); batch !== undefined; batch = lines.take())
    texts.push(...batch.lines.map(({ message }) => Buffer.from(message).toString('latin1')));
  return texts;
};

test('lines lose their stamp and nothing else, whatever bytes they hold', () => {
  const lines = new PodLogLines(undefined);
  assert.equal(lines.resume(), undefined);
  const body = Buffer.from([0, 255, 0x0d, 0xc3, 0x28, 0x20, 0x20]);
  const chunk = Buffer.concat([
    Buffer.from(`${stamp(1_500_000_001)} `),
    body,
    Buffer.from(`\n${stamp(2_000_000_000, '+01:00')} two\n${stamp(2_000_000_000)} \nhalf`),
  ]);
  for (const byte of chunk) lines.feed(Buffer.from([byte]), 0);
  const batch = lines.take();
  assert.deepEqual(
    batch?.lines.map(({ timestampMs, message }) => [timestampMs, Buffer.from(message)]),
    [
      [Date.parse('2026-01-01T00:00:01.500Z'), body],
      [Date.parse('2025-12-31T23:00:02Z'), Buffer.from('two')],
      [Date.parse('2026-01-01T00:00:02Z'), Buffer.alloc(0)],
    ],
  );
});

test('any log, cut anywhere and read on from any place, is had once and whole', () => {
  const line = fc.record({
    stepNs: fc.integer({ min: -400, max: 700 }),
    text: fc.string({ maxLength: 6 }),
  });
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 60 }),
      fc.array(fc.nat({ max: 600 }), { maxLength: 8 }),
      fc.constantFrom(1, 400_000_000),
      (steps, cuts, scale) => {
        // Stamps of two streams: they slip past each other and repeat, within a second.
        let ns = 5e9;
        const file = steps.map(({ stepNs, text }) => {
          ns = Math.max(5e9, ns + (stepNs < 0 ? Math.max(stepNs, -400) : stepNs * (scale / 400)));
          return { ns: Math.round(ns), text: text.replaceAll(/[\n\u0100-\uffff]/g, '.') };
        });
        const had: string[] = [];
        let position: string | undefined;
        for (const cut of cuts) {
          const lines = new PodLogLines(position);
          const bytes = sent(file, lines.resume());
          lines.feed(bytes.subarray(0, cut), 0);
          lines.finish(false);
          had.push(...taken(lines));
          ({ position } = lines);
        }
        const lines = new PodLogLines(position);
        lines.feed(sent(file, lines.resume()), 0);
        lines.finish(true);
        had.push(...taken(lines));
        assert.deepEqual(
          had,
          file.map(({ text }) => text),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('a line longer than is kept goes out in parts, and is gone on with within', () => {
  const text = 'x'.repeat(2_500_000);
  const file = [
    { ns: 6e9, text: 'a' },
    { ns: 7e9, text },
    { ns: 8e9, text: 'b' },
  ];
  const first = new PodLogLines(undefined);
  first.feed(sent(file, first.resume()).subarray(0, 1_500_000), 0);
  first.finish(false);
  const had = taken(first);
  const second = new PodLogLines(first.position);
  second.feed(sent(file, second.resume()), 0);
  had.push(...taken(second));
  assert.deepEqual([had[0], had.at(-1)], ['a', 'b']);
  assert.equal(had.slice(1, -1).join(''), text);
  assert.ok(had.every((part) => part.length <= 2_500_000));
});

test('where the kubelet has begun another file, what is there follows, and a line says so', () => {
  const lines = new PodLogLines(undefined);
  lines.feed(sent([{ ns: 6e9, text: 'a' }], lines.resume()), 0);
  const next = new PodLogLines(lines.position);
  const newer = [7e9, 8e9].map((ns) => ({ ns, text: String(ns) }));
  next.feed(sent(newer, next.resume()), 0);
  const [notice, ...rest] = taken(next);
  assert.match(notice ?? '', /lines may be missing/);
  assert.deepEqual(rest, ['7000000000', '8000000000']);
});

test('a file that a kubelet left out while it was followed is known by the time that is missing', () => {
  const burst = (from: number, count: number) =>
    Array.from({ length: count }, () => ({ ns: from * 1e9, text: 'x'.repeat(1_000) }));
  const rows = [
    // What came, whether its second half came as late as it was written, and whether it is told.
    [9_000, 20, 0, true],
    [9_000, 20, 20_000, false],
    [9_000, 6, 0, false],
    [5_000, 20, 0, false],
  ] as const;
  for (const [count, seconds, passedMs, isTold] of rows) {
    const lines = new PodLogLines(undefined);
    lines.resume();
    lines.feed(sent(burst(0, count), undefined), 0);
    lines.feed(sent(burst(seconds, 2), undefined), passedMs);
    const told = taken(lines).filter((text) => text.includes('lines may be missing'));
    assert.equal(told.length, isTold ? 1 : 0, JSON.stringify([count, seconds, passedMs]));
  }
});

test('a clock that was set back costs no line', () => {
  const file = [9e9, 9.5e9, 3e9, 3.1e9, 9.2e9].map((ns, index) => ({ ns, text: String(index) }));
  for (let count = 1; count <= file.length; count++) {
    const first = new PodLogLines(undefined);
    first.feed(sent(file.slice(0, count), first.resume()), 0);
    const had = taken(first);
    const second = new PodLogLines(first.position);
    second.feed(sent(file, second.resume()), 0);
    // A kubelet passes over what is older than what is asked for.
    const expected = file.slice(count).filter(({ ns }) => count > 2 || ns >= 8e9);
    assert.deepEqual(
      [...had, ...taken(second)],
      [...file.slice(0, count), ...expected].map(({ text }) => text),
    );
  }
});

test('what has no stamp is no output: the rest of an old line, or what the kubelet says', () => {
  const rows = [
    [
      'unable to retrieve container logs for containerd://x',
      [],
      'unable to retrieve container logs for containerd://x',
    ],
    [
      `${stamp(6e9)} a\nfailed to watch file: too many open files`,
      ['a'],
      'failed to watch file: too many open files',
    ],
    [`rest of a line\n${stamp(6e9)} a\n`, ['a'], undefined],
    [`${stamp(6e9)} a\n${stamp(6e9)} ha`, ['a'], undefined],
    ['', [], undefined],
  ] as const;
  for (const [text, output, words] of rows) {
    const lines = new PodLogLines(undefined);
    lines.resume();
    lines.feed(Buffer.from(text), 0);
    lines.finish(false);
    assert.deepEqual(taken(lines), output, text);
    assert.equal(lines.words, words, text);
  }
});

test('a position that is none of ours reads as the beginning', () => {
  for (const text of ['', 'x', '1:-1.0:0:0.0:', '1:999999999999999.0:0:0.0:', '2:1.0:0:1.0:'])
    assert.equal(new PodLogLines(text).resume(), undefined, text);
});

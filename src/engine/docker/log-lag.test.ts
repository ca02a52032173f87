// When a reader is too far behind its writer to follow him.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogBatch } from '../../port/engine.ts';
import { LogLag } from './log-lag.ts';

const mib = 1024 * 1024;
/** A batch of one MiB that was written in so much time. */
const batch = (atMs: number, tookMs: number): LogBatch => ({
  position: '',
  lines: [
    { timestampMs: atMs, message: new Uint8Array(mib / 2) },
    { timestampMs: atMs + tookMs, message: new Uint8Array(mib / 2) },
  ],
});

function lagAfter(megabytes: number, megabytesPerSecond: number, fromBeginning: boolean): LogLag {
  const lag = new LogLag(256 * mib, fromBeginning);
  const tookMs = 1000 / megabytesPerSecond;
  for (let index = 0; index < megabytes; index++) lag.read(batch(index * tookMs, tookMs));
  return lag;
}

test('what could soon be a file’s length behind does not follow', () => {
  const cases: [number, number, boolean, number, boolean][] = [
    // read MiB, written MiB/s, from the beginning, behind ms, too far
    [300, 20, true, 100, false],
    [300, 20, true, 5000, true],
    [300, 1, true, 5000, false],
    [50, 20, true, 5000, false],
    [50, 20, false, 5000, true],
    [50, 20, true, 8000, true],
    [300, 20, true, -5000, false],
  ];
  for (const [megabytes, speed, fromBeginning, behindMs, expected] of cases) {
    assert.equal(
      lagAfter(megabytes, speed, fromBeginning).isTooFar(behindMs),
      expected,
      `${megabytes} MiB at ${speed} MiB/s, ${behindMs} ms behind`,
    );
  }
});

test('a job that prints little is never too far behind, however long it was silent', () => {
  const lag = new LogLag(256 * mib, false);
  lag.read({ position: '', lines: [{ timestampMs: 1000, message: new Uint8Array(100) }] });
  assert.equal(lag.isTooFar(3_600_000), false);
});

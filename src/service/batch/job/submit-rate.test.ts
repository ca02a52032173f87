// How many submissions pass, at one moment and over time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scopeOf } from '../../../base/ids.ts';
import { SubmitRate } from './submit-rate.ts';

const scope = scopeOf('000000000000', 'us-east-1');

/** Whether each of so many submissions passes, all at one moment. */
function take(rate: SubmitRate, count: number, of = scope): number {
  let passed = 0;
  for (let at = 0; at < count; at++) {
    try {
      rate.take(of);
      passed++;
    } catch (error) {
      assert.equal((error as Error).name, 'TooManyRequestsException');
      assert.equal((error as { status?: number }).status, 429);
    }
  }
  return passed;
}

test('one second’s submissions pass at once, then as many a second as there may be', () => {
  let nowMs = 1_000_000;
  const rate = new SubmitRate(50, { now: () => nowMs });
  assert.equal(take(rate, 80), 50);
  nowMs += 100;
  assert.equal(take(rate, 80), 5);
  nowMs += 60_000;
  assert.equal(take(rate, 80), 50);
});

test('accounts and regions are counted apart', () => {
  const rate = new SubmitRate(2, { now: () => 0 });
  assert.equal(take(rate, 3), 2);
  assert.equal(take(rate, 3, scopeOf('000000000000', 'eu-west-1')), 2);
});

test('a clock that is set back neither gives nor locks out', () => {
  let nowMs = 10_000_000;
  const rate = new SubmitRate(10, { now: () => nowMs });
  assert.equal(take(rate, 10), 10);
  nowMs -= 3_600_000;
  assert.equal(take(rate, 1), 0);
  nowMs += 500;
  assert.equal(take(rate, 10), 5);
});

test('over any time no more pass than the rate and one burst', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.array(fc.record({ afterMs: fc.nat(500), calls: fc.nat(100) })),
      (perSecond, steps) => {
        let nowMs = 0;
        let passed = 0;
        const rate = new SubmitRate(perSecond, { now: () => nowMs });
        for (const { afterMs, calls } of steps) {
          nowMs += afterMs;
          passed += take(rate, calls);
        }
        assert.ok(passed <= perSecond + (nowMs * perSecond) / 1000 + 1e-6);
      },
    ),
  );
});

// Which stop decides an end, by table: the order in which they were asked for, and when the attempt
// ended.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decidingStop, stopBy, stopShown, takesStop, withStop, type Stop } from './stop.ts';

const stop = (by: Stop['by'], atMs: number): Stop => ({ by, reason: `${by} at ${atMs}`, atMs });

/** Attempts end at 100 here; when that is heard, the clock on the wall shows as much as given. */
const cases: {
  readonly what: string;
  readonly stops: readonly Stop[];
  readonly heardAtMs?: number;
  readonly decides: string | undefined;
}[] = [
  { what: 'no stop', stops: [], decides: undefined },
  { what: 'a cancel', stops: [stop('cancel', 90)], decides: 'cancel at 90' },
  { what: 'a terminate', stops: [stop('terminate', 90)], decides: 'terminate at 90' },
  {
    what: 'a terminate of what had ended, unheard',
    stops: [stop('terminate', 105)],
    decides: 'terminate at 105',
  },
  { what: 'a main node', stops: [stop('main-node', 90)], decides: 'main-node at 90' },
  {
    what: 'a main node of what had ended, unheard',
    stops: [stop('main-node', 105)],
    decides: 'main-node at 105',
  },
  { what: 'a timeout', stops: [stop('timeout', 90)], decides: 'timeout at 90' },
  { what: 'a timeout at the very end', stops: [stop('timeout', 100)], decides: 'timeout at 100' },
  { what: 'a timeout after the end', stops: [stop('timeout', 101)], decides: undefined },
  {
    what: 'a timeout to come, by a clock that was set back before the end',
    stops: [stop('timeout', 500)],
    decides: 'timeout at 500',
  },
  {
    what: 'a timeout to come, and an end that is to come too',
    stops: [stop('timeout', 500)],
    heardAtMs: 99,
    decides: undefined,
  },
  { what: 'the end of a host', stops: [stop('host', 90)], decides: 'host at 90' },
  { what: 'the end of a host after the end', stops: [stop('host', 101)], decides: undefined },
  {
    what: 'the end of a host to come, by a clock that was set back before the end',
    stops: [stop('host', 500)],
    decides: 'host at 500',
  },
  { what: 'a preemption', stops: [stop('preempt', 90)], decides: 'preempt at 90' },
  { what: 'a preemption of what had ended', stops: [stop('preempt', 101)], decides: undefined },
  {
    what: 'a preemption, then a terminate',
    stops: [stop('preempt', 80), stop('terminate', 90)],
    decides: 'terminate at 90',
  },
  {
    what: 'a cancel, then a terminate',
    stops: [stop('cancel', 80), stop('terminate', 90)],
    decides: 'cancel at 80',
  },
  {
    what: 'a timeout, then a terminate',
    stops: [stop('timeout', 80), stop('terminate', 90)],
    decides: 'timeout at 80',
  },
  {
    what: 'a timeout after the end, then a terminate',
    stops: [stop('timeout', 101), stop('terminate', 102)],
    decides: 'terminate at 102',
  },
  {
    what: 'the end of a host, then a terminate',
    stops: [stop('host', 80), stop('terminate', 90)],
    decides: 'terminate at 90',
  },
  {
    what: 'the end of a host after the end, then a terminate',
    stops: [stop('host', 101), stop('terminate', 102)],
    decides: 'terminate at 102',
  },
];

for (const { what, stops, heardAtMs = 110, decides } of cases)
  test(`${decides === undefined ? 'no stop' : decides} decides: ${what}`, () => {
    assert.equal(decidingStop(stops, { atMs: 100, heardAtMs })?.reason, decides);
  });

test('a job without stops has no deciding one', () => {
  assert.equal(decidingStop(undefined, { atMs: 100, heardAtMs: 110 }), undefined);
});

test('the first stop is taken, and a terminate after another; nothing else is', () => {
  const kinds = ['cancel', 'terminate', 'timeout', 'host', 'main-node'] as const;
  for (const first of kinds) {
    assert.equal(takesStop(undefined, stop(first, 1)), true, first);
    for (const next of kinds)
      assert.equal(
        takesStop([stop(first, 1)], stop(next, 2)),
        next === 'terminate' && first !== 'terminate',
        `${next} after ${first}`,
      );
    assert.equal(takesStop([stop('host', 1), stop('terminate', 2)], stop(first, 3)), false);
  }
});

test('stops are found by who asked, and by what an end shows of them', () => {
  const [first, second] = [stop('timeout', 1), stop('terminate', 2)];
  const stops = withStop(withStop(undefined, first), second);
  assert.deepEqual(stops, [first, second]);
  assert.equal(stopBy(stops, 'terminate'), second);
  assert.equal(stopBy(stops, 'cancel'), undefined);
  assert.equal(stopShown(stops, 'terminate at 2'), second);
  assert.equal(stopShown(stops, 'Essential container in task exited'), undefined);
  assert.equal(stopShown(undefined, undefined), undefined);
});

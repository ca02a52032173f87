// What was used of late is there; there are never more than twice as many as were asked for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentMap } from './recent-map.ts';

test('it keeps what was used last, and not all there ever was', () => {
  const map = new RecentMap<number, string>(10);
  map.set(-1, 'used');
  for (let key = 0; key < 1_000; key++) {
    map.set(key, `value ${key}`);
    assert.equal(map.get(-1), 'used');
  }
  const kept = Array.from({ length: 1_000 }, (_, key) => key).filter(
    (key) => map.get(key) !== undefined,
  );
  for (const recent of [999, 998, 997, 996, 995]) assert.ok(kept.includes(recent));
  assert.ok(kept.length <= 20, String(kept.length));
});

test('a value is replaced', () => {
  const map = new RecentMap<string, number>(1);
  map.set('a', 1);
  map.set('a', 2);
  map.set('b', 3);
  map.set('a', 4);
  assert.equal(map.get('a'), 4);
});

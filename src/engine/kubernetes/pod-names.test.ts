// What people are told of a pod, by which they can choose it where a label can say it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellingOf } from './pod-names.ts';

test('what a label can say is one, and what it cannot an annotation', () => {
  const long = 'q'.repeat(64);
  assert.deepEqual(tellingOf({ name: 'a-b_c.d', odd: 'job:3', queue: long, empty: '' }), {
    labels: { name: 'a-b_c.d' },
    annotations: { odd: 'job:3', queue: long, empty: '' },
  });
});

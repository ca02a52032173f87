// What requests say of condition keys, by names in any case.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { contextOf } from './context.ts';

it('takes names that differ in case alone for one key, which has the values of all', () => {
  const context = contextOf([
    ['aws:RequestTag/Team', 'a'],
    ['aws:requesttag/team', ['b', 'c']],
    ['AWS:RequestTag/TEAM', 'd'],
    ['aws:RequestTag/Other', undefined],
  ]);
  assert.deepEqual(context('aws:requesttag/team'), ['a', 'b', 'c', 'd']);
  assert.equal(context('aws:requesttag/other'), undefined);
});

it('takes time linear in how many there are', () => {
  const many = Array.from({ length: 60_000 }, (_none, at) => ['k', String(at)] as const);
  const from = performance.now();
  assert.equal((contextOf(many)('k') as readonly string[]).length, 60_000);
  assert.ok(performance.now() - from < 1_000);
});

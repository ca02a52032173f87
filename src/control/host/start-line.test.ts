// Whose start is next, and how many are under way.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attemptId, containerIdOf, hostId } from '../../base/ids.ts';
import { StartLine } from './start-line.ts';

const start = (attempt: string, index = 0) => ({
  containerId: containerIdOf(attemptId(attempt), index),
  hostId: hostId('h'),
});
const idOf = (given: { readonly containerId: string } | undefined) => given?.containerId;

describe('the line of starts', () => {
  it('gives them in order, those of attempts that have begun first', () => {
    const line = new StartLine(10);
    line.add(start('a'), false);
    line.add(start('b'), false);
    line.add(start('c', 1), true);
    line.add(start('d', 1), true);
    const given = Array.from({ length: 5 }, () => idOf(line.take()));
    assert.deepEqual(given, ['c-1', 'd-1', 'a', 'b', undefined]);
  });

  it('counts attempts, whose containers start together', () => {
    const line = new StartLine(2);
    const all = [start('a'), start('a', 1), start('b'), start('c'), start('c', 1)];
    for (const each of all) line.add(each, false);
    const given = Array.from({ length: 4 }, () => idOf(line.take()));
    assert.deepEqual(given, ['a', 'a-1', 'b', undefined]);
    line.done(start('a'));
    assert.equal(line.take(), undefined, 'one of them is still under way');
    line.done(start('a', 1));
    assert.deepEqual([idOf(line.take()), idOf(line.take())], ['c', 'c-1']);
  });

  it('knows what waits, however much has gone before', () => {
    const line = new StartLine(1);
    for (let index = 0; index < 1000; index++) line.add(start(`${index}`), false);
    for (let index = 0; index < 999; index++) {
      const next = line.take();
      assert.equal(idOf(next), `${index}`);
      assert.equal(line.has(start(`${index}`).containerId), false);
      line.done(start(`${index}`));
    }
    assert.equal(line.has(start('999').containerId), true);
  });
});

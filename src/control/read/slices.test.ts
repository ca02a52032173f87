// Long reads in slices: one slice a turn of the loop, whoever reads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, Slices, type Sliced } from './slices.ts';

/** A loop whose turns are taken by hand. */
class Loop {
  readonly tasks: (() => void)[] = [];
  readonly soon = (task: () => void): void => void this.tasks.push(task);

  async turn(): Promise<void> {
    for (const task of this.tasks.splice(0)) task();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

function* work(name: string, slices: number, done: string[]): Sliced<string> {
  for (let slice = 1; slice < slices; slice++) {
    done.push(`${name}${slice}`);
    yield;
  }
  done.push(`${name}${slices}`);
  return name;
}

test('what needs one slice is done at once', async () => {
  const loop = new Loop();
  assert.equal(await new Slices(loop).run(work('a', 1, [])), 'a');
  assert.equal(loop.tasks.length, 0);
});

test('of several that read, one does a slice in each turn, in the order in which they came', async () => {
  const loop = new Loop();
  const slices = new Slices(loop);
  const done: string[] = [];
  const all = Promise.all([
    slices.run(work('a', 3, done)),
    slices.run(work('b', 2, done)),
    slices.run(work('c', 1, done)),
  ]);
  await loop.turn();
  const counts = [done.length];
  for (let turn = 0; turn < 6; turn++) {
    await loop.turn();
    counts.push(done.length);
  }
  assert.deepEqual(await all, ['a', 'b', 'c']);
  for (const [at, count] of counts.entries())
    assert.ok(
      at === 0 || count - (counts[at - 1] ?? 0) <= 1,
      `${counts.join(', ')} slices by turn`,
    );
  assert.deepEqual(done, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('what a slice throws is the answer, and others go on', async () => {
  const loop = new Loop();
  const slices = new Slices(loop);
  const done: string[] = [];
  function* failing(): Sliced<string> {
    yield;
    throw new Error('gone');
  }
  const all = Promise.allSettled([slices.run(failing()), slices.run(work('a', 2, done))]);
  for (let turn = 0; turn < 5; turn++) await loop.turn();
  assert.deepEqual(
    (await all).map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});

test('in one moment it is the same', () => {
  assert.equal(atOnce(work('a', 3, [])), 'a');
});

// More containers than may be followed take turns, and none that has ended waits for one that runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { LogTurns, type LogTurn, type LogWaiter } from './log-turns.ts';

/** Those whose turn it is, by name; whoever is asked makes way at once and waits again. */
class Readers {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly turns: LogTurns;
  readonly now = new Map<string, LogTurn>();
  readonly had = new Map<string, number>();
  readonly waiters = new Map<string, LogWaiter>();

  constructor(most: number) {
    this.turns = new LogTurns(this.clock, most);
  }

  async follow(name: string, hasEnded = false): Promise<void> {
    const waiter = this.turns.wait(hasEnded);
    this.waiters.set(name, waiter);
    const turn = await waiter.turn;
    if (turn === undefined) return;
    this.now.set(name, turn);
    this.had.set(name, (this.had.get(name) ?? 0) + 1);
    turn.onAsked = () => {
      this.end(name);
      void this.follow(name);
    };
  }

  end(name: string): void {
    this.now.get(name)?.end();
    this.now.delete(name);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
  }
}

test('as many as may be are followed, and the others in turn, each as often', async () => {
  const readers = new Readers(3);
  const names = Array.from({ length: 9 }, (_, index) => `c${index}`);
  for (const name of names) void readers.follow(name);
  await readers.pass(1);
  assert.deepEqual([...readers.now.keys()], ['c0', 'c1', 'c2']);
  await readers.pass(9_000);
  assert.deepEqual([...readers.now.keys()], ['c0', 'c1', 'c2'], 'nobody is asked too soon');
  await readers.pass(1_000);
  assert.deepEqual([...readers.now.keys()], ['c3', 'c4', 'c5']);
  await readers.pass(79_000);
  for (const name of names) assert.equal(readers.had.get(name), 3, name);
});

test('while all may be followed nobody is asked, however long', async () => {
  const readers = new Readers(3);
  for (const name of ['a', 'b', 'c']) void readers.follow(name);
  await readers.pass(3_600_000);
  assert.deepEqual([...readers.had.values()], [1, 1, 1]);
});

test('one that has ended is read beside those that run, and so is one that ends while it waits', async () => {
  const readers = new Readers(1);
  void readers.follow('runs');
  void readers.follow('waits');
  void readers.follow('ended', true);
  await readers.pass(1);
  assert.deepEqual([...readers.now.keys()], ['runs', 'ended']);
  readers.waiters.get('waits')?.urge();
  await readers.pass(1);
  assert.deepEqual([...readers.now.keys()], ['runs', 'ended', 'waits']);
});

test('of those that have ended only so many are read at once', async () => {
  const readers = new Readers(1);
  for (let index = 0; index < 100; index++) void readers.follow(`c${index}`, true);
  await readers.pass(1);
  assert.equal(readers.now.size, 64);
  await readers.pass(60_000);
  assert.equal(readers.now.size, 64, 'they are not asked: it will not be long');
  readers.end('c0');
  await readers.pass(1);
  assert.ok(readers.now.has('c64'));
});

test('nobody waits for what is closed', async () => {
  const readers = new Readers(1);
  void readers.follow('a');
  const waiting = readers.turns.wait(false);
  readers.turns.close();
  assert.equal(await waiting.turn, undefined);
  assert.equal(await readers.turns.wait(true).turn, undefined);
});

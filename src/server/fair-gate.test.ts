// The gate: how many pass over all and to one place, and who may while a place gives nothing back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairGate } from './fair-gate.ts';

class Crowd {
  readonly gate: FairGate;
  readonly passed: string[] = [];

  constructor(atOnce: number, toOnePlace = atOnce) {
    this.gate = new FairGate({ atOnce, toOnePlace });
  }

  come(place: string, count = 1): (() => void)[] {
    return Array.from({ length: count }, () =>
      this.gate.enter(place, () => this.passed.push(place)),
    );
  }

  passedTo(place: string): number {
    return this.passed.filter((one) => one === place).length;
  }
}

test('so many to one place, and the next when one has left', () => {
  const crowd = new Crowd(10, 2);
  crowd.come('a', 3);
  assert.equal(crowd.passedTo('a'), 2);
  crowd.gate.leave('a');
  assert.equal(crowd.passedTo('a'), 3);
});

test('a place that gives nothing back leaves room for others', () => {
  const crowd = new Crowd(8);
  crowd.come('dead', 100);
  assert.ok(crowd.passedTo('dead') < 8);
  crowd.come('live');
  assert.equal(crowd.passedTo('live'), 1);
});

test('whoever waits for a place with nothing under way goes when anybody leaves', () => {
  const crowd = new Crowd(4);
  for (let at = 0; at < 30; at++) crowd.come(`place ${at}`);
  assert.equal(crowd.passed.length, 4);
  for (let at = 0; at < 26; at++) crowd.gate.leave(crowd.passed[at] ?? '');
  assert.equal(new Set(crowd.passed).size, 30);
});

test('who stops waiting does not go', () => {
  const crowd = new Crowd(1);
  crowd.come('a');
  const [stop] = crowd.come('a');
  crowd.come('b');
  stop?.();
  crowd.gate.leave('a');
  assert.deepEqual(crowd.passed, ['a', 'b']);
});

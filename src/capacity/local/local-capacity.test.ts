// Slices of this machine: when they run, and how often Spot takes one back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostId } from '../../base/ids.ts';
import type { CapacityReport } from '../../port/capacity.ts';
import { LocalCapacity, type Interruptions } from './local-capacity.ts';

class HandClock {
  nowMs = 1_000;
  #tasks: { dueAtMs: number; run: () => void }[] = [];
  now = (): number => this.nowMs;
  soon = (run: () => void): void => run();
  at = (dueAtMs: number, run: () => void): (() => void) => {
    const task = { dueAtMs, run };
    this.#tasks.push(task);
    return () => void (this.#tasks = this.#tasks.filter((other) => other !== task));
  };
  pass(untilMs: number): void {
    this.nowMs = untilMs;
    for (const task of this.#tasks.filter(({ dueAtMs }) => dueAtMs <= untilMs)) {
      this.#tasks = this.#tasks.filter((other) => other !== task);
      task.run();
    }
  }
}

function opened(startMs: number, interruptions?: Interruptions) {
  const clock = new HandClock();
  const capacity = new LocalCapacity(clock, startMs, interruptions);
  const reports: string[] = [];
  capacity.open(({ hostId: id, report }: CapacityReport) => reports.push(`${id} ${report}`));
  return { clock, capacity, reports };
}
const a = hostId('a');

test('an instance runs at once, or after its time to boot, however often it is asked for', () => {
  const prompt = opened(0);
  prompt.capacity.launch(a, { spot: false });
  assert.deepEqual(prompt.reports, ['a running']);
  const slow = opened(60_000);
  slow.capacity.launch(a, { spot: false });
  slow.clock.pass(30_000);
  slow.capacity.launch(a, { spot: false });
  slow.clock.pass(60_999);
  assert.deepEqual(slow.reports, []);
  slow.clock.pass(61_000);
  assert.deepEqual(slow.reports, ['a running']);
});

test('a Spot instance is interrupted once, when chance says so, and an On-Demand one never', () => {
  // Half of all last so long: half an hour's rate of ln 2.
  const { clock, capacity, reports } = opened(0, { perHour: 2 * Math.log(2), random: () => 0.5 });
  capacity.launch(a, { spot: true });
  capacity.launch(a, { spot: true });
  capacity.launch(hostId('b'), { spot: false });
  assert.deepEqual(reports.splice(0), ['a running', 'a running', 'b running']);
  clock.pass(1_000 + 1_799_999);
  assert.deepEqual(reports, []);
  clock.pass(1_000 + 1_800_000);
  assert.deepEqual(reports, ['a interrupted']);
  clock.pass(1e9);
  assert.equal(reports.length, 1);
});

test('the times between interruptions are as long as the rate says, on average', () => {
  const draws = 20_000;
  let at = 0;
  const { clock, capacity, reports } = opened(0, {
    perHour: 6,
    random: () => (at++ + 0.5) / draws,
  });
  for (let index = 0; index < draws; index++)
    capacity.launch(hostId(String(index)), { spot: true });
  reports.length = 0;
  clock.pass(1_000 + 600_000);
  // Within the mean time of ten minutes 1 - 1/e of all are interrupted.
  assert.ok(
    Math.abs(reports.length / draws - (1 - 1 / Math.E)) < 0.001,
    `${reports.length} of ${draws}`,
  );
});

test('of one that was ended nothing is said any more, until it is launched again', () => {
  const { clock, capacity, reports } = opened(1_000, { perHour: 1, random: () => 0.5 });
  capacity.launch(a, { spot: true });
  capacity.launch(hostId('b'), { spot: false });
  capacity.end(a);
  capacity.end(hostId('c'));
  clock.pass(1e9);
  assert.deepEqual(reports.splice(0), ['b running']);
  capacity.launch(a, { spot: false });
  clock.pass(2e9);
  assert.deepEqual(reports, ['a running']);
});

test('nothing is said after the end', () => {
  const { clock, capacity, reports } = opened(1_000, { perHour: 1, random: () => 0.5 });
  capacity.launch(a, { spot: true });
  capacity.close();
  clock.pass(1e9);
  assert.deepEqual(reports, []);
});

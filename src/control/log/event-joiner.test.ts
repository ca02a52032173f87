// Lines that become events of several lines: where one ends, how long it waits, and that a restart
// or a full disk neither loses nor doubles a line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LinePattern } from '../../base/line-pattern/line-pattern.ts';
import { limit } from '../../core/limit.ts';
import type { LogBatch, LogPosition } from '../../port/engine.ts';
import { MAX_MESSAGE_BYTES } from '../../port/log-sink.ts';
import { carryJoined } from './event-joiner.ts';
import { Rig } from '../../../test/house/rig.ts';
import { batch } from '../../../test/house/scripted-engine.ts';

const logging = {
  logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-multiline-pattern': '^[A-Z]' } },
};

async function running(rig: Rig) {
  await rig.define('lines', logging);
  const id = await rig.submit('lines');
  const containerId = rig.attempt(id);
  await rig.started(containerId);
  return { id, containerId, stream: rig.stream(id) as string };
}

test('a line that matches begins an event; what is open at the end is one, too', async () => {
  const rig = await Rig.open();
  rig.engine.onLogs = async function* lines() {
    yield batch(2, ' stray', 'One');
    yield batch(5, ' of two', 'Two', '');
    yield batch(6, ' more');
  };
  const { id, containerId, stream } = await running(rig);
  await rig.exited(containerId);
  await rig.clock.pass();
  assert.deepEqual(rig.lines(stream), [' stray\n', 'One\n of two\n', 'Two\n\n more\n']);
  assert.equal(rig.store.job(id).status, 'SUCCEEDED');
});

test('an event that waits for more is closed in time, and what comes later is another', async () => {
  const rig = await Rig.open();
  let more = (): void => undefined;
  rig.engine.onLogs = async function* slow() {
    yield batch(2, 'One', ' line');
    await new Promise<void>((resolve) => (more = resolve));
    yield batch(3, ' late');
  };
  const { containerId, stream } = await running(rig);
  await rig.clock.pass(limit.openEventMs - limit.engineRetryMs);
  assert.deepEqual(rig.lines(stream), []);
  rig.sink.failure = new Error('no space left on device');
  await rig.clock.pass(limit.engineRetryMs * 4);
  assert.equal(rig.problems.length, 1);
  rig.sink.failure = undefined;
  await rig.clock.pass(limit.engineRetryMs);
  assert.deepEqual(rig.lines(stream), ['One\n line\n']);
  more();
  await rig.exited(containerId);
  await rig.clock.pass();
  assert.deepEqual(rig.lines(stream), ['One\n line\n', ' late\n']);
});

test('an event is no larger than CloudWatch takes', async () => {
  const stored: LogBatch[] = [];
  const half = 'x'.repeat(MAX_MESSAGE_BYTES / 2);
  await carryJoined({
    ...fixed(new LinePattern('^A')),
    read: async function* lines() {
      yield batch(3, `A${half}`, half, half);
    },
    append: async (each) => void stored.push(each),
  });
  assert.deepEqual(
    stored.flatMap(({ lines }) => lines.map((line) => line.message.length)),
    [MAX_MESSAGE_BYTES / 2 + 2, MAX_MESSAGE_BYTES / 2 + 1, MAX_MESSAGE_BYTES / 2 + 1],
  );
});

for (const [over, events] of [
  [0, 1],
  [1, 2],
] as const)
  test(`an event with its ends that is ${over} bytes over the most is ${events}`, async () => {
    const stored: LogBatch[] = [];
    const rest = 'x'.repeat(MAX_MESSAGE_BYTES - 'A\n'.length + over);
    await carryJoined({
      ...fixed(new LinePattern('^A')),
      read: async function* lines() {
        yield batch(2, 'A', rest);
      },
      append: async (each) => void stored.push(each),
    });
    assert.equal(stored.flatMap(({ lines }) => lines).length, events);
  });

const fixed = (pattern: LinePattern) => ({
  pattern,
  position: undefined,
  now: () => 0,
  after: () => () => undefined,
  onFailure: (error: Error) => assert.fail(error),
  isClosed: () => false,
});

test('whenever it is cut, each line is stored once', async () => {
  const text = fc.array(fc.array(fc.constantFrom('A', 'B', ' c', ''), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(6), { maxLength: 6 }), async (batches, cuts) => {
      // Positions count batches: reading from one gives what follows.
      const read = (limitTo: number) =>
        async function* lines(from: LogPosition | undefined): AsyncGenerator<LogBatch> {
          for (
            let at = Number(from ?? 0);
            at < Math.min(batches.length, Number(from ?? 0) + limitTo);
            at++
          )
            yield batch(at + 1, ...(batches[at] as string[]));
        };
      const events: string[] = [];
      let position: LogPosition | undefined;
      const run = (limitTo: number, closed: boolean): Promise<void> =>
        carryJoined({
          ...fixed(new LinePattern('^[A-Z]')),
          position,
          read: read(limitTo),
          isClosed: () => closed,
          append: async (each) => {
            events.push(...each.lines.map((line) => new TextDecoder().decode(line.message)));
            position = each.position;
          },
        });
      for (const cut of cuts) await run(cut, true);
      await run(Infinity, false);
      const expected: string[] = [];
      for (const line of batches.flat()) {
        if (expected.length === 0 || /^[A-Z]/.test(line)) expected.push('');
        expected.push(`${expected.pop()}${line}\n`);
      }
      assert.deepEqual(events, expected);
    }),
    { numRuns: 500 },
  );
});

// Replays, through the SDK's own client: what goes to the bus once more and in which order, what
// becomes of a replay that is called off or cut off, and what is refused.

import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { busEventsOf } from '../../../../test/house/bus-events.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { limit } from '../../../core/limit.ts';
import type { NewBusEvent } from '../../../port/delivery.ts';

let rig: Rig;
let call: ReturnType<typeof eventsCaller>;
let startMs: number;
beforeEach(async () => {
  rig = await Rig.bare();
  call = eventsCaller(rig);
  startMs = rig.clock.now();
  await call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus });
});

const own = 'arn:aws:events:eu-west-1:123456789012';
const bus = `${own}:event-bus/default`;
const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });

/** Some events, so many seconds after the start each. */
async function put(...seconds: number[]): Promise<void> {
  for (let from = 0; from < seconds.length; from += 10)
    await call('PutEvents', {
      Entries: seconds.slice(from, from + 10).map((at, index) => ({
        Source: 'app',
        DetailType: 't',
        Detail: JSON.stringify({ n: from + index }),
        Time: new Date(startMs + at * 1_000),
      })),
    });
}

const asked = (more: object = {}) => ({
  ReplayName: 'r',
  EventSourceArn: `${own}:archive/a`,
  EventStartTime: new Date(startMs),
  EventEndTime: new Date(startMs + 60_000),
  Destination: { Arn: bus },
  ...more,
});
const start = (more: object = {}) => call('StartReplay', asked(more));
const replay = (by = call) => by('DescribeReplay', { ReplayName: 'r' });
const numbers = (events: readonly NewBusEvent[]): unknown[] =>
  events.map(({ event }) => (event as { detail: { n: number } }).detail.n);

/** Lets go on what goes on by itself. */
async function settle(by = call, of = rig): Promise<unknown> {
  for (;;) {
    await of.clock.pass(10);
    const { State: state } = await replay(by);
    if (state !== 'STARTING' && state !== 'RUNNING' && state !== 'CANCELLING') return state;
  }
}

it('puts events of a time to their bus once more, in the order of time', async () => {
  await put(30, 10, 59, 60, 10, -1);
  const events = busEventsOf(rig);
  assert.deepEqual(await start({ Description: 'd' }), {
    ReplayArn: `${own}:replay/r`,
    State: 'STARTING',
    ReplayStartTime: new Date(startMs),
  });
  assert.equal(await settle(), 'COMPLETED');
  assert.deepEqual(numbers(events), [1, 4, 0, 2]);
  const [first] = events as [NewBusEvent];
  assert.equal(first.bus, 'default');
  assert.equal(first.onlyRules, undefined);
  assert.deepEqual(Object.keys(first.event), [
    'version',
    'id',
    'detail-type',
    'source',
    'account',
    'time',
    'region',
    'replay-name',
    'resources',
    'detail',
  ]);
  assert.match(JSON.stringify(first.event), /"replay-name":"r"/);
  const shown = {
    ReplayName: 'r',
    EventSourceArn: `${own}:archive/a`,
    State: 'COMPLETED',
    EventStartTime: new Date(startMs),
    EventEndTime: new Date(startMs + 60_000),
    EventLastReplayedTime: new Date(startMs + 59_000),
    ReplayStartTime: new Date(startMs),
  };
  const { ReplayEndTime, ...rest } = await replay();
  assert.ok(ReplayEndTime instanceof Date);
  assert.deepEqual(rest, {
    ...shown,
    ReplayArn: `${own}:replay/r`,
    Description: 'd',
    Destination: { Arn: bus },
  });
  for (const filter of [{}, { NamePrefix: 'r' }, { State: 'COMPLETED' }])
    assert.deepEqual(await call('ListReplays', filter), {
      Replays: [{ ...shown, ReplayEndTime }],
    });
  const { EventCount } = await call('DescribeArchive', { ArchiveName: 'a' });
  assert.equal(EventCount, 6, 'what is replayed is not kept once more');
});

it('goes to the rules that it is for alone', async () => {
  await put(1);
  await call('PutRule', { Name: 'x', EventPattern: '{"source":["app"]}' });
  const events = busEventsOf(rig);
  const FilterArns = [`${own}:rule/x`];
  await start({ Destination: { Arn: bus, FilterArns } });
  await settle();
  assert.deepEqual(events[0]?.onlyRules, FilterArns);
  assert.deepEqual((await replay())['Destination'], { Arn: bus, FilterArns });
});

const many = Array.from({ length: 3 * limit.events.replayedAtOnce }, (_none, n) => n % 50);

it('stops where it is called off', async () => {
  await put(...many);
  const events = busEventsOf(rig);
  const { busIntake } = rig.control;
  const intake = busIntake.put.bind(busIntake);
  busIntake.put = async (given, by) => {
    await intake(given, by);
    busIntake.put = intake;
    void call('CancelReplay', { ReplayName: 'r' }).then((answer) => (cancelled = answer));
    // It is asked for before the next ones go.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  };
  let cancelled: unknown;
  await start();
  assert.equal(await settle(), 'CANCELLED');
  assert.deepEqual(cancelled, { ReplayArn: `${own}:replay/r`, State: 'CANCELLING' });
  assert.ok(events.length < many.length, `${events.length} went`);
  await assert.rejects(call('CancelReplay', { ReplayName: 'r' }), {
    name: 'IllegalStatusException',
    message: 'Replay r is not in a valid state for this operation.',
  });
});

it('goes on after a restart where it was, and leaves nothing out', async () => {
  await put(...many);
  const before = busEventsOf(rig);
  const { busIntake } = rig.control;
  const intake = busIntake.put.bind(busIntake);
  let puts = 0;
  // The server ends while the second lot goes.
  busIntake.put = (given, by) => (++puts === 2 ? new Promise(() => undefined) : intake(given, by));
  await start();
  for (let turns = 0; puts < 2 || (await replay())['State'] !== 'RUNNING'; turns++) {
    assert.ok(turns < 100);
    await rig.clock.pass(10);
  }
  const next = rig.restart();
  const after = busEventsOf(next);
  await next.up();
  const caller = eventsCaller(next);
  assert.equal(await settle(caller, next), 'COMPLETED');
  assert.equal(before.length, limit.events.replayedAtOnce);
  const ids = [...before, ...after].map(({ event }) => (event as { id: string }).id);
  assert.equal(ids.length, many.length, 'it had noted how far it was');
  assert.equal(new Set(ids).size, many.length);
});

it('fails where the archive is gone', async () => {
  await put(...many);
  const { busIntake } = rig.control;
  const intake = busIntake.put.bind(busIntake);
  busIntake.put = async (given, by) => {
    busIntake.put = intake;
    void call('DeleteArchive', { ArchiveName: 'a' });
    for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
    await intake(given, by);
  };
  await start();
  assert.equal(await settle(), 'FAILED');
  assert.equal((await replay())['StateReason'], 'Archive a does not exist.');
});

it('is refused where it cannot be', async () => {
  await call('CreateEventBus', { Name: 'b' });
  await call('PutRule', { Name: 'x', EventBusName: 'b', EventPattern: '{"source":["app"]}' });
  const refused = [
    [
      { EventEndTime: new Date(startMs) },
      'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
    ],
    [
      { EventSourceArn: `${own}:archive/none` },
      'Parameter EventSourceArn is not valid. Reason: Archive none does not exist.',
    ],
    [{ EventSourceArn: bus }, /EventSourceArn is not valid/],
    [
      { Destination: { Arn: `${own}:rule/x` } },
      'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.',
    ],
    [
      { Destination: { Arn: `${own}:event-bus/b` } },
      'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
    ],
    [
      { Destination: { Arn: bus, FilterArns: [`${own}:rule/b/x`] } },
      /Destination\.FilterArns is not valid/,
    ],
    [{ ReplayName: 'a b' }, /'replayName' failed/],
  ] as const;
  for (const [more, message] of refused) await assert.rejects(start(more), invalid(message));
  await assert.rejects(start({ Destination: { Arn: `${own}:event-bus/none` } }), {
    name: 'ResourceNotFoundException',
    message: 'Event bus none does not exist.',
  });
  for (const name of ['DescribeReplay', 'CancelReplay'] as const)
    await assert.rejects(call(name, { ReplayName: 'r' }), {
      name: 'ResourceNotFoundException',
      message: 'Replay r does not exist.',
    });
  await start();
  await assert.rejects(start(), {
    name: 'ResourceAlreadyExistsException',
    message: 'Replay r already exists.',
  });
  await assert.rejects(
    call('ListReplays', { NamePrefix: 'a', State: 'RUNNING' }),
    invalid(/^At most one filter is allowed for ListReplays\./),
  );
});

it('is one of ten that are under way', async () => {
  await put(1);
  rig.control.busIntake.put = () => new Promise(() => undefined);
  for (let n = 0; n < limit.events.replays; n++) await start({ ReplayName: `r${n}` });
  await assert.rejects(start(), { name: 'LimitExceededException' });
});

it('waits while the disk is nearly full, and goes on when it has room', async () => {
  let isFull = false;
  let asks = 0;
  // The first that asks is the request itself.
  rig = await Rig.bare({ isDiskLow: () => isFull && ++asks > 1 });
  call = eventsCaller(rig);
  await call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus });
  await put(1, 2);
  const events = busEventsOf(rig);
  isFull = true;
  await start();
  await rig.clock.pass(5 * limit.events.replayHeldMs);
  assert.deepEqual(numbers(events), []);
  isFull = false;
  assert.equal(await settle(), 'COMPLETED');
  assert.deepEqual(numbers(events), [0, 1]);
});

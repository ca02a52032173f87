// The outbox over a real store in memory and virtual time: what is added arrives, in the order of
// its key, whatever its target does.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { commitOf } from '../../../test/house/commit.ts';
import { RecordedStore } from '../../../test/house/recorded-store.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { must } from '../../base/assert.ts';
import { scopeOf } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import type {
  Delivery,
  DeliveryFailure,
  LanePolicy,
  NewDelivery,
  Sender,
} from '../../port/delivery.ts';
import type { TableWrite } from '../../port/table.ts';
import { Outbox } from './outbox.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const envelope = { part: 'test' };
const policy: LanePolicy = { retries: 185, maxAgeMs: 86_400_000, atOnce: 10 };
const broken: DeliveryFailure = { code: 'BROKEN', message: 'It is broken.', isFinal: false };

const to = (lane: string, body: string, more: Partial<NewDelivery> = {}): NewDelivery => ({
  scope,
  lane: { kind: 'test', id: lane },
  sinceMs: 0,
  body,
  ...more,
});

class Scene {
  readonly clock = new VirtualClock(0);
  readonly store = new RecordedStore();
  /** What arrived, with its lane in front. */
  readonly arrived: string[] = [];
  /** All that was tried. */
  readonly tried: { readonly body: string; readonly atMs: number; readonly attempts: number }[] =
    [];
  readonly policies: Record<string, LanePolicy | undefined> = {};
  /** What becomes of a delivery; absent: it arrives at once. */
  answer: (
    delivery: Delivery,
  ) => Promise<DeliveryFailure | undefined> | DeliveryFailure | undefined = () => undefined;
  insteadOf: Sender['insteadOf'] = () => undefined;
  readonly problems: unknown[] = [];
  outbox = this.start();

  start(): Outbox {
    const outbox = new Outbox({
      clock: this.clock,
      reader: this.store.reader.outbox,
      onProblem: (_what, error) => this.problems.push(error),
      bus: {
        write: (write: TableWrite) =>
          new Promise((resolve) => {
            this.clock.soon(() => {
              const [outcome] = this.store.commit(commitOf({ tableWrites: [write] }));
              resolve(must(outcome, 'of the write'));
            });
          }),
      },
    });
    outbox.open({
      test: {
        policyOf: (_scope, id) => (id in this.policies ? this.policies[id] : policy),
        send: async (delivery) => {
          const { body, attempts, lane } = delivery;
          this.tried.push({ body, attempts, atMs: this.clock.now() });
          const failure = await this.answer(delivery);
          if (failure === undefined) this.arrived.push(`${lane.id} ${body}`);
          return failure;
        },
        insteadOf: (...given) => this.insteadOf(...given),
      },
    });
    return outbox;
  }

  async add(...deliveries: readonly NewDelivery[]): Promise<void> {
    const added = this.outbox.add(deliveries, envelope);
    await this.run(0);
    await added;
  }

  /** Until nothing is due any more within that time. */
  run(ms: number): Promise<void> {
    return this.clock.pass(ms);
  }

  /** Until what has ended is written down. */
  noted(): Promise<void> {
    return this.run(limit.outbox.endedWithinMs);
  }

  get waiting(): number {
    return this.store.reader.outbox
      .waitingLanes()
      .reduce(
        (sum, lane) =>
          sum +
          this.store.reader.outbox.deliveriesAbove({ ...lane, number: 0, limit: 1_000_000 }).length,
        0,
      );
  }
}

it('counts what waits and what became of the others', async () => {
  const scene = new Scene();
  scene.policies['b'] = { ...policy, retries: 1 };
  scene.answer = ({ lane }) => (lane.id === 'a' ? undefined : broken);
  await scene.add(to('a', '1'), to('b', '2'), to('c', '3'));
  await scene.run(2_000);
  const { waiting, delivered, failedAttempts, givenUp } = scene.outbox.counts;
  assert.deepEqual([waiting, delivered, givenUp], [1, 1, 1]);
  assert.ok(failedAttempts >= 3, `${failedAttempts}`);
  scene.outbox.close();
  const again = scene.start().counts;
  assert.deepEqual(again, { waiting: 1, delivered: 0, failedAttempts: 0, givenUp: 0 });
});

it('delivers what is added, and keeps nothing of it', async () => {
  const scene = new Scene();
  await scene.add(to('a', '1'), to('b', '2'), to('a', '3'));
  await scene.run(0);
  assert.deepEqual(scene.arrived.toSorted(), ['a 1', 'a 3', 'b 2']);
  await scene.noted();
  assert.equal(scene.waiting, 0);
  await scene.add(to('a', '4'));
  assert.deepEqual(scene.arrived.at(-1), 'a 4');
});

it('keeps the order of a key, and lets others go by', async () => {
  const scene = new Scene();
  let down = true;
  scene.answer = ({ key }) => (key === 'x' && down ? broken : undefined);
  await scene.add(
    to('a', 'x1', { key: 'x' }),
    to('a', 'y1', { key: 'y' }),
    to('a', 'x2', { key: 'x' }),
    to('a', 'y2', { key: 'y' }),
    to('a', 'z'),
  );
  await scene.run(30_000);
  assert.deepEqual(scene.arrived, ['a y1', 'a z', 'a y2']);
  down = false;
  await scene.run(60_000);
  assert.deepEqual(scene.arrived.slice(3), ['a x1', 'a x2']);
  assert.ok(!scene.tried.slice(0, -1).some(({ body }) => body === 'x2'));
});

it('tries again after pauses that double, and tells how often it did', async () => {
  const scene = new Scene();
  scene.answer = () => broken;
  await scene.add(to('a', '1'));
  await scene.run(100_000);
  assert.deepEqual(
    scene.tried.map(({ attempts }) => attempts),
    scene.tried.map((_, at) => at),
  );
  const pauses = scene.tried.slice(1).map(({ atMs }, at) => atMs - (scene.tried[at]?.atMs ?? 0));
  assert.ok(pauses.length >= 6);
  for (const [at, pause] of pauses.entries())
    assert.ok(pause >= 750 * 2 ** at && pause <= 1_250 * 2 ** at, `${at}: ${pause}`);
});

it('waits as long as the lane says before each retry', async () => {
  const scene = new Scene();
  scene.policies['own'] = { ...policy, pauseBefore: (retry) => (retry <= 2 ? 0 : 5_000) };
  scene.answer = ({ attempts }) => (attempts < 4 ? broken : undefined);
  await scene.add(to('own', 'a'));
  await scene.run(20_000);
  assert.equal(scene.arrived.length, 1);
  const pauses = scene.tried.slice(1).map(({ atMs }, at) => atMs - (scene.tried[at]?.atMs ?? 0));
  assert.deepEqual(pauses.slice(0, 2), [0, 0]);
  for (const pause of pauses.slice(2)) assert.ok(pause >= 3_750 && pause <= 6_250, String(pause));
});

it('waits as long as it is told', async () => {
  const scene = new Scene();
  scene.answer = ({ attempts }) =>
    attempts === 0 ? { ...broken, retryAfterMs: 60_000 } : undefined;
  await scene.add(to('a', '1'));
  await scene.run(59_000);
  assert.equal(scene.tried.length, 1);
  await scene.run(1_000);
  assert.deepEqual(scene.arrived, ['a 1']);
});

it('gives up for each of the reasons, and something else goes out instead', async () => {
  for (const [because, given, answer] of [
    ['final', policy, { ...broken, isFinal: true }],
    ['MaximumRetryAttempts', { ...policy, retries: 2 }, broken],
    ['MaximumEventAgeInSeconds', { ...policy, maxAgeMs: 10_000 }, broken],
  ] as const) {
    const scene = new Scene();
    const reasons: string[] = [];
    scene.policies['a'] = given;
    scene.answer = ({ lane }) => (lane.id === 'a' ? answer : undefined);
    scene.insteadOf = (delivery, failure, why) => {
      reasons.push(why);
      return to('letters', `${delivery.body} ${delivery.attempts} ${failure.code}`);
    };
    await scene.add(to('a', '1', { key: 'k' }), to('a', '2', { key: 'k' }));
    await scene.run(100_000);
    assert.deepEqual(reasons, [because, because]);
    const attempts = { final: 0, MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3 }[because];
    assert.deepEqual(scene.arrived[0], `letters 1 ${attempts} BROKEN`);
    assert.equal(scene.arrived.length, 2);
    await scene.noted();
    assert.equal(scene.waiting, 0);
  }
});

it('gives up unseen what was too old before it was tried', async () => {
  const scene = new Scene();
  scene.insteadOf = (_delivery, { code }) => to('b', code, { sinceMs: scene.clock.now() });
  await scene.run(90_000_000);
  await scene.add(to('a', '1', { sinceMs: 1_000_000 }));
  await scene.noted();
  assert.deepEqual(scene.arrived, ['b EVENT_AGE_EXCEEDED']);
  await scene.add(to('c', '1', { sinceMs: 80_000_000 }));
  assert.equal(scene.arrived.at(-1), 'c 1');
});

it('has so many of a lane under way, and no lane waits for another', async () => {
  const scene = new Scene();
  const open: (() => void)[] = [];
  scene.answer = ({ lane }) =>
    lane.id === 'slow' ? new Promise((resolve) => open.push(() => resolve(undefined))) : undefined;
  await scene.add(...Array.from({ length: 25 }, (_, at) => to('slow', `${at}`)));
  assert.equal(open.length, 10);
  await scene.add(to('quick', '1'));
  assert.deepEqual(scene.arrived, ['quick 1']);
  for (let at = 0; at < 25; at++) {
    open[at]?.();
    await scene.run(0);
  }
  assert.equal(scene.arrived.length, 26);
  await scene.noted();
  assert.equal(scene.waiting, 0);
});

it('keeps to a rate', async () => {
  const scene = new Scene();
  scene.policies['a'] = { ...policy, perSecond: 4 };
  await scene.add(...Array.from({ length: 9 }, (_, at) => to('a', `${at}`)));
  await scene.run(1_000);
  assert.equal(scene.arrived.length, 5);
  await scene.run(1_000);
  assert.equal(scene.arrived.length, 9);
  // One that was empty for a moment is no faster.
  await scene.add(to('a', '9'));
  assert.equal(scene.arrived.length, 9);
  await scene.run(250);
  assert.equal(scene.arrived.length, 10);
});

it('keeps to a rate of many in a millisecond', async () => {
  const scene = new Scene();
  scene.policies['a'] = { ...policy, atOnce: 100, perSecond: 10_000 };
  await scene.add(...Array.from({ length: 50 }, (_, at) => to('a', `${at}`)));
  await scene.run(1);
  assert.ok(scene.arrived.length >= 10, `${scene.arrived.length}`);
  assert.ok(scene.arrived.length <= 20, `${scene.arrived.length}`);
});

it('drops what leads nowhere any more', async () => {
  const scene = new Scene();
  scene.policies['a'] = undefined;
  await scene.add(to('a', '1'), to('b', '2'), to('a', '3', { key: 'k' }));
  await scene.run(0);
  assert.deepEqual(scene.arrived, ['b 2']);
  await scene.noted();
  assert.equal(scene.waiting, 0);
});

it('sends again after an end what had not arrived, in its order', async () => {
  const scene = new Scene();
  scene.answer = () => new Promise(() => undefined);
  await scene.add(to('a', '1', { key: 'k' }), to('a', '2', { key: 'k' }), to('b', '3'));
  scene.outbox.close();
  scene.answer = () => undefined;
  scene.outbox = scene.start();
  await scene.run(0);
  assert.deepEqual(scene.arrived, ['a 1', 'b 3', 'a 2']);
  await scene.add(to('a', '4'));
  assert.equal(scene.arrived.at(-1), 'a 4');
  await scene.noted();
  assert.equal(scene.waiting, 0);
});

it('knows little of a long backlog, and delivers all of it once its target is back', async () => {
  const scene = new Scene();
  let down = true;
  scene.answer = () => (down ? broken : undefined);
  const count = 3 * limit.outbox.laneInMemory;
  const all = Array.from({ length: count }, (_, at) =>
    to('a', `${at}`, { key: at % 3 === 0 ? undefined : `key${at % 100}` }),
  );
  for (let at = 0; at < count; at += 500) await scene.add(...all.slice(at, at + 500));
  await scene.run(600_000);
  const tried = new Set(scene.tried.map(({ body }) => body));
  assert.ok(tried.size <= limit.outbox.laneInMemory, `${tried.size}`);
  await scene.noted();
  assert.equal(scene.waiting, count);
  down = false;
  await scene.run(limit.outbox.longestPauseMs * 1.25);
  await scene.noted();
  assert.equal(scene.waiting, 0);
  assert.equal(new Set(scene.arrived).size, count);
  assert.equal(scene.arrived.length, count);
  for (let key = 1; key < 100; key++) {
    const ofKey = scene.arrived
      .map((text) => Number(text.slice(2)))
      .filter((at) => at % 100 === key && at % 3 !== 0);
    assert.deepEqual(
      ofKey,
      ofKey.toSorted((a, b) => a - b),
    );
  }
});

it('is not held up by a clock that is set back', async () => {
  const scene = new Scene();
  scene.clock.setBy(86_400_000);
  scene.policies['a'] = { ...policy, perSecond: 4 };
  scene.answer = ({ lane, attempts }) => (lane.id === 'b' && attempts === 0 ? broken : undefined);
  const sinceMs = scene.clock.now();
  await scene.add(...['1', '2', '3'].map((body) => to('a', body, { sinceMs })));
  await scene.add(to('b', '4', { sinceMs }));
  assert.deepEqual(scene.arrived, ['a 1']);
  scene.clock.setBy(-3_600_000);
  await scene.run(5_000);
  assert.deepEqual(scene.arrived.toSorted(), ['a 1', 'a 2', 'a 3', 'b 4']);
});

it('leaves what nobody serves for a server that does', async () => {
  const scene = new Scene();
  await scene.add({ ...to('a', '1'), lane: { kind: 'later', id: 'a' } }, to('b', '2'));
  assert.deepEqual(scene.arrived, ['b 2']);
  await scene.noted();
  assert.equal(scene.waiting, 1);
  scene.outbox.close();
  scene.outbox = scene.start();
  await scene.run(0);
  await scene.noted();
  assert.equal(scene.waiting, 1);
});

it('lets others have their turn while much goes nowhere', async () => {
  for (const [name, end] of [
    ['too old', { ...policy, maxAgeMs: 1_000 }],
    ['gone', undefined],
  ] as const) {
    const scene = new Scene();
    scene.answer = () => broken;
    const count = 5 * limit.outbox.lanePage;
    await scene.add(...Array.from({ length: count }, (_, index) => to('a', `${index}`)));
    scene.outbox.close();
    await scene.run(60_000);
    scene.policies['a'] = end;
    let ended = 0;
    let most = 0;
    const look = (): void => {
      most = Math.max(most, scene.outbox.counts.givenUp - ended);
      ended = scene.outbox.counts.givenUp;
    };
    scene.outbox = scene.start();
    do look();
    while (await scene.clock.step(3_600_000));
    assert.equal(scene.waiting, 0, name);
    assert.equal(ended, end === undefined ? 0 : count, name);
    assert.ok(most <= limit.outbox.lanePage, `${name}: ${most} in one go`);
  }
});

it('lets nothing wait behind what fails time and again, however much that is', async () => {
  const { laneInMemory, lanePage } = limit.outbox;
  const scene = new Scene();
  scene.answer = ({ body }) => (body.startsWith('bad') ? broken : undefined);
  const bad = Array.from({ length: laneInMemory + lanePage }, (_, at) => to('a', `bad ${at}`));
  const good = Array.from({ length: 3 * lanePage }, (_, at) => to('a', `good ${at}`));
  await scene.add(...bad, ...good);
  await scene.run(limit.outbox.longestPauseMs);
  assert.equal(scene.arrived.length, good.length);
  // Nor behind what there is after a start, or what comes later.
  scene.outbox.close();
  scene.outbox = scene.start();
  await scene.add(to('a', 'good too'));
  await scene.run(limit.outbox.longestPauseMs);
  assert.equal(scene.arrived.at(-1), 'a good too');
});

it('tries no more of what waits for a dead target than a little now and then', async () => {
  const { laneInMemory, lanePage, lookFurtherMs } = limit.outbox;
  const scene = new Scene();
  scene.answer = () => broken;
  await scene.add(...Array.from({ length: 3 * laneInMemory }, (_, at) => to('a', `${at}`)));
  await scene.run(3 * lookFurtherMs);
  const tried = new Set(scene.tried.map(({ body }) => body));
  assert.ok(tried.size <= laneInMemory + 5 * lanePage, `${tried.size}`);
});

it('survives senders that break their word', async () => {
  const scene = new Scene();
  scene.policies['a'] = { ...policy, retries: 1 };
  const fault = new Error('a fault of ours');
  scene.answer = ({ lane }) => (lane.id === 'a' ? Promise.reject(fault) : undefined);
  scene.insteadOf = () => {
    throw fault;
  };
  await scene.add(to('a', '1'), to('b', '2'));
  await scene.run(2_000);
  await scene.noted();
  assert.deepEqual(scene.arrived, ['b 2']);
  assert.deepEqual(scene.problems, [fault, fault, fault]);
  assert.equal(scene.waiting, 0);
});

it('has few large bodies under way, and small ones go by', async () => {
  const scene = new Scene();
  const letGo: (() => void)[] = [];
  scene.answer = ({ body }) =>
    body.length < limit.outbox.largeBody
      ? undefined
      : new Promise((resolve) => letGo.push(() => resolve(undefined)));
  const large = 'x'.repeat(limit.outbox.largeUnderWay / 4);
  for (let at = 0; at < 6; at++) await scene.add(to(`large ${at}`, large));
  await scene.add(to('large 0', 'waits behind'), to('small', '1'));
  assert.equal(scene.tried.filter(({ body }) => body.length === large.length).length, 4);
  assert.deepEqual(scene.arrived, ['large 0 waits behind', 'small 1']);
  for (let at = 0; at < 6; at++) {
    letGo.shift()?.();
    await scene.run(0);
  }
  await scene.noted();
  assert.equal(scene.waiting, 0);
  assert.equal(scene.arrived.length, 8);
});

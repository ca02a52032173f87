// Fair share: the arithmetic of usage, who goes next, what is held back, and what the
// world keeps of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arn } from '../../../base/ids.ts';
import { checkWorld } from '../../world/invariant.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import { end, needs, placeJobs, submit, worldOf, type Case } from '../../../../test/house/world.ts';
import { explain } from '../explain/explain.ts';
import type { FairLine } from './fair-line.ts';
import { usageAfter } from './usage.ts';

const q = arn('q');
const fairQueue = (policy: object = {}): Pick<Case, 'queues'> => ({
  queues: { q: { priority: 1, order: ['ce'], policy } },
});
const jobs = (share: string, count: number, more: object = {}) =>
  Array.from({ length: count }, () => ({ needs: needs(1), share, ...more }));
const weights = (of: Record<string, number>) => ({
  shareDistribution: Object.entries(of).map(([shareIdentifier, weightFactor]) => ({
    shareIdentifier,
    weightFactor,
  })),
});
const shareOf = (world: LiveWorld, id: string): string =>
  [...world.jobs.values()].find((job) => job.id === id)?.terms.share?.identifier ?? '';
const countOf = (world: LiveWorld, ids: readonly string[], share: string): number =>
  ids.filter((id) => shareOf(world, id) === share).length;

// ---- usage ----

test('usage halves with every half of the window', () => {
  assert.equal(usageAfter(1_000_000n, 0, 300, 600), 500_000n);
  assert.equal(usageAfter(1_000_000n, 0, 302_400, 604_800), 500_000n);
  assert.equal(usageAfter(1_000_000n, 0, 600, 600), 250_000n);
  assert.equal(usageAfter(1_000_000n, 0, 86_400 * 365, 600), 0n);
  assert.equal(usageAfter(5n, 1000, 0, 600), 5n);
  assert.equal(usageAfter(5n, 1000, -7, 600), 5n, 'a clock that went back changes nothing');
});

test('usage is what the formula says, to a few thousandths of a vCPU-second or a thousandth of itself', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 15n }),
      fc.integer({ min: 0, max: 10 ** 9 }),
      fc.integer({ min: 0, max: 10 ** 6 }),
      fc.integer({ min: 600, max: 604_800 }),
      (usage, milliVcpu, seconds, window) => {
        const left = 2 ** (-seconds / (window / 2));
        const exact = Number(usage) * left + (milliVcpu * (window / 2) * (1 - left)) / Math.LN2;
        const found = Number(usageAfter(usage, milliVcpu, seconds, window));
        assert.ok(Math.abs(found - exact) <= Math.max(2, exact * 1e-3), `${found} for ${exact}`);
      },
    ),
  );
});

test('usage never falls for having held more, and decays without it', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 15n }),
      fc.nat(10 ** 6),
      fc.nat(10 ** 5),
      (usage, milliVcpu, seconds) => {
        assert.ok(
          usageAfter(usage, milliVcpu + 1, seconds, 600) >=
            usageAfter(usage, milliVcpu, seconds, 600),
        );
        assert.ok(usageAfter(usage, 0, seconds, 600) <= usage);
      },
    ),
  );
});

// ---- order ----

const orders: Record<string, { given: Case; placed: string[] }> = {
  'shares take turns, the one whose job came first beginning': {
    given: { ...fairQueue(), jobs: [...jobs('b', 2), ...jobs('a', 2)] },
    placed: ['j0', 'j2', 'j1', 'j3'],
  },
  'inside a share a higher scheduling priority goes first, then submission': {
    given: {
      ...fairQueue(),
      jobs: [
        ...jobs('a', 1),
        ...jobs('a', 1, { priority: 5 }),
        ...jobs('a', 1, { priority: 9 }),
        ...jobs('a', 1, { priority: 5 }),
      ],
    },
    placed: ['j2', 'j1', 'j3', 'j0'],
  },
  'a priority counts inside its share only': {
    given: {
      ...fairQueue(),
      capacity: needs(2, 4096),
      jobs: [...jobs('a', 1), ...jobs('b', 2, { priority: 9999 })],
    },
    placed: ['j0', 'j1'],
  },
  'a prefix weighs every share that begins with it': {
    given: { ...fairQueue(weights({ 'a*': 3, b: 1 })), jobs: [...jobs('a1', 2), ...jobs('b', 3)] },
    placed: ['j0', 'j2', 'j3', 'j4'],
  },
  'an array’s children count one by one': {
    given: { ...fairQueue(), jobs: [{ needs: needs(1), share: 'a', array: 3 }, ...jobs('b', 2)] },
    placed: ['j0:0', 'j1', 'j0:1', 'j2'],
  },
  'a queue of higher priority goes first, whatever its shares used': {
    given: {
      queues: {
        q: { priority: 1, order: ['ce'], policy: {} },
        high: { priority: 2, order: ['ce'] },
      },
      jobs: [
        ...jobs('a', 2),
        { queue: 'high', needs: needs(1) },
        { queue: 'high', needs: needs(1) },
      ],
    },
    placed: ['j2', 'j3', 'j0', 'j1'],
  },
  'beside a FIFO queue of its priority, a fair share queue stands by the job that it would give next':
    {
      given: {
        queues: {
          q: { priority: 1, order: ['ce'], policy: {} },
          fifo: { priority: 1, order: ['ce'] },
        },
        jobs: [...jobs('a', 1), { queue: 'fifo', needs: needs(1) }, ...jobs('a', 2)],
      },
      placed: ['j0', 'j1', 'j2', 'j3'],
    },
  'a share whose job does not fit holds up nobody': {
    given: {
      ...fairQueue(),
      capacity: needs(2, 4096),
      jobs: [
        { needs: needs(2, 4096), share: 'a' },
        ...jobs('a', 1),
        { needs: needs(2, 8192), share: 'b' },
      ]
        .slice(1)
        .concat(jobs('c', 1)),
    },
    placed: ['j0', 'j2'],
  },
};

for (const [title, { given, placed }] of Object.entries(orders)) {
  test(title, () => assert.deepEqual(placeJobs(worldOf(given)), placed));
}

test('a weight of 0.125 gets eight times what a weight of 1 gets', () => {
  const world = worldOf({
    ...fairQueue(weights({ light: 0.125, heavy: 1 })),
    capacity: needs(90, 100_000),
    environments: { ce: 90 },
    jobs: [...jobs('heavy', 90), ...jobs('light', 90)],
  });
  const placed = placeJobs(world);
  assert.deepEqual(
    [placed.length, countOf(world, placed, 'light'), countOf(world, placed, 'heavy')],
    [90, 80, 10],
  );
});

test('what was used counts against a share until it has decayed', () => {
  const world = worldOf({
    ...fairQueue(),
    capacity: needs(1, 4096),
    jobs: [...jobs('a', 3), ...jobs('b', 3)],
  });
  assert.deepEqual(placeJobs(world, 0), ['j0']);
  end(world, 'j0', 120_000, 0);
  assert.deepEqual(placeJobs(world, 120_000), ['j3']);
  end(world, 'j3', 180_000, 120_000);
  assert.deepEqual(placeJobs(world, 180_000), ['j4'], 'b used half as much as a');
  end(world, 'j4', 300_000, 180_000);
  assert.deepEqual(placeJobs(world, 300_000), ['j1'], 'by now b used more, and more lately');
});

test('a policy that changes counts from the next pass on', () => {
  const world = worldOf({
    ...fairQueue(weights({ a: 1, b: 1 })),
    capacity: needs(2, 4096),
    jobs: [...jobs('a', 4), ...jobs('b', 4)],
  });
  assert.deepEqual(placeJobs(world), ['j0', 'j4']);
  const policy = [...world.schedulingPolicies.values()][0]!;
  world.apply({
    type: 'scheduling-policy-stored',
    policy: { ...policy, kind: 'fair-share', fairsharePolicy: weights({ a: 0.001, b: 1 }) },
  });
  end(world, 'j0', 60_000);
  end(world, 'j4', 60_000);
  assert.deepEqual(placeJobs(world, 60_000), ['j1', 'j2']);
});

test('a retried job goes before its like, and before no other share or priority', () => {
  const world = worldOf({
    ...fairQueue(),
    capacity: needs(1, 4096),
    jobs: [...jobs('a', 2), ...jobs('a', 1, { priority: 1, attempts: 2 }), ...jobs('b', 1)],
  });
  assert.deepEqual(placeJobs(world), ['j2']);
  end(world, 'j2', 60_000, 1, 1);
  checkWorld(world);
  assert.deepEqual(placeJobs(world, 60_000), ['j3'], 'b used nothing yet');
  end(world, 'j3', 600_000, 60_000);
  assert.deepEqual(placeJobs(world, 600_000), ['j2']);
});

test('over time, shares that always want more get what their weights say', () => {
  const factor = fc.constantFrom(0.25, 0.5, 1, 2, 4);
  fc.assert(
    fc.property(
      fc.array(factor, { minLength: 2, maxLength: 4 }),
      fc.array(fc.integer({ min: 5, max: 60 }), { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 2, max: 8 }),
      (factors, durations, cores) => {
        const names = factors.map((_, index) => `s${index}`);
        const world = worldOf({
          ...fairQueue({
            ...weights(Object.fromEntries(names.map((name, index) => [name, factors[index]!]))),
            shareDecaySeconds: 3600,
          }),
          capacity: needs(cores, 100_000),
          environments: { ce: cores },
          jobs: [],
        });
        const got = new Map(names.map((name) => [name, 0]));
        const running = new Map<string, { until: number; from: number }>();
        let count = 0;
        const refill = (nowMs: number): void =>
          names.forEach((name) => {
            while (
              [...world.jobs.values()].filter(
                (job) => job.status === 'RUNNABLE' && job.terms.share?.identifier === name,
              ).length < cores
            )
              submit(world, { needs: needs(1), share: name }, nowMs);
          });
        for (let second = 0; second < 3600; second += 5) {
          for (const [id, { until, from }] of running) {
            if (until > second) continue;
            running.delete(id);
            got.set(shareOf(world, id), got.get(shareOf(world, id))! + until - from);
            end(world, id, until * 1000, from * 1000);
          }
          refill(second * 1000);
          for (const id of placeJobs(world, second * 1000))
            running.set(id, {
              from: second,
              until: second + durations[count++ % durations.length]!,
            });
        }
        const total = [...got.values()].reduce((sum, one) => sum + one, 0);
        const all = factors.reduce((sum, one) => sum + 1 / one, 0);
        for (const [index, name] of names.entries()) {
          const due = 1 / factors[index]! / all;
          assert.ok(
            Math.abs(got.get(name)! / total - due) < 0.08,
            `${name} got ${got.get(name)! / total} and should get ${due}`,
          );
        }
      },
    ),
    { numRuns: 12 },
  );
});

/**
 * `slots` of one vCPU for shares that always want more, with jobs that last as `lasts` says in
 * turn; a job starts where one has ended. What each share had of all vCPU time from `fromMs` to
 * `untilMs`, in percent.
 */
function percentages(
  shares: Record<string, { weight: number; lasts: readonly number[]; as?: string }>,
  { slots, fromMs = 0, untilMs }: { slots: number; fromMs?: number; untilMs: number },
): Record<string, number> {
  const world = worldOf({
    ...fairQueue(
      weights(
        Object.fromEntries(
          Object.entries(shares).map(([name, { weight, as }]) => [as ?? name, weight]),
        ),
      ),
    ),
    capacity: needs(slots, 100_000),
    environments: { ce: slots },
    jobs: [],
  });
  const names = Object.keys(shares);
  const had = new Map(names.map((name) => [name, 0]));
  const waiting = new Map(names.map((name) => [name, 0]));
  const started = new Map(names.map((name) => [name, 0]));
  const running: { id: string; share: string; placedAtMs: number; endsAtMs: number }[] = [];
  for (let nowMs = 0; nowMs < untilMs;) {
    for (const name of names)
      for (; waiting.get(name)! < slots; waiting.set(name, waiting.get(name)! + 1))
        submit(world, { needs: needs(1), share: name }, nowMs);
    for (const id of placeJobs(world, nowMs)) {
      const share = shareOf(world, id);
      const { lasts } = shares[share]!;
      const count = started.get(share)!;
      started.set(share, count + 1);
      waiting.set(share, waiting.get(share)! - 1);
      const endsAtMs = nowMs + lasts[count % lasts.length]!;
      running.push({ id, share, placedAtMs: nowMs, endsAtMs });
    }
    running.sort((a, b) => a.endsAtMs - b.endsAtMs);
    nowMs = running[0]!.endsAtMs;
    while (running[0]?.endsAtMs === nowMs) {
      const { id, share, placedAtMs } = running.shift()!;
      end(world, id, nowMs, placedAtMs);
      if (placedAtMs >= fromMs) had.set(share, had.get(share)! + nowMs - placedAtMs);
    }
  }
  const all = [...had.values()].reduce((sum, ms) => sum + ms, 0);
  return Object.fromEntries(names.map((name) => [name, Math.round((had.get(name)! / all) * 100)]));
}

type Rounds = [...Parameters<typeof percentages>, due: Record<string, number>];

const quarter = { weight: 0.25 };
const one = { weight: 1 };
const rounds: Record<string, Rounds> = {
  'of 0.3 s on two slots, within twenty starts': [
    { a: { ...quarter, lasts: [300] }, b: { ...one, lasts: [300] } },
    { slots: 2, untilMs: 3000 },
    { a: 80, b: 20 },
  ],
  'of 0.3 s on two slots, for long': [
    { a: { ...quarter, lasts: [300] }, b: { ...one, lasts: [300] } },
    { slots: 2, untilMs: 300_000 },
    { a: 80, b: 20 },
  ],
  'of 0.01 s': [
    { a: { ...quarter, lasts: [10] }, b: { ...one, lasts: [10] } },
    { slots: 2, untilMs: 10_000 },
    { a: 80, b: 20 },
  ],
  'of 300 s': [
    { a: { ...quarter, lasts: [300_000] }, b: { ...one, lasts: [300_000] } },
    { slots: 10, fromMs: 3_600_000, untilMs: 86_400_000 },
    { a: 80, b: 20 },
  ],
  'short ones beside long ones': [
    { a: { ...quarter, lasts: [3000] }, b: { ...one, lasts: [300_000] } },
    { slots: 10, fromMs: 3_600_000, untilMs: 7_200_000 },
    { a: 80, b: 20 },
  ],
  'long ones beside short ones': [
    { a: { ...quarter, lasts: [300_000] }, b: { ...one, lasts: [3000] } },
    { slots: 10, fromMs: 3_600_000, untilMs: 7_200_000 },
    { a: 80, b: 20 },
  ],
  'of 0.01 s to 300 s in each share': [
    {
      a: { ...quarter, lasts: [10, 300, 5000, 300_000] },
      b: { ...one, lasts: [5000, 10, 300_000, 300] },
    },
    { slots: 10, fromMs: 3_600_000, untilMs: 86_400_000 },
    { a: 80, b: 20 },
  ],
  'of three shares': [
    {
      a: { weight: 1, lasts: [300] },
      b: { weight: 2, lasts: [700] },
      c: { weight: 4, lasts: [1300] },
    },
    { slots: 3, untilMs: 300_000 },
    { a: 57, b: 29, c: 14 },
  ],
  'of shares with a common prefix, which weigh alike': [
    {
      a1: { ...quarter, as: 'a*', lasts: [300] },
      a2: { ...quarter, as: 'a*', lasts: [100] },
      b: { ...one, lasts: [300] },
    },
    { slots: 2, untilMs: 60_000 },
    { a1: 44, a2: 44, b: 11 },
  ],
  'of many slots': [
    { a: { ...quarter, lasts: [300] }, b: { ...one, lasts: [300] } },
    { slots: 50, untilMs: 10_000 },
    { a: 80, b: 20 },
  ],
};

for (const [title, [shares, run, due]] of Object.entries(rounds)) {
  test(`jobs come out by their weights: ${title}`, () => {
    const got = percentages(shares, run);
    for (const [share, percent] of Object.entries(due))
      assert.ok(Math.abs((got[share] ?? 0) - percent) <= 3, JSON.stringify(got));
  });
}

// ---- reservation ----

const reserving = (
  computeReservation: number,
  more: Partial<Case> & { jobs: Case['jobs'] },
): LiveWorld =>
  worldOf({
    capacity: needs(64, 100_000),
    environments: { ce: 16 },
    queues: { q: { priority: 1, order: ['ce'], policy: { computeReservation } } },
    ...more,
  });

test('computeReservation holds back (r/100)^n of maxvCpus for shares that are not active', () => {
  const table: [number, string[], number][] = [
    [50, ['a'], 8],
    [50, ['a', 'b'], 12],
    [50, ['a', 'b', 'c'], 14],
    [25, ['a'], 12],
    [25, ['a', 'b'], 15],
    [0, ['a'], 16],
    [99, ['a'], 1],
  ];
  for (const [reservation, names, placed] of table) {
    const world = reserving(reservation, { jobs: names.flatMap((name) => jobs(name, 16)) });
    assert.equal(placeJobs(world).length, placed, `${reservation} with ${names.length} shares`);
  }
});

test('a share that has used nothing may take what is held back, and says why others may not', () => {
  const world = reserving(50, { jobs: jobs('a', 16) });
  assert.equal(placeJobs(world).length, 8);
  const waiting = [...world.jobs.values()].find((job) => job.status === 'RUNNABLE')!;
  assert.equal(
    explain(world, world.jobQueues.get(q)!, waiting, () => 0).text,
    'waiting for the other shares: 8 vCPUs of this queue are in use, and computeReservation leaves 8 of 16 to the 1 share that is active; the rest is kept free for shares that use nothing yet',
  );
  submit(world, { needs: needs(8), share: 'b' });
  assert.deepEqual(placeJobs(world), ['j16']);
});

test('where nothing of the queue runs, one job may always start', () => {
  const world = reserving(99, { jobs: jobs('a', 3) });
  for (const id of ['j0', 'j1', 'j2']) {
    assert.deepEqual(placeJobs(world, 1000), [id]);
    end(world, id, 5000, 1000);
  }
});

test('of an UNMANAGED environment its unmanagedvCpus are the maximum, and where it has none nothing is held back', () => {
  const unmanaged = (vcpus: number) =>
    reserving(50, {
      environments: { '~ce': vcpus },
      settings: { machineServesUnmanaged: true },
      jobs: jobs('a', 16),
    });
  assert.equal(placeJobs(unmanaged(16)).length, 8);
  assert.equal(placeJobs(unmanaged(0)).length, 16);
});

test('a large job is not starved below the reservation, and keeps no host from other queues', () => {
  const queues = {
    q: { priority: 1, order: ['ce'], policy: { computeReservation: 50 } },
    beside: { priority: 1, order: ['ce'] },
  };
  const world = worldOf({
    capacity: needs(8, 100_000),
    environments: { ce: 8 },
    queues,
    settings: { overtakeJobs: 1 },
    jobs: [...jobs('a', 2), { needs: needs(3), share: 'a' }, ...jobs('a', 4)],
  });
  assert.deepEqual(
    placeJobs(world),
    ['j0', 'j1', 'j3'],
    'of four, three are in use, and one has overtaken the large one',
  );
  const reason = (id: string): string =>
    explain(
      world,
      world.jobQueues.get(q)!,
      [...world.jobs.values()].find((job) => job.id === id)!,
      () => 0,
    ).text;
  assert.match(
    reason('j2'),
    /^waiting for the other shares: 3 vCPUs .* leaves 4 of 8 .*; room is kept for this job$/,
  );
  assert.match(reason('j4'), /^waiting behind job j2/);
  end(world, 'j3', 2);
  submit(world, { queue: 'beside', needs: needs(6) });
  assert.deepEqual(placeJobs(world, 2), ['j7']);
  end(world, 'j7', 3, 2);
  end(world, 'j0', 3);
  assert.deepEqual(placeJobs(world, 3), ['j2']);
});

// ---- what is kept ----

test('an attempt counts to the millisecond when it is over, and costs a row a second at most', () => {
  const world = worldOf({ ...fairQueue(), capacity: needs(1, 4096), jobs: jobs('a', 40) });
  const { shares } = world.scheduler.lines.of(q) as FairLine;
  let rows = 0;
  let nowMs = 0;
  for (let count = 0; count < 39; count++) {
    const [id] = placeJobs(world, nowMs);
    end(world, id!, nowMs + 130, nowMs);
    rows += world.takeChanges().shareUsage.size;
    nowMs += 130;
  }
  assert.equal(shares.get('a')?.attemptMs, 130);
  assert.ok(rows <= 7, `${rows} rows in ${nowMs} ms`);
  // Nothing is held: what is left is what was used, decayed by some seconds of ten minutes.
  const used = Number(shares.keyOf('a', 5)) / 10_000 / 1000;
  assert.ok(used > 39 * 130 * 0.98 && used <= 39 * 130, `${used} milliVcpu-seconds`);
});

test('how long attempts of a share last is there again after a restart', () => {
  const world = worldOf({ ...fairQueue(), jobs: jobs('a', 3) });
  placeJobs(world, 0);
  end(world, 'j0', 200, 0);
  const row = world.takeChanges().shareUsage.get('q a')!;
  assert.equal(row.attemptMs, 200, 'the first is stored at once');
  end(world, 'j1', 5000, 0);
  const { attemptMs } = world.takeChanges().shareUsage.get('q a')!;
  assert.equal(attemptMs, 2600);
  const next = worldOf({ ...fairQueue(), jobs: jobs('a', 1) });
  const { shares } = next.scheduler.lines.of(q) as FairLine;
  shares.restore({ ...row, attemptMs });
  assert.equal(shares.keyOfStart('a', 1000), 2600n * 1000n * 10_000n);
  assert.equal(shares.keyOfStart('b', 1000), 60_000n * 1000n * 10_000n, 'none has ended yet');
});

test('a share that is long over is forgotten when a new one comes, and not before', () => {
  const world = worldOf({ ...fairQueue({ shareDecaySeconds: 600 }), jobs: jobs('a', 1) });
  placeJobs(world, 0);
  end(world, 'j0', 60_000, 0);
  const { shares } = world.scheduler.lines.of(q) as FairLine;
  assert.deepEqual(
    [shares.activeCount(60), shares.activeCount(60 + 900), shares.activeCount(60 + 901)],
    [1, 1, 0],
  );
  submit(world, { needs: needs(1), share: 'b' }, 500_000);
  assert.notEqual(shares.get('a'), undefined);
  submit(world, { needs: needs(1), share: 'c' }, 961_000);
  assert.equal(shares.get('a'), undefined);
  assert.equal(world.changes.shareUsage.get('q a')?.forgotten, true);
  checkWorld(world);
});

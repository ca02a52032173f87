// The index of free capacity finds exactly what looking at every host finds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arn, hostId } from '../../../base/ids.ts';
import { addNeeds, subtractNeeds, type Needs } from '../../job/needs.ts';
import { HostIndex } from './host-index.ts';
import { costOn, type HostKind } from './host-kind.ts';
import { fitsIn, hasRoom, timesIn } from './room.ts';

const amounts = (most: number) =>
  fc.record({
    milliVcpu: fc.integer({ min: 0, max: most * 1000 }),
    memoryMib: fc.integer({ min: 0, max: most * 1024 }),
    gpus: fc.integer({ min: 0, max: 2 }),
  });
const environment = fc.constantFrom('a', 'b');

type Step =
  | { do: 'add'; environment: string; kind: number; busy: Needs }
  | { do: 'take' | 'give back'; host: number; needs: Needs }
  | { do: 'remove'; host: number }
  | { do: 'find'; environment: string; needs: Needs }
  | { do: 'empty'; environment: string; kind: number };

const kinds: readonly HostKind[] = [
  { name: 'small', capacity: { milliVcpu: 4000, memoryMib: 8192, gpus: 0 }, microUsd: 170_000 },
  { name: 'memory', capacity: { milliVcpu: 4000, memoryMib: 32_768, gpus: 0 }, microUsd: 252_000 },
  { name: 'gpu', capacity: { milliVcpu: 16_000, memoryMib: 65_536, gpus: 2 }, microUsd: 1_204_000 },
  { name: 'own', capacity: { milliVcpu: 2000, memoryMib: 4096, gpus: 0 }, microUsd: 0 },
];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      environment,
      kind: fc.nat(kinds.length - 1),
      busy: amounts(8),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('take' as const, 'give back' as const),
      host: fc.nat(),
      needs: amounts(8),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), host: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('find' as const), environment, needs: amounts(16) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('empty' as const),
      environment,
      kind: fc.nat(kinds.length - 1),
    }),
  },
);

interface Seen {
  readonly id: string;
  readonly environment: string;
  readonly kind: HostKind;
  /**
   * How many hosts had joined when the first of its kind did, without a time since in which there
   * was none.
   */
  readonly kindSince: number;
  free: Needs;
}

/**
 * What a look at each host finds: the cheapest kind, then the kind that is there for longest, then
 * the first that joined.
 */
function look(hosts: readonly Seen[], in_: string, needs: Needs): string | undefined {
  const room = hosts.filter(
    (host) =>
      host.environment === in_ &&
      fitsIn(host.free, needs) &&
      costOn(host.kind, needs) !== undefined,
  );
  return room
    .toSorted(
      (a, b) => costOn(a.kind, needs)! - costOn(b.kind, needs)! || a.kindSince - b.kindSince,
    )
    .at(0)?.id;
}

test('it finds the host, and those on which nothing runs, that a look at each would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const index = new HostIndex();
      const hosts: Seen[] = [];
      let joined = 0;
      for (const one of steps) {
        const host = 'host' in one && hosts.length > 0 ? hosts[one.host % hosts.length] : undefined;
        if (one.do === 'add') {
          const kind = kinds[one.kind]!;
          const kindSince =
            hosts.find((other) => other.environment === one.environment && other.kind === kind)
              ?.kindSince ?? joined;
          const seen = {
            id: `h${joined++}`,
            environment: one.environment,
            kind,
            kindSince,
            free: subtractNeeds(kind.capacity, one.busy),
          };
          hosts.push(seen);
          index.add(arn(one.environment), hostId(seen.id), kind, seen.free);
        } else if (one.do === 'find') {
          assert.equal(
            index.find(arn(one.environment), one.needs),
            look(hosts, one.environment, one.needs),
          );
        } else if (one.do === 'empty') {
          const kind = kinds[one.kind]!;
          const empty = hosts.filter(
            (each) =>
              each.environment === one.environment &&
              each.kind === kind &&
              each.free.milliVcpu >= kind.capacity.milliVcpu,
          );
          // What the steps give back need never have been taken: one that lacks memory or GPUs is
          // none that nothing runs on.
          assert.deepEqual(
            [...index.empty(arn(one.environment), kind.name)],
            empty.filter(({ free }) => free.memoryMib >= 0 && free.gpus >= 0).map(({ id }) => id),
          );
        } else if (host !== undefined && one.do === 'remove') {
          hosts.splice(hosts.indexOf(host), 1);
          index.remove(hostId(host.id));
          assert.equal(index.free(hostId(host.id)), undefined);
        } else if (host !== undefined && one.do !== 'remove') {
          host.free =
            one.do === 'take'
              ? subtractNeeds(host.free, one.needs)
              : addNeeds(host.free, one.needs);
          if (one.do === 'take') index.take(hostId(host.id), one.needs);
          else index.giveBack(hostId(host.id), one.needs);
          assert.deepEqual(index.free(hostId(host.id)), host.free);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a job without GPUs goes to a host without them as long as there is one', () => {
  const index = new HostIndex();
  const [small, memory, gpu] = kinds as [HostKind, HostKind, HostKind];
  for (const kind of [gpu, memory, small])
    index.add(arn('e'), hostId(kind.name), kind, kind.capacity);
  const needs = { milliVcpu: 4000, memoryMib: 4096, gpus: 0 };
  const order = [];
  for (
    let host = index.find(arn('e'), needs);
    host !== undefined && order.length < 3;
    host = index.find(arn('e'), needs)
  ) {
    order.push(host);
    index.take(host, needs);
  }
  assert.deepEqual(order, ['small', 'memory', 'gpu']);
});

test('hosts that left leave no trace', () => {
  const index = new HostIndex();
  const one = { milliVcpu: 1000, memoryMib: 1024, gpus: 0 };
  for (let round = 0; round < 1000; round++) {
    index.add(arn('e'), hostId(`h${round}`), { name: 'one', capacity: one, microUsd: 1 }, one);
    if (round >= 3) index.remove(hostId(`h${round - 3}`));
  }
  assert.equal(index.find(arn('e'), one), 'h997');
  for (const last of ['h997', 'h998', 'h999']) index.remove(hostId(last));
  assert.equal(index.find(arn('e'), { milliVcpu: 0, memoryMib: 0, gpus: 0 }), undefined);
  index.remove(hostId('h1'));
  index.take(hostId('h1'), one);
  index.giveBack(hostId('h1'), one);
  assert.equal(index.free(hostId('h1')), undefined);
});

test('how often needs fit is the most that fit', () => {
  fc.assert(
    fc.property(amounts(64), amounts(4), fc.integer({ min: 0, max: 100 }), (free, needs, most) => {
      const times = timesIn(free, needs, most);
      const all = (count: number): Needs => ({
        milliVcpu: needs.milliVcpu * count,
        memoryMib: needs.memoryMib * count,
        gpus: needs.gpus * count,
      });
      assert.ok(times === 0 || fitsIn(free, all(times)));
      assert.ok(times === most || !fitsIn(free, all(times + 1)));
    }),
  );
});

test('a job larger than a host has room on it when nothing else does, but for its GPUs', () => {
  const capacity = { milliVcpu: 2000, memoryMib: 1024, gpus: 1 };
  const idle = { milliVcpu: 0, memoryMib: 0, gpus: 0 };
  const large = { milliVcpu: 4000, memoryMib: 64, gpus: 1 };
  assert.equal(hasRoom(capacity, idle, large), true);
  assert.equal(hasRoom(capacity, { milliVcpu: 1, memoryMib: 1, gpus: 0 }, large), false);
  assert.equal(hasRoom(capacity, idle, { ...large, gpus: 2 }), false);
});

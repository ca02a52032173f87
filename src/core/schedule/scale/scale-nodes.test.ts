// Instances for multi-node parallel jobs over passes and scaling cycles: all or none, kept until
// there is one for each node, never half for two jobs, and room in the end for a job that others
// overtake.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arn, hostId, jobId, type ConnectionKey } from '../../../base/ids.ts';
import { defaultMarket } from './market.ts';
import { Fleet } from '../../../../test/house/fleet.ts';
import { needs, scope, type ExampleJob } from '../../../../test/house/world.ts';

const capacity = needs(1000, 10_000_000);
const nodes = (count: number, each = needs(1), more: Partial<ExampleJob> = {}): ExampleJob => ({
  needs: each,
  nodes: count === 1 ? [] : [[count - 1, each]],
  ...more,
});
const small = { needs: needs(1) };

test('whole instances are launched, and only for all nodes', () => {
  const fleet = new Fleet({
    capacity,
    environments: { ce: { maxvCpus: 8, instanceTypes: ['m5.xlarge'] } },
  });
  fleet.submit(nodes(2));
  fleet.submit(nodes(2));
  assert.equal(fleet.cycle(), '2 m5.xlarge');
  assert.equal(fleet.cycle(), '', 'what starts counts');
});

test('what can be had only in part is not launched at all', () => {
  const pools = new Map([['m5.large', 2]]);
  const fleet = new Fleet({
    capacity,
    environments: { ce: {} },
    settings: { market: { ...defaultMarket, pools } },
  });
  const job = fleet.submit(nodes(3));
  assert.equal(fleet.cycle(), '');
  fleet.pass();
  const { text, token } = fleet.reason(job);
  assert.match(text, /0 are there and empty, 0 are starting; no more of them are available$/);
  assert.equal(token, 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY');
});

test('idle instances of the type count, full ones do not, and a smaller need behind goes elsewhere', () => {
  const fleet = new Fleet({ capacity, environments: { ce: {} } });
  fleet.submit(small);
  fleet.submit(nodes(2));
  assert.equal(fleet.cycle(), '3 m5.large');
  fleet.run();
  assert.deepEqual(fleet.pass(), ['j0', 'j1']);
  fleet.end('j1');
  const job = fleet.submit(nodes(3));
  fleet.submit(small);
  assert.equal(fleet.cycle(), '1 m5.large');
  assert.deepEqual(fleet.pass(), ['j3']);
  assert.match(
    fleet.reason(job).text,
    /^waiting for 3 instances of type m5.large of compute environment ce, one for each node: 2 are there and empty, 1 is starting; room is kept for this job$/,
  );
  fleet.run();
  assert.deepEqual(fleet.pass(), ['j2']);
});

test('instances that were launched for nodes are given to nobody behind them, nor ended, while others start', () => {
  const fleet = new Fleet({ capacity, environments: { ce: { maxvCpus: 6 } } });
  const job = fleet.submit(nodes(3));
  assert.equal(fleet.cycle(), '3 m5.large');
  fleet.run(2);
  const behind = fleet.submit(small);
  assert.deepEqual(fleet.pass(), []);
  assert.equal(fleet.cycle(), '');
  assert.equal(
    fleet.reason(behind).text,
    `waiting behind job ${job}: instances are kept for its nodes until there is one for each of them`,
  );
  assert.deepEqual(fleet.pass(), []);
  fleet.run();
  assert.deepEqual(fleet.pass(), [job]);
});

test('a job behind has an instance launched for itself meanwhile', () => {
  const fleet = new Fleet({ capacity, environments: { ce: {} } });
  fleet.submit(nodes(3));
  fleet.cycle();
  fleet.run(2);
  const behind = fleet.submit(small);
  fleet.pass();
  assert.equal(fleet.world.scheduler.scalingWanted, 'soon');
  assert.equal(fleet.cycle(), '1 m5.large');
  assert.match(
    fleet.reason(behind).text,
    /^waiting for an instance of compute environment ce: 2 are starting$/,
  );
});

test('a job of higher priority may take what is kept', () => {
  const fleet = new Fleet({
    capacity,
    environments: { ce: {} },
    queues: { q: { priority: 1, order: ['ce'] }, high: { priority: 2, order: ['ce'] } },
  });
  fleet.submit(nodes(2));
  fleet.cycle();
  fleet.run(1);
  fleet.pass();
  const first = fleet.submit({ ...small, queue: 'high' });
  assert.deepEqual(fleet.pass(), [first]);
  assert.equal(fleet.cycle(), '1 m5.large');
});

test('when one of the instances cannot be launched, another is; when none can, those that came are not kept', () => {
  const pools = new Map([['m5.large', 3]]);
  const fleet = new Fleet({
    capacity,
    environments: { ce: {} },
    settings: { market: { ...defaultMarket, pools } },
  });
  fleet.submit(nodes(3));
  fleet.cycle();
  fleet.run(2);
  fleet.pass();
  const [starting] = [...fleet.world.hosts.values()].filter(
    (host) => host.kind === 'instance' && host.state === 'PENDING',
  );
  fleet.do({ type: 'report-instance', hostId: starting!.id, report: 'ended' });
  fleet.pass();
  assert.equal(fleet.cycle(), '1 m5.large');
  pools.set('m5.large', 2);
  const [again] = [...fleet.world.hosts.values()].filter(
    (host) => host.kind === 'instance' && host.state === 'PENDING',
  );
  fleet.do({ type: 'report-instance', hostId: again!.id, report: 'ended' });
  const single = fleet.submit(small);
  assert.deepEqual(fleet.pass(), [single]);
  assert.equal(fleet.cycle(), '-1');
});

for (const alike of [true, false]) {
  test(`two jobs of which the fleet holds one, of ${alike ? 'the same type' : 'types of their own'}: neither waits with half of it`, () => {
    const fleet = new Fleet({
      capacity,
      environments: { ce: { maxvCpus: 16, instanceTypes: ['m5.xlarge', 'c5.xlarge'] } },
      queues: { a: { priority: 1, order: ['ce'] }, b: { priority: 1, order: ['ce'] } },
    });
    const first = fleet.submit(nodes(3, needs(4), { queue: 'a', on: 'm5.xlarge' }));
    const second = fleet.submit(
      nodes(3, needs(4), { queue: 'b', on: alike ? 'm5.xlarge' : 'c5.xlarge' }),
    );
    assert.equal(fleet.cycle(), '3 m5.xlarge');
    fleet.run(2);
    assert.deepEqual(fleet.pass(), []);
    assert.equal(fleet.cycle(), '');
    fleet.run();
    assert.deepEqual(fleet.pass(), [first]);
    assert.equal(fleet.cycle(), '');
    fleet.end(first);
    assert.equal(fleet.cycle(), alike ? '' : '~2 -1');
    if (!alike) assert.equal(fleet.cycle(), '3 c5.xlarge');
    fleet.run();
    assert.deepEqual(fleet.pass(), [second]);
  });
}

test('idle instances of another type make way', () => {
  const fleet = new Fleet({
    capacity,
    environments: { ce: { maxvCpus: 8, minvCpus: 4, instanceTypes: ['m5.large', 'm5.xlarge'] } },
  });
  for (const id of [fleet.submit({ needs: needs(2) }), fleet.submit({ needs: needs(1) })]) {
    fleet.cycle();
    fleet.run();
    fleet.pass();
    fleet.end(id);
  }
  const job = fleet.submit(nodes(2, needs(4)));
  const had = fleet.instances().map(({ type }) => type);
  const told = [fleet.cycle(), fleet.cycle()];
  assert.deepEqual(
    [had, told],
    [
      ['m5.large', 'm5.large'],
      ['~2', '2 m5.xlarge'],
    ],
  );
  fleet.run();
  assert.deepEqual(fleet.pass(), [job]);
});

test('where no more instances may be had, the place of those that make way for nodes goes to no other environment', () => {
  const fleet = new Fleet({
    capacity,
    settings: { instanceLimit: 3 },
    environments: {
      ce: { minvCpus: 2, instanceTypes: ['m5.large', 'm5.xlarge'] },
      other: { instanceTypes: ['c5.large'] },
    },
    queues: { q: { priority: 2, order: ['ce'] }, low: { priority: 1, order: ['other'] } },
  });
  assert.equal(fleet.cycle(), '1 m5.large');
  fleet.run();
  const job = fleet.submit(nodes(3, needs(4), { queue: 'q' }));
  fleet.submit({ ...small, queue: 'low' });
  assert.deepEqual([fleet.cycle(), fleet.cycle()], ['~1', '3 m5.xlarge']);
  fleet.run();
  assert.deepEqual(fleet.pass(), [job]);
});

test('nodes of clusters are none of the instances that may be had', () => {
  const fleet = new Fleet({
    capacity,
    settings: { instanceLimit: 1 },
    environments: { ce: {}, lab: {} },
    queues: { q: { priority: 1, order: ['ce'] } },
  });
  fleet.world.apply({
    type: 'host-stored',
    host: {
      id: hostId('n'.repeat(32)),
      kind: 'instance',
      title: 'node n',
      scope,
      computeEnvironmentArn: arn('lab'),
      connection: 'cluster:lab' as ConnectionKey,
      reference: 'n',
      instanceType: 'node',
      spot: false,
      revision: 1,
      capacity: needs(4),
      state: 'RUNNING',
      launchedAtMs: 0,
    },
  });
  fleet.submit({ ...small, queue: 'q' });
  assert.match(fleet.cycle(), /1 m5\.large/);
});

test('instances that are kept for nodes do not make way for a job of another queue', () => {
  for (const other of [nodes(1, needs(4)), { needs: needs(4) }]) {
    const fleet = new Fleet({
      capacity,
      environments: {
        ce: {
          maxvCpus: 8,
          allocationStrategy: 'BEST_FIT',
          instanceTypes: ['m5.large', 'm5.xlarge'],
        },
      },
      queues: { a: { priority: 1, order: ['ce'] }, b: { priority: 1, order: ['ce'] } },
    });
    const job = fleet.submit(nodes(4, needs(1), { queue: 'b', on: 'm5.large' }));
    assert.equal(fleet.cycle(), '4 m5.large');
    fleet.run(3);
    fleet.pass();
    fleet.submit({ ...other, queue: 'a' });
    fleet.pass();
    assert.equal(fleet.cycle(), '');
    fleet.run();
    assert.deepEqual(fleet.pass(), [job]);
  }
});

/** Singles keep all instances busy. Rounds until the job is placed. */
function roundsUntilPlaced(fleet: Fleet, nodesOf: ExampleJob, single: ExampleJob): number {
  for (let count = 0; count < 8; count++) fleet.submit(single);
  fleet.cycle();
  fleet.run();
  const running = fleet.pass();
  const job = fleet.submit(nodesOf);
  for (let round = 1; round <= 40; round++) {
    fleet.nowMs += 1000;
    for (let count = 0; count < 6; count++) fleet.submit(single);
    fleet.cycle();
    fleet.run();
    running.push(...fleet.pass());
    if (fleet.isPlaced(job)) return round;
    for (const id of running.splice(0, 3)) fleet.end(id);
  }
  return Number.POSITIVE_INFINITY;
}

test('a job that others overtake has room made: on instances of its type, …', () => {
  const fleet = new Fleet({
    capacity,
    environments: { ce: { maxvCpus: 8 } },
    settings: { overtakeJobs: 5 },
  });
  const rounds = roundsUntilPlaced(fleet, nodes(3), small);
  assert.ok(rounds < 15, `${rounds}`);
});

test('… in place of instances of another type, …', () => {
  const fleet = new Fleet({
    capacity,
    environments: { ce: { maxvCpus: 8, instanceTypes: ['m5.large', 'c5.xlarge'] } },
    settings: { overtakeJobs: 5 },
  });
  const rounds = roundsUntilPlaced(fleet, nodes(2, needs(4)), { needs: needs(1, 3000) });
  assert.ok(rounds < 15, `${rounds}`);
});

test('… on registered hosts, …', () => {
  const fleet = new Fleet({
    capacity,
    environments: { own: { hosts: [needs(2), needs(2), needs(2)] } },
    settings: { overtakeJobs: 5 },
  });
  const rounds = roundsUntilPlaced(fleet, nodes(3), small);
  assert.ok(rounds < 15, `${rounds}`);
});

test('… and on the machine beneath', () => {
  const fleet = new Fleet({
    capacity: needs(4, 4096),
    environments: { ce: { maxvCpus: 64 } },
    settings: { overtakeJobs: 5 },
  });
  const rounds = roundsUntilPlaced(fleet, nodes(3, needs(2)), small);
  assert.ok(rounds < 15, `${rounds}`);
});

/**
 * What is kept for nodes: all that they need, unless instances make way for the rest; and nothing
 * for two jobs.
 */
function checkKept({ world }: Fleet): void {
  const kept = new Set<string>();
  for (const {
    jobClass: { claim, hold },
  } of world.scheduler.backlog.classes()) {
    if (claim.nodes === undefined || hold?.room === undefined) continue;
    assert.ok(hold.overtaken || hold.room.hostIds.length === claim.nodes.numNodes);
    for (const id of hold.room.hostIds) assert.ok(!kept.has(id) && kept.add(id));
  }
}

const anySingle = fc.record({
  needs: fc.constantFrom(needs(1, 64), needs(2, 64), needs(4, 64), needs(1, 3000)),
  queue: fc.constantFrom('q', 'r'),
});
const anyNodes = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  each: fc.constantFrom(needs(1, 64), needs(2, 64), needs(4, 64)),
  on: fc.constantFrom(undefined, undefined, 'm5.large', 'm5.xlarge'),
  queue: fc.constantFrom('q', 'r'),
});

test('whatever comes, every job that could ever run is placed within a bound, and no two hold what neither can use', () => {
  fc.assert(
    fc.property(
      fc.array(anyNodes, { minLength: 1, maxLength: 4 }),
      fc.array(anySingle, { minLength: 5, maxLength: 30 }),
      fc.constantFrom(2, 4, 1000),
      fc.integer({ min: 0, max: 5 }),
      fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }),
      fc.boolean(),
      (gangs, singles, cores, overtakeJobs, draws, own) => {
        const order = own ? ['ce', 'own'] : ['ce'];
        const fleet = new Fleet({
          capacity: needs(cores, 1_000_000),
          settings: { overtakeJobs },
          environments: {
            ce: { maxvCpus: 16, instanceTypes: ['m5.large', 'm5.xlarge'] },
            own: { hosts: [needs(4), needs(2)] },
          },
          queues: { q: { priority: 1, order }, r: { priority: 1, order: ['ce'] } },
        });
        const waiting = gangs.flatMap(({ count, each, on, queue }) =>
          on === 'm5.large' && each.milliVcpu > 2000
            ? []
            : [fleet.submit(nodes(count, each, { queue, ...(on === undefined ? {} : { on }) }))],
        );
        const running: string[] = [];
        let round = 0;
        for (; waiting.some((id) => !fleet.isPlaced(id)); round++) {
          assert.ok(
            round < 300,
            `still waits: ${waiting
              .filter((id) => !fleet.isPlaced(id))
              .map((id) => fleet.reason(id).text)
              .join(' / ')}`,
          );
          fleet.nowMs += 1000;
          for (let count = 0; count < 3; count++)
            fleet.submit(singles[(round * 3 + count) % singles.length]!);
          fleet.pass();
          if (draws[round % draws.length] !== 0 || round % 4 === 0) fleet.cycle();
          fleet.run(1 + (draws[(round + 7) % draws.length] ?? 0));
          running.push(
            ...[...fleet.world.jobs.keys()].filter(
              (id) => fleet.isPlaced(id) && !running.includes(id),
            ),
          );
          fleet.pass();
          running.push(
            ...[...fleet.world.jobs.keys()].filter(
              (id) => fleet.isPlaced(id) && !running.includes(id),
            ),
          );
          checkKept(fleet);
          for (const id of running.splice(0, 1 + (draws[(round + 3) % draws.length] ?? 0)))
            if (fleet.world.jobs.has(jobId(id))) fleet.end(id);
        }
      },
    ),
    { numRuns: 150 },
  );
});

// The scaling cycle and the pass as the server runs them: over a world with 100,000 waiting jobs of
// 50 shapes and an environment of 100 instance types; then with all of them running on the
// instances that were launched, while jobs end and others come. And multi-node parallel jobs: a
// large one is launched for, waits, and is placed among instances that are full.

import { attemptId, containerIdOf, hostId, type JobId } from '../src/base/ids.ts';
import type { ComputeEnvironment } from '../src/core/compute-environment/compute-environment.ts';
import { ec2Catalogue } from '../src/core/instance-type/catalogue.ts';
import { Fleet } from '../test/house/fleet.ts';
import { Pass } from '../src/core/schedule/fit/place.ts';
import { carryOut, needs, submit, worldOf } from '../test/house/world.ts';
import { scalingCycle } from '../src/core/schedule/scale/scaling-cycle.ts';
import type { LiveWorld } from '../src/core/world/live-world.ts';
import { draws } from './draws.ts';
import type { Figure } from './report.ts';

const jobs = 100_000;
const families = ['m6i', 'c6i', 'r6i', 'c7i', 'm5', 'c5', 'r5', 'm7i', 'r7i', 'c6a'];
const instanceTypes = families
  .flatMap((name) => ec2Catalogue.family(name))
  .slice(0, 100)
  .map(({ name }) => name);

export function cycleBench(): Promise<Figure[]> {
  const world = worldOf({
    jobs: [],
    environments: { fleet: 1_000_000 },
    capacity: needs(10_000_000, 100_000_000_000),
  });
  const [environment] = world.computeEnvironments.values() as Iterable<ComputeEnvironment>;
  const computeResources = {
    type: 'EC2' as const,
    allocationStrategy: 'BEST_FIT_PROGRESSIVE' as const,
    minvCpus: 0,
    maxvCpus: 1_000_000,
    instanceTypes,
    subnets: [],
  };
  world.apply({
    type: 'compute-environment-stored',
    environment: { ...(environment as ComputeEnvironment), computeResources },
  });
  const draw = draws(5);
  const shapes = Array.from({ length: 50 }, () => needs(draw.upTo(16), 1024 * draw.upTo(64)));
  for (let count = 0; count < jobs; count++)
    submit(world, {
      needs: shapes[Math.min(draw.upTo(50), draw.upTo(50)) - 1] as (typeof shapes)[number],
    });

  const times = Array.from({ length: 9 }, () => timed(() => scalingCycle(world, 1)));
  while (launch(world) > 0);
  const placing = (timed(() => place(world, jobs)) * 1000) / jobs;
  const instances = [...world.hosts.values()].filter(({ kind }) => kind === 'instance').length;
  const running = [...world.attempts.values()];
  const busy = Array.from({ length: 9 }, () => timed(() => scalingCycle(world, 1)));
  const turns = 20_000;
  const turn =
    (timed(() => {
      for (let count = 0; count < turns; count++) {
        end(world, running, draw.upTo(running.length) - 1);
        submit(world, { needs: shapes[draw.upTo(50) - 1] as (typeof shapes)[number] });
        place(world, 1);
      }
    }) *
      1000) /
    turns;
  return Promise.resolve([
    {
      what: 'a scaling cycle over 100,000 waiting jobs of 50 shapes',
      value: median(times),
      unit: 'ms',
      target: { bound: 'at most', value: 50 },
      note: `${instanceTypes.length} instance types; read off the world, packed and explained`,
    },
    {
      what: '  the same with all of them running',
      value: median(busy),
      unit: 'ms',
      note: `${instances} instances`,
    },
    {
      what: 'a placement while they are placed',
      value: placing,
      unit: 'µs',
      target: { bound: 'at most', value: 200 },
      note: 'taken from the order, fitted, applied',
    },
    ...nodesFigures(),
    {
      what: 'a job ends and another is placed',
      value: turn,
      unit: 'µs',
      target: { bound: 'at most', value: 200 },
      note: 'submission and end included',
    },
  ]);
}

const numNodes = 1_000;
const full = 9_000;

/** One instance to a node, beside as many again as there are full ones. */
function nodesFigures(): Figure[] {
  const fleet = new Fleet({
    capacity: needs(1_000_000, 1_000_000_000),
    environments: { fleet: { maxvCpus: 100_000, instanceTypes: ['c6i.large'] } },
  });
  for (let count = 0; count < full; count++) fleet.submit({ needs: needs(2) });
  fleet.cycle();
  fleet.run();
  fleet.pass(false);
  fleet.submit({ needs: needs(1), nodes: [[numNodes - 1, needs(1)]] });
  const planning = timed(() => fleet.cycle());
  fleet.run(numNodes - 1);
  fleet.pass(false);
  const waiting = median(Array.from({ length: 9 }, () => timed(() => fleet.pass(false))));
  fleet.run();
  const placing = timed(() => {
    if (fleet.pass(false).length !== 1) throw new Error('the nodes were not placed');
  });
  return [
    {
      what: `a job of ${numNodes} nodes is placed`,
      value: placing,
      unit: 'ms',
      target: { bound: 'at most', value: 50 },
      note: `the pass and what it applies; beside ${full} full instances`,
    },
    {
      what: '  a pass while it waits for its last instance',
      value: waiting,
      unit: 'ms',
      note: `${numNodes - 1} are empty and kept`,
    },
    {
      what: '  a scaling cycle that launches for it',
      value: planning,
      unit: 'ms',
      note: 'the launches applied',
    },
  ];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

let ids = 0;

/** Carries the plan out; answers how many instances that were. */
function launch(world: LiveWorld): number {
  let launched = 0;
  const { plan, state } = scalingCycle(world, 1);
  world.scheduler.scaled(state);
  const [machine] = world.hosts.machines();
  for (const { arn, launches } of plan.environments) {
    for (const { type, count } of launches) {
      const hostIds = Array.from({ length: count }, () => hostId(String(++ids).padStart(32, '0')));
      carryOut(
        world,
        {
          type: 'launch-instances',
          computeEnvironmentArn: arn,
          machineId: (machine as { id: (typeof hostIds)[number] }).id,
          instanceType: type.name,
          hostIds,
        },
        1,
      );
      for (const id of hostIds)
        carryOut(world, { type: 'report-instance', hostId: id, report: 'running' }, 1);
      launched += count;
    }
  }
  return launched;
}

function place(world: LiveWorld, most: number): void {
  const pass = new Pass(world, world.scheduler, 1);
  for (let placed = 0; placed < most; placed++) {
    const next = pass.next();
    if (next === undefined) break;
    carryOut(
      world,
      {
        type: 'place-job',
        attemptId: attemptId(String(++ids).padStart(32, '0')),
        ...next,
        otherNodes: undefined,
      },
      1,
    );
  }
  pass.end();
  world.takeChanges();
}

/** The job has run; its place in the list is the last one's from here on. */
function end(world: LiveWorld, running: JobId[], at: number): void {
  const job = world.jobs.get(running[at] as JobId);
  running[at] = running.at(-1) as JobId;
  running.pop();
  if (job === undefined || !('attempt' in job)) return;
  carryOut(
    world,
    {
      type: 'report-container',
      containerId: containerIdOf(job.attempt.attemptId, 0),
      report: { type: 'exited', atMs: 2, exit: { exitCode: 0, outOfMemory: false } },
    },
    1,
  );
}

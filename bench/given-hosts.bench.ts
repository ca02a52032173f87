// Placing on hosts that are given, such as the nodes of a cluster: what a job costs when 1,000 of
// them fill, and when they are full and one job after the other ends, beside the same on 100. What
// a pass looks at must not grow with the hosts.

import { arn, attemptId, containerIdOf, hostId, type JobId } from '../src/base/ids.ts';
import type { Instance } from '../src/core/host/host.ts';
import { Pass } from '../src/core/schedule/fit/place.ts';
import type { LiveWorld } from '../src/core/world/live-world.ts';
import { carryOut, needs, scope, submit, worldOf } from '../test/house/world.ts';
import { draws } from './draws.ts';
import type { Figure } from './report.ts';

const jobs = 20_000;
const turns = 5_000;
const capacity = needs(16, 64 * 1024);

export function givenHostsBench(): Promise<Figure[]> {
  const few = measured(100);
  const many = measured(1_000);
  return Promise.resolve([
    {
      what: `a placement while 1,000 nodes fill, ${jobs.toLocaleString('en-US')} jobs of 50 shapes`,
      value: many.fillUs,
      unit: 'µs',
      target: { bound: 'at most', value: 200 },
      note: `100 nodes: ${few.fillUs.toFixed(0)} µs; taken from the order, fitted, applied`,
    },
    {
      what: '  a job ends and what now fits is placed, all full',
      value: many.turnUs,
      unit: 'µs',
      target: { bound: 'at most', value: 400 },
      note: `100 nodes: ${few.turnUs.toFixed(0)} µs; a pass over all 50 shapes`,
    },
    {
      what: '  … beside that on a tenth of the nodes',
      value: many.turnUs / few.turnUs,
      unit: '×',
      target: { bound: 'at most', value: 2 },
    },
  ]);
}

function measured(nodes: number): { readonly fillUs: number; readonly turnUs: number } {
  const world = worldOf({ environments: { '~own': 0 }, capacity: needs(1, 128), jobs: [] });
  for (let index = 0; index < nodes; index++)
    world.apply({ type: 'host-stored', host: node(index) });
  const draw = draws(7);
  const shapes = Array.from({ length: 50 }, () => needs(draw.upTo(4), 1024 * draw.upTo(16)));
  const one = (): void => {
    submit(world, { needs: shapes[draw.upTo(50) - 1] as (typeof shapes)[number] });
  };
  for (let count = 0; count < jobs; count++) one();
  let placed = 0;
  const filling = timed(() => {
    placed = place(world);
  });
  const running = [...world.attempts.values()];
  const turning = timed(() => {
    for (let count = 0; count < turns; count++) {
      end(world, running, draw.upTo(running.length) - 1);
      one();
      place(world, running);
    }
  });
  return { fillUs: (filling * 1000) / placed, turnUs: (turning * 1000) / turns };
}

const idOf = (number: number, kind: string): string => kind + String(number).padStart(31, '0');

const node = (index: number): Instance => ({
  kind: 'instance',
  id: hostId(idOf(index, 'e')),
  title: `node ${index}`,
  scope,
  computeEnvironmentArn: arn('own'),
  instanceType: 'my.node',
  spot: false,
  revision: 1,
  capacity,
  state: 'RUNNING',
  launchedAtMs: 0,
  own: true,
});

let attempts = 0;

/** One pass; how many it placed, which are added to `running`. */
function place(world: LiveWorld, running: JobId[] = []): number {
  const pass = new Pass(world, world.scheduler, 1);
  let placed = 0;
  for (let next = pass.next(); next !== undefined; next = pass.next()) {
    const id = attemptId(idOf(++attempts, 'a'));
    carryOut(world, { type: 'place-job', attemptId: id, ...next, otherNodes: undefined }, 1);
    running.push(next.jobId);
    placed++;
  }
  pass.end();
  world.takeChanges();
  return placed;
}

/** The job has run; its place in the list is the last one's from here on. */
function end(world: LiveWorld, running: JobId[], at: number): void {
  const job = world.jobs.get(running[at] as JobId);
  running[at] = running.at(-1) as JobId;
  running.pop();
  if (job === undefined || !('attempt' in job)) throw new Error('a job that runs has an attempt');
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

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

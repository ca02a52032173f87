// Jobs of an environment whose cluster chooses the nodes: it takes anything within maxvCpus, and as
// many as may wait there; who is next is ours to say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, containerIdOf, hostId, jobId } from '../../../base/ids.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import {
  attemptOf,
  carryOut,
  displace,
  end,
  needs,
  place,
  placeJobs,
  submit,
  worldOf,
  type Case,
} from '../../../../test/house/world.ts';
import { jobsOf, sharedQueue, vcpus } from '../../../../test/house/quotas.ts';
import { explain } from '../explain/explain.ts';

/** The environments of these names are on a cluster that chooses. */
function clusterWorld(given: Case, names: readonly string[] = ['ce']): LiveWorld {
  const world = worldOf(given);
  for (const [index, name] of names.entries()) {
    const environment = world.computeEnvironments.get(arn(name))!;
    const capacity = { clusterArn: `arn:aws:eks:us-east-1:000000000000:cluster/${name}` };
    world.apply({
      type: 'compute-environment-stored',
      environment: { ...environment, capacity, placement: 'cluster' },
    });
    const id = hostId(String(index + 1).repeat(32));
    carryOut(
      world,
      { type: 'join-cluster', hostId: id, computeEnvironmentArn: arn(name), isHeard: true },
      0,
    );
  }
  return world;
}

function seat(world: LiveWorld, id: string, nodeName = 'a'): void {
  const containerId = containerIdOf(attemptOf(id), 0);
  const report = { type: 'seated', nodeName } as const;
  carryOut(world, { type: 'report-container', containerId, report }, 1);
}
const reason = (world: LiveWorld, id: string): string => {
  const job = world.jobs.get(jobId(id))!;
  return explain(world, world.jobQueues.get(job.queueArn)!, job, () => 0).text;
};
const job = { needs: needs(1) };
const waiting = (podsWaiting: number): Pick<Case, 'settings'> => ({ settings: { podsWaiting } });

test('whatever a job asks for of it within maxvCpus, an autoscaler may bring', () => {
  const world = clusterWorld({
    environments: { ce: 100 },
    jobs: [{ needs: needs(96, 10_000_000, 64) }, { needs: needs(101) }, { needs: needs(5) }],
  });
  assert.deepEqual(placeJobs(world), ['j0']);
  assert.match(reason(world, 'j1'), /^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - /);
  assert.match(reason(world, 'j2'), /96 of 100/);
});

test('of several queues the one with the higher priority goes next, whenever one may', () => {
  const world = clusterWorld({
    ...waiting(2),
    queues: { low: { priority: 1, order: ['ce'] }, high: { priority: 2, order: ['ce'] } },
    jobs: [
      { ...job, queue: 'low' },
      { ...job, queue: 'low' },
      { ...job, queue: 'low' },
      { ...job, queue: 'high' },
    ],
  });
  assert.deepEqual(placeJobs(world), ['j3', 'j0']);
  assert.deepEqual(placeJobs(world), []);
  seat(world, 'j0');
  assert.deepEqual(placeJobs(world), ['j1']);
  end(world, 'j3', 10);
  assert.deepEqual(placeJobs(world, 10), ['j2']);
});

test('shares have their turns within the bound', () => {
  const shared = (share: string) => ({ ...job, share });
  const world = clusterWorld({
    ...waiting(1),
    queues: { q: { priority: 1, order: ['ce'], policy: {} } },
    jobs: [shared('a'), shared('a'), shared('a'), shared('b'), shared('b')],
  });
  const order: string[] = [];
  for (let next = placeJobs(world); next.length > 0; next = placeJobs(world)) {
    order.push(...next);
    seat(world, next[0]!);
  }
  assert.deepEqual(order, ['j0', 'j3', 'j1', 'j4', 'j2']);
});

test('where as many wait as may, the next environment of the queue has its turn', () => {
  const world = clusterWorld(
    { ...waiting(1), environments: { ce: 8, other: 8 }, jobs: [job, job, job] },
    ['ce', 'other'],
  );
  assert.deepEqual(place(world), ['j0>ce', 'j1>other']);
  assert.match(reason(world, 'j2'), /^waiting for cluster other: a pod waits there for a node/);
});

test('a gang goes as a whole, though more wait then than else may', () => {
  const gang = { needs: needs(2), nodes: [[3, needs(1)]] as [number, ReturnType<typeof needs>][] };
  const world = clusterWorld({
    ...waiting(2),
    environments: { ce: 8 },
    jobs: [job, gang, job, { ...gang, needs: needs(20) }],
  });
  assert.deepEqual(placeJobs(world), ['j0', 'j1']);
  const [host] = [...world.hosts.of(arn('ce'))];
  assert.equal(world.waitingOn(host!.id), 5);
  seat(world, 'j0');
  seat(world, 'j1');
  assert.deepEqual(placeJobs(world), [], 'three nodes are still to come');
  assert.match(reason(world, 'j3'), /MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE/);
});

test('who makes way for a gang are those of whom maxvCpus has too many', () => {
  const world = clusterWorld({
    environments: { ce: 4 },
    ...sharedQueue({ l: { limits: vcpus(4) }, b: { limits: vcpus(0), sharing: -1 } }),
    jobs: jobsOf('b', 3),
  });
  for (const [index, id] of placeJobs(world).entries()) {
    const report = { type: 'started', atMs: 10 + index } as const;
    const containerId = containerIdOf(attemptOf(id), 0);
    carryOut(world, { type: 'report-container', containerId, report }, 10 + index);
  }
  submit(world, { needs: needs(1), nodes: [[1, needs(1)]], share: 'l' }, 100);
  assert.deepEqual(placeJobs(world, 100), []);
  assert.deepEqual(displace(world, 100), ['j2']);
  end(world, 'j2', 110, 12, 143);
  assert.deepEqual(placeJobs(world, 110), ['j3']);
});

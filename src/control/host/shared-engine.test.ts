// Hosts that share one engine, as the nodes of a cluster do: through control, with an engine that
// the test plays.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  containerIdOf,
  hostId,
  type AttemptId,
  type ConnectionKey,
  type HostId,
  type JobId,
} from '../../base/ids.ts';
import type { Instance } from '../../core/host/host.ts';
import { limit } from '../../core/limit.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { ownEnvironment, ownQueue } from '../../../test/house/rows.ts';
import { batch, ScriptedEngine } from '../../../test/house/scripted-engine.ts';

const cluster = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';
const connection = `cluster:${cluster}` as ConnectionKey;
const [first, second] = [hostId('a'.repeat(32)), hostId('b'.repeat(32))];

/** It has room for one job of one vCPU. */
const node = (id: HostId): Instance => ({
  kind: 'instance',
  id,
  scope,
  title: `node ${id[0]}`,
  capacity: { milliVcpu: 1_000, memoryMib: 1_024, gpus: 0 },
  computeEnvironmentArn: ownEnvironment.arn,
  own: true,
  connection,
  reference: `node-${id[0]}`,
  instanceType: 'm5.large',
  spot: false,
  revision: 1,
  state: 'RUNNING',
  launchedAtMs: 0,
});

interface Scene {
  readonly rig: Rig;
  readonly engine: ScriptedEngine;
  /** By the host where it runs. */
  readonly jobs: ReadonlyMap<HostId, JobId>;
}

/** Two nodes, each with a job that runs. */
async function scene(): Promise<Scene> {
  const engine = new ScriptedEngine();
  const rig = await Rig.bare({
    rows: {
      computeEnvironments: [ownEnvironment],
      jobQueues: [ownQueue],
      hosts: [node(first), node(second)],
    },
    clusters: new Map([[cluster, engine]]),
  });
  await rig.define('d');
  const jobs = new Map<HostId, JobId>();
  for (let at = 0; at < 2; at++) {
    const id = await rig.submit('d');
    jobs.set(placementOf(rig, id).hostId, id);
  }
  assert.deepEqual([...jobs.keys()].sort(), [first, second]);
  for (const id of jobs.values()) await started(rig, engine, rig.attempt(id));
  return { rig, engine, jobs };
}

function placementOf(rig: Rig, id: JobId) {
  const job = rig.job(id);
  assert(job !== undefined && 'attempt' in job, `${id} is under way`);
  return job.attempt;
}

async function started(rig: Rig, engine: ScriptedEngine, attempt: AttemptId): Promise<void> {
  const containerId = containerIdOf(attempt, 0);
  const atMs = rig.clock.now();
  engine.containers.set(containerId, { containerId, state: 'running', startedAtMs: atMs });
  engine.report({ type: 'started', containerId, atMs });
  await rig.clock.pass(limit.startedReportWaitMs);
}

const leave = (rig: Rig, id: HostId): Promise<unknown> =>
  rig.settled(
    rig.control.bus.issue({ type: 'report-instance', hostId: id, report: 'ended' }, 'capacity'),
  );

const on = ({ jobs }: Scene, id: HostId): JobId => {
  const job = jobs.get(id);
  assert(job !== undefined, `a job runs on ${id}`);
  return job;
};

describe('an engine that hosts share', () => {
  it('starts each container on the host that was chosen, and this machine has none', async () => {
    const here = await scene();
    const { rig, engine } = here;
    for (const id of [first, second]) {
      const job = on(here, id);
      assert.equal(rig.job(job)?.status, 'RUNNING');
      assert.deepEqual(engine.specs.get(rig.container(job))?.on, {
        hostId: id,
        reference: `node-${id[0]}`,
      });
      assert.equal(placementOf(rig, job).connection, connection);
    }
    assert.deepEqual(rig.engine.takeCalls(), []);
    engine.takeCalls();
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.deepEqual([engine.takeCalls(), rig.engine.takeCalls(), rig.problems], [[], [], []]);
  });

  it('goes on when one of them is gone: its job ends, its container is removed, others run', async () => {
    const here = await scene();
    const { rig, engine } = here;
    const [ended, other] = [on(here, first), on(here, second)];
    const container = rig.container(ended);
    engine.takeCalls();
    await leave(rig, first);
    assert.equal(rig.control.world.hosts.has(first), false);
    assert.match(
      rig.store.job(ended).statusReason ?? '',
      /^Host EC2 \(instance i-a+\) terminated\.$/,
    );
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.equal(rig.job(other)?.status, 'RUNNING');
    assert.deepEqual(
      engine.calls.filter((call) => call.startsWith('remove')),
      [`remove ${container}`],
    );
    assert.deepEqual(rig.engine.calls, []);
  });

  it('is there also when all of them are gone', async () => {
    const here = await scene();
    const { rig, engine } = here;
    const containers = [first, second].map((id) => rig.container(on(here, id)));
    engine.takeCalls();
    for (const id of [first, second]) await leave(rig, id);
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.deepEqual(engine.takeCalls().sort(), containers.map((id) => `remove ${id}`).sort());
    assert.deepEqual(rig.engine.calls, []);
  });

  it('that is silent for long has lost nothing', async () => {
    const here = await scene();
    const { rig, engine } = here;
    engine.onList = () => Promise.reject(new EngineUnavailable('the cluster is away'));
    await rig.clock.pass(2 * rig.control.world.settings.hostLostSeconds * 1_000);
    for (const id of [first, second]) assert.equal(rig.job(on(here, id))?.status, 'RUNNING');
    // What ended meanwhile is found when it answers.
    const job = on(here, first);
    const containerId = rig.container(job);
    const exit = { exitCode: 0, outOfMemory: false };
    engine.containers.set(containerId, { containerId, state: 'exited', startedAtMs: 1, exit });
    engine.onList = async () => undefined;
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.equal(rig.store.job(job).status, 'SUCCEEDED');
  });

  it('is found again by the next server, with what runs there and its output', async () => {
    const here = await scene();
    const { rig, engine } = here;
    const job = on(here, second);
    const containerId = rig.container(job);
    const again = rig.restart();
    engine.onLogs = async function* output(id) {
      if (id === containerId) yield batch(1, 'from the node');
    };
    await again.up();
    assert.equal(again.job(job)?.status, 'RUNNING');
    const stream = again.stream(job);
    const exit = { exitCode: 3, outOfMemory: false };
    engine.report({ type: 'exited', containerId, atMs: again.clock.now(), exit });
    await again.clock.pass();
    assert.equal(again.store.job(job).status, 'FAILED');
    assert.deepEqual(again.lines(stream), ['from the node']);
    assert.ok(engine.calls.includes(`remove ${containerId}`));
  });

  it('that nobody says how to reach is said, and the server starts all the same', async () => {
    const rig = await Rig.bare({
      rows: { computeEnvironments: [ownEnvironment], hosts: [node(first), node(second)] },
    });
    assert.deepEqual(rig.problems, [
      `connecting to ${cluster}: this server is not told how to reach it`,
    ]);
  });

  it('is rid of all of ours when the server discards what runs', async () => {
    const here = await scene();
    const { rig, engine } = here;
    const containers = [first, second].map((id) => rig.container(on(here, id)));
    engine.takeCalls();
    await rig.settled(rig.control.close({ discard: true }));
    assert.deepEqual(engine.takeCalls().sort(), containers.map((id) => `remove ${id}`).sort());
  });
});

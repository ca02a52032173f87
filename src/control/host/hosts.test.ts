// Hosts of the user's own: what a registered one does, and what becomes of jobs whose host falls
// silent and comes back.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containerIdOf, hostId, type AttemptId, type HostId, type JobId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import type { HostFacts } from '../../core/host/host.ts';
import { limit } from '../../core/limit.ts';
import { EngineUnavailable, type LogBatch } from '../../port/engine.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';
import { batch, type ScriptedEngine } from '../../../test/house/scripted-engine.ts';

const facts: HostFacts = {
  runtime: { name: 'Docker', version: '25.0' },
  kernelVersion: '6.1',
  operatingSystem: 'Amazon Linux',
  osType: 'linux',
  architecture: 'x86_64',
  vcpus: 2,
  memoryMib: 4096,
  gpus: 0,
  canGiveGpus: false,
  logDrivers: ['awslogs'],
};
const [first, second] = [hostId('a'.repeat(32)), hostId('b'.repeat(32))];

async function rigWithHosts(
  hosts: readonly HostId[],
  settings?: RigOptions['settings'],
): Promise<Rig> {
  const rig = await Rig.open({ settings });
  await rig.ask({
    type: 'create-compute-environment',
    scope,
    uuid: 'own',
    request: { computeEnvironmentName: 'own', type: 'UNMANAGED', serviceRole: 'role' },
  });
  await rig.ask({
    type: 'create-job-queue',
    scope,
    request: {
      jobQueueName: 'mine',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'own' }],
    },
  });
  for (const id of hosts) assert.ok(!isRefusal(await register(rig, id)));
  await rig.clock.pass();
  return rig;
}

const register = (rig: Rig, id: HostId, cluster = 'own_Batch_own') =>
  rig.ask({
    type: 'register-host',
    scope,
    hostId: id,
    cluster,
    title: `host ${id[0]}`,
    endpoint: { url: `unix:///${id[0]}` },
    facts,
  });
const submit = (rig: Rig, more: object = {}) => rig.submit('d', { jobQueue: 'mine', ...more });
const hostOf = (rig: Rig, id: JobId): HostId => {
  const job = rig.job(id);
  assert(job !== undefined && 'attempt' in job);
  return job.attempt.hostId;
};
const engineOf = (rig: Rig, id: HostId): ScriptedEngine => rig.engines.get(id) as ScriptedEngine;
/** The engine tells that the attempt runs, and goes on saying so. */
async function started(rig: Rig, engine: ScriptedEngine, attemptId: AttemptId): Promise<void> {
  const containerId = containerIdOf(attemptId, 0);
  engine.containers.set(containerId, {
    containerId,
    state: 'running',
    startedAtMs: rig.clock.now(),
  });
  engine.report({ type: 'started', containerId, atMs: rig.clock.now() });
  await rig.clock.pass(limit.startedReportWaitMs);
}
/** Output that cannot be read just now. */
async function* unreachable(): AsyncGenerator<LogBatch> {
  yield await Promise.reject(new EngineUnavailable('no route to host'));
}
const cutOff = (engine: ScriptedEngine): void => {
  engine.onList = () => Promise.reject(new EngineUnavailable('no route to host'));
};

describe('a registered host', () => {
  it('takes the jobs of its environment, and this machine takes none of them', async () => {
    const rig = await rigWithHosts([]);
    const id = await submit(rig);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    await register(rig, first);
    assert.equal(hostOf(rig, id), first);
    assert.deepEqual(engineOf(rig, first).takeCalls(), [`start ${rig.attempt(id)}`]);
    assert.deepEqual(rig.engine.takeCalls(), []);
    assert.deepEqual(rig.control.world.hosts.get(first)?.capacity, {
      milliVcpu: 2_000,
      memoryMib: 4_096 - limit.ecsReservedMemoryMib,
      gpus: 0,
    });
  });

  it('is refused for another cluster, for a MANAGED environment, and twice', async () => {
    const rig = await rigWithHosts([first]);
    for (const [cluster, text] of [
      ['nowhere', /belongs to no compute environment/],
      ['ce_Batch_ce', /is MANAGED/],
    ] as const) {
      const reply = await register(rig, second, cluster);
      assert.ok(isRefusal(reply) && text.test(reply.message));
    }
    const again = await rig.ask({
      type: 'register-host',
      scope,
      hostId: second,
      cluster: 'own_Batch_own',
      title: 'x',
      endpoint: { url: 'unix:///a' },
      facts,
    });
    assert.ok(isRefusal(again) && /registered already/.test(again.message));
  });

  it('is refused where the environment has hosts of another architecture', async () => {
    const rig = await rigWithHosts([first]);
    const registered = (architecture: string) =>
      rig.ask({
        type: 'register-host',
        scope,
        hostId: second,
        cluster: 'own_Batch_own',
        title: 'x',
        endpoint: { url: `unix:///${architecture}` },
        facts: { ...facts, architecture },
      });
    const reply = await registered('arm64');
    assert.ok(
      isRefusal(reply) &&
        /own has hosts of architecture x86_64, and this one is arm64/.test(reply.message),
    );
    assert.ok(!isRefusal(await registered('x86_64')));
  });

  it('that does not meet the AMI specification takes no jobs, and says which requirement it fails', async () => {
    const rig = await rigWithHosts([]);
    const old = {
      ...facts,
      runtime: { name: 'Docker', version: '1.8.3' },
      kernelVersion: '2.6.32',
      logDrivers: ['json-file'],
      gpus: 1,
    };
    await rig.ask({
      type: 'register-host',
      scope,
      hostId: first,
      cluster: 'own_Batch_own',
      title: 'host a',
      endpoint: { url: 'unix:///a' },
      facts: old,
    });
    const id = await submit(rig);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    const host = rig.control.world.hosts.get(first);
    assert(host?.kind === 'registered');
    assert.equal(
      host.unfit,
      'it has Linux kernel 2.6.32; it must have 3.10 or later; it has Docker 1.8.3; it must have Docker 1.9 or later; it has logging drivers json-file; it must have awslogs among them; it has 1 GPU and no NVIDIA container runtime; it must have the NVIDIA container runtime for GPUs',
    );
    await register(rig, second);
    assert.equal(hostOf(rig, id), second);
  });

  it('that is drained finishes what it has and takes no more; it leaves when it is told', async () => {
    const rig = await rigWithHosts([first, second]);
    const id = await submit(rig);
    assert.equal(hostOf(rig, id), first);
    await rig.ask({ type: 'drain-host', scope, hostId: first, status: 'DRAINING' });
    assert.equal(hostOf(rig, await submit(rig)), second);
    const refused = await rig.ask({ type: 'deregister-host', scope, hostId: first, force: false });
    assert.ok(isRefusal(refused) && /runs 1 job/.test(refused.message));
    const engine = engineOf(rig, first);
    engine.report({
      type: 'exited',
      containerId: rig.container(id),
      atMs: rig.clock.now(),
      exit: { exitCode: 0, outOfMemory: false },
    });
    await rig.clock.pass();
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.ok(
      !isRefusal(await rig.ask({ type: 'deregister-host', scope, hostId: first, force: false })),
    );
    assert.ok(!rig.control.world.hosts.has(first));
  });

  it('that leaves by force takes its jobs with it; they are retried elsewhere', async () => {
    const rig = await rigWithHosts([first, second]);
    const id = await submit(rig, { retryStrategy: { attempts: 2 } });
    const attempt = rig.container(id);
    engineOf(rig, first).containers.set(attempt, { containerId: attempt, state: 'running' });
    await rig.ask({ type: 'deregister-host', scope, hostId: first, force: true });
    assert.equal(hostOf(rig, id), second);
    assert.ok(
      engineOf(rig, first).calls.includes(`remove ${attempt}`),
      'what ran there is removed',
    );
    assert.equal(
      rig.store.job(id).attempts[0]?.statusReason,
      'Host EC2 (instance i-aaaaaaaaaaaaaaaaa) terminated.',
    );
    checkWorld(rig.control.world);
  });
});

describe('a host that falls silent', () => {
  it('is lost after the bound: its jobs end as a host loss, and those with attempts left run elsewhere', async () => {
    const rig = await rigWithHosts([first, second]);
    const [again, once] = [
      await submit(rig, { retryStrategy: { attempts: 2 } }),
      await submit(rig),
    ];
    await started(rig, engineOf(rig, first), rig.attempt(again));
    await started(rig, engineOf(rig, first), rig.attempt(once));
    cutOff(engineOf(rig, first));
    await rig.clock.pass(59_000);
    assert.equal(rig.job(once)?.status, 'RUNNING');
    await rig.clock.pass(11_000);
    assert.deepEqual(
      [rig.store.job(once).status, rig.store.job(once).statusReason],
      ['FAILED', 'Host EC2 (instance i-aaaaaaaaaaaaaaaaa) terminated.'],
    );
    assert.equal(hostOf(rig, again), second);
    checkWorld(rig.control.world);
  });

  it('ends what still ran there when it comes back, records it under the old attempt, and takes jobs again', async () => {
    const rig = await rigWithHosts([first]);
    const id = await submit(rig, { retryStrategy: { attempts: 2 } });
    const engine = engineOf(rig, first);
    const old = rig.container(id);
    engine.onLogs = () => unreachable();
    await started(rig, engine, rig.attempt(id));
    const stream = rig.stream(id);
    cutOff(engine);
    await rig.clock.pass(70_000);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    engine.onList = async () => undefined;
    engine.onLogs = async function* lines() {
      yield batch(1, 'written while nobody listened');
    };
    await rig.clock.pass(limit.reconcilePeriodMs);
    assert.ok(engine.calls.includes(`stop ${old}`), 'the old attempt is ended');
    assert.equal(rig.job(id)?.status, 'RUNNABLE', 'and nothing new starts beside it');
    const exit = { exitCode: 137, outOfMemory: false };
    engine.containers.set(old, {
      containerId: old,
      state: 'exited',
      stoppedAtMs: rig.clock.now(),
      exit,
    });
    engine.report({ type: 'exited', containerId: old, atMs: rig.clock.now(), exit });
    await rig.clock.pass(limit.reconcilePeriodMs);
    assert.ok(engine.calls.includes(`remove ${old}`));
    assert.deepEqual(rig.lines(stream), ['written while nobody listened']);
    const job = rig.job(id);
    assert(job !== undefined && 'attempts' in job);
    assert.deepEqual(
      [job.attempts[0]?.exitCode, job.attempts[0]?.statusReason],
      [137, 'Host EC2 (instance i-aaaaaaaaaaaaaaaaa) terminated.'],
    );
    assert.deepEqual([job.status, rig.container(id) === old], ['STARTING', false]);
    checkWorld(rig.control.world);
  });

  it('that comes back without what ran there is taken as it is', async () => {
    const rig = await rigWithHosts([first]);
    const id = await submit(rig, { retryStrategy: { attempts: 2 } });
    const engine = engineOf(rig, first);
    await started(rig, engine, rig.attempt(id));
    cutOff(engine);
    await rig.clock.pass(70_000);
    engine.onList = async () => undefined;
    engine.containers.clear();
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.equal(rig.job(id)?.status, 'STARTING');
  });

  it('does not hold up the others', async () => {
    const rig = await rigWithHosts([first, second]);
    engineOf(rig, first).onList = () => new Promise(() => undefined);
    void rig.control.reconcile();
    const id = await rig.submit();
    await rig.exited(rig.attempt(id));
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
  });
});

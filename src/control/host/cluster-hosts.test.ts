// Environments whose cluster chooses the nodes: through control, with a cluster and its engine that
// the test plays.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CreateComputeEnvironmentCommandInput } from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import { containerIdOf, type JobId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { Settings } from '../../core/settings.ts';
import { limit } from '../../core/limit.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import type { ClusterNode } from '../../port/cluster-nodes.ts';
import type { EngineReport } from '../../port/engine.ts';
import { ec2Resources } from '../../../test/house/batch-requests.ts';
import { scope } from '../../../test/house/caller.ts';
import { PlayedCluster, playedArn as arn } from '../../../test/house/played-cluster.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';

const sentence = '0/1 nodes are available: 1 Insufficient cpu.';

const ec2 = 'i-0123456789abcdef0';

/** The node `a` is one of EC2. */
const node = (name: string, isReady = true): ClusterNode => ({
  name,
  ...(name === 'a' && { instanceId: ec2 }),
  uid: `uid-${name}`,
  capacity: { milliVcpu: 1_000, memoryMib: 1_024, gpus: 0 },
  isReady,
  isOpen: true,
});

const onCluster: CreateComputeEnvironmentCommandInput = {
  computeEnvironmentName: 'pods',
  type: 'MANAGED',
  computeResources: { ...ec2Resources, maxvCpus: 1_000 },
  tags: { 'longshore:cluster': 'lab', 'longshore:placement': 'cluster' },
};
const onEks: CreateComputeEnvironmentCommandInput = {
  ...onCluster,
  computeResources: { ...ec2Resources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
  eksConfiguration: { eksClusterArn: arn, kubernetesNamespace: 'batch' },
  tags: { 'longshore:placement': 'cluster' },
};

interface Scene {
  readonly rig: Rig;
  readonly lab: PlayedCluster;
}

async function scene(
  {
    request = onCluster,
    lab = new PlayedCluster(),
    settings = {},
  }: {
    readonly request?: CreateComputeEnvironmentCommandInput;
    readonly lab?: PlayedCluster;
    readonly settings?: Partial<Settings>;
  } = {},
  more: Partial<RigOptions> = {},
): Promise<Scene> {
  const rig = await Rig.bare({
    settings: { clusters: [arn], runsPods: true, ...settings },
    nodes: lab,
    clusters: new Map([[arn, lab.engine]]),
    ...more,
  });
  const made = await rig.ask({
    type: 'create-compute-environment',
    scope,
    uuid: 'uuid-pods',
    request,
  });
  assert.ok(!isRefusal(made), JSON.stringify(made));
  await rig.ask({
    type: 'create-job-queue',
    scope,
    request: {
      jobQueueName: 'q',
      priority: 1,
      ...(request.eksConfiguration && { jobQueueType: 'EKS' }),
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'pods' }],
    },
  });
  await rig.ask({
    type: 'register-job-definition',
    scope,
    request: {
      jobDefinitionName: 'd',
      type: 'container',
      ...(request.eksConfiguration
        ? {
            eksProperties: {
              podProperties: {
                containers: [
                  { image: 'busybox', resources: { limits: { cpu: '1', memory: '64Mi' } } },
                ],
              },
            },
          }
        : {
            containerProperties: {
              image: 'busybox',
              resourceRequirements: [
                { type: 'VCPU', value: '1' },
                { type: 'MEMORY', value: '64' },
              ],
            },
          }),
    },
  });
  await rig.clock.pass(2 * limit.reconcilePeriodMs);
  return { rig, lab };
}

async function submit({ rig }: Scene): Promise<JobId> {
  const id = await rig.submit('d');
  await rig.clock.pass();
  return id;
}

type Said = 'started' | { nodeName: string } | { reason: string } | { exitCode: number };

async function say({ rig, lab }: Scene, id: JobId, what: Said): Promise<void> {
  const containerId = containerIdOf(rig.attempt(id), 0);
  const atMs = rig.clock.now();
  const said: EngineReport =
    what === 'started'
      ? { type: 'started', containerId, atMs }
      : 'exitCode' in what
        ? { type: 'exited', containerId, atMs, exit: { ...what, outOfMemory: false } }
        : { type: 'seated', containerId, atMs, ...what };
  if (said.type === 'started')
    lab.engine.containers.set(containerId, { containerId, state: 'running', startedAtMs: atMs });
  lab.engine.report(said);
  await rig.clock.pass(limit.startedReportWaitMs);
}

const statuses = ({ rig }: Scene, jobs: readonly JobId[]): readonly (string | undefined)[] =>
  jobs.map((id) => rig.job(id)?.status);
const reasonOf = ({ rig }: Scene, id: JobId): string | undefined =>
  rig.control.reader.waits.of(scope, id)?.text;

describe('an environment whose cluster chooses the nodes', () => {
  it('gives it jobs that no node has room for, and shows in its words why they wait', async () => {
    const here = await scene();
    const { rig, lab } = here;
    const id = await submit(here);
    assert.equal(rig.job(id)?.status, 'STARTING');
    const spec = must(lab.engine.specs.get(rig.container(id)), 'it was started');
    const { hostId: _id, ...on } = must(spec.on, 'it says where');
    assert.deepEqual(on, {
      reference: undefined,
      anyNode: { architecture: undefined, environmentUuid: 'uuid-pods' },
    });
    assert.match(reasonOf(here, id) ?? '', /waiting for its cluster to choose a node/);
    await say(here, id, { reason: sentence });
    assert.deepEqual([rig.job(id)?.statusReason, reasonOf(here, id)], [sentence, sentence]);
    checkWorld(rig.control.world);
    await say(here, id, { nodeName: 'a' });
    const placed = rig.job(id);
    assert(placed !== undefined && 'attempt' in placed);
    assert.deepEqual(
      [placed.status, placed.statusReason, placed.attempt.nodeName, reasonOf(here, id)],
      ['STARTING', undefined, 'a', undefined],
    );
    await say(here, id, 'started');
    assert.equal(rig.job(id)?.status, 'RUNNING');
    await say(here, id, { exitCode: 0 });
    const ended = rig.store.job(id);
    assert.deepEqual([ended.status, ended.attempts[0]?.nodeName], ['SUCCEEDED', 'a']);
    assert.deepEqual([rig.engine.calls, rig.problems], [[], []]);
    checkWorld(rig.control.world);
  });

  it('of Amazon EKS does so too', async () => {
    const here = await scene({ request: onEks });
    const id = await submit(here);
    await say(here, id, { nodeName: 'a' });
    await say(here, id, 'started');
    const job = here.rig.job(id);
    assert(job !== undefined && 'attempt' in job);
    assert.deepEqual(
      [job.attempt.pod, job.attempt.nodeName],
      [{ clusterArn: arn, namespace: 'batch' }, 'a'],
    );
  });

  it('has only so many wait there, and the next go in their order as nodes are found', async () => {
    const here = await scene({ settings: { podsWaiting: 2 } });
    const { rig } = here;
    const jobs = [];
    for (let count = 0; count < 5; count++) jobs.push(await submit(here));
    const [first, second, third] = jobs as [JobId, JobId, JobId];
    assert.deepEqual(statuses(here, jobs), [
      'STARTING',
      'STARTING',
      'RUNNABLE',
      'RUNNABLE',
      'RUNNABLE',
    ]);
    const wait = rig.control.reader.waits.of(scope, third);
    assert.match(wait?.text ?? '', /^waiting for cluster lab: 2 pods wait there for a node/);
    assert.equal(wait?.holders?.of, 'cluster lab');
    assert.deepEqual(
      wait.holders.first.map(({ jobId }) => jobId).toSorted(),
      [first, second].toSorted(),
    );
    await say(here, second, { nodeName: 'a' });
    assert.deepEqual(statuses(here, jobs).slice(2), ['STARTING', 'RUNNABLE', 'RUNNABLE']);
    // What runs without that anybody had said where does not wait either.
    await say(here, first, 'started');
    assert.deepEqual(statuses(here, jobs).slice(2), ['STARTING', 'STARTING', 'RUNNABLE']);
    await say(here, second, { exitCode: 0 });
    assert.deepEqual(statuses(here, jobs).slice(4), ['RUNNABLE'], 'its end is no node for another');
    checkWorld(rig.control.world);
    const stopped = await rig.ask({
      type: 'stop-job',
      scope,
      jobId: third,
      by: 'terminate',
      reason: 'r',
    });
    assert.ok(!isRefusal(stopped));
    here.lab.engine.report({
      type: 'start-failed',
      containerId: containerIdOf(rig.attempt(third), 0),
      atMs: rig.clock.now(),
      reason: 'stopped before it started',
    });
    await rig.clock.pass(limit.startedReportWaitMs);
    assert.equal(rig.store.job(third).statusReason, 'r');
    assert.deepEqual(statuses(here, jobs).slice(4), ['STARTING']);
    checkWorld(rig.control.world);
  });

  it('takes no jobs while nothing is heard of the cluster, which has lost nothing', async () => {
    const lab = new PlayedCluster();
    lab.nodes = undefined;
    const here = await scene({ lab });
    const { rig } = here;
    const id = await submit(here);
    assert.match(reasonOf(here, id) ?? '', /it has not been heard of yet/);
    await lab.become(rig, [node('a')]);
    await say(here, id, { nodeName: 'a' });
    await say(here, id, 'started');
    await lab.become(rig, undefined);
    const next = await submit(here);
    await rig.clock.pass(20 * limit.reconcilePeriodMs);
    assert.deepEqual(statuses(here, [id, next]), ['RUNNING', 'RUNNABLE']);
    assert.equal(reasonOf(here, next), 'waiting for a host: nothing is heard of cluster lab');
    await lab.become(rig, [node('a')]);
    assert.deepEqual(statuses(here, [id, next]), ['RUNNING', 'STARTING']);
    assert.deepEqual(rig.problems, []);
    checkWorld(rig.control.world);
  });

  it('ends what runs on a node that is gone or silent for too long, and nothing else', async () => {
    const here = await scene();
    const { rig, lab } = here;
    await lab.become(rig, [node('a'), node('b'), node('c')]);
    const jobs: JobId[] = [];
    for (const name of ['a', 'b', 'c']) {
      const id = await submit(here);
      jobs.push(id);
      await say(here, id, { nodeName: name });
      await say(here, id, 'started');
    }
    const waits = await submit(here);
    await lab.become(rig, [node('a', false), node('c', false)]);
    await rig.clock.pass(30_000);
    await lab.become(rig, [node('a', false), node('c')]);
    assert.deepEqual(statuses(here, jobs), ['RUNNING', 'RUNNING', 'RUNNING']);
    await rig.clock.pass(40_000);
    const [onA, onB, onC] = jobs as [JobId, JobId, JobId];
    const reasons = [onA, onB].map((id) => rig.store.job(id).statusReason ?? '');
    for (const said of reasons) assert.match(said, /^Host EC2 \(instance i-\w+\) terminated\.$/);
    assert.deepEqual(
      reasons.map((said) => said.includes(ec2)),
      [true, false],
    );
    assert.deepEqual(statuses(here, [onC, waits]), ['RUNNING', 'STARTING']);
    assert.deepEqual(rig.problems, []);
    checkWorld(rig.control.world);
  });

  it('is found again after a restart, with what waits there and what has its node', async () => {
    const before = await scene({ settings: { podsWaiting: 2 } });
    const jobs = [await submit(before), await submit(before), await submit(before)];
    const [first, second, third] = jobs as [JobId, JobId, JobId];
    await say(before, first, { nodeName: 'a' });
    await say(before, second, { reason: sentence });
    assert.deepEqual(statuses(before, jobs), ['STARTING', 'STARTING', 'STARTING']);
    const rig = await before.rig.restart().up();
    const here = { rig, lab: before.lab };
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    checkWorld(rig.control.world);
    assert.equal(reasonOf(here, second), sentence);
    const fourth = await submit(here);
    assert.equal(rig.job(fourth)?.status, 'RUNNABLE');
    await say(here, third, { nodeName: 'b' });
    assert.equal(rig.job(fourth)?.status, 'STARTING');
    checkWorld(rig.control.world);
  });

  it('is no instance or container instance, and goes with its environment', async () => {
    const here = await scene();
    const { rig } = here;
    const { reader, world } = rig.control;
    const [environment] = [...world.computeEnvironments.values()];
    assert.deepEqual(reader.instances.instances(scope, 0), []);
    assert.deepEqual(reader.clusters.containerInstances(must(environment, 'it was made')), []);
    await rig.ask({
      type: 'update-job-queue',
      scope,
      request: { jobQueue: 'q', state: 'DISABLED' },
    });
    await rig.ask({ type: 'delete-job-queue', scope, jobQueue: 'q' });
    await rig.clock.pass(limit.reconcilePeriodMs);
    await rig.ask({
      type: 'update-compute-environment',
      scope,
      request: { computeEnvironment: 'pods', state: 'DISABLED' },
    });
    await rig.ask({ type: 'delete-compute-environment', scope, computeEnvironment: 'pods' });
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.equal(world.computeEnvironments.size, 0);
    assert.deepEqual(
      [...world.hosts.values()].map(({ kind }) => kind),
      ['machine'],
    );
    assert.deepEqual(reader.instances.instances(scope, 0), []);
  });
});

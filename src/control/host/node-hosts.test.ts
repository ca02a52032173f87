// Nodes of a cluster as hosts of the environments there: through control, with a cluster that the
// test plays.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containerIdOf, type JobId } from '../../base/ids.ts';
import { must } from '../../base/assert.ts';
import type { ComputeEnvironment } from '../../core/compute-environment/compute-environment.ts';
import type { Instance } from '../../core/host/host.ts';
import { limit } from '../../core/limit.ts';
import { explain } from '../../core/schedule/explain/explain.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import type { ClusterNode } from '../../port/cluster-nodes.ts';
import { scope } from '../../../test/house/caller.ts';
import { PlayedCluster, playedArn as cluster } from '../../../test/house/played-cluster.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';
import { ownEnvironment, ownQueue } from '../../../test/house/rows.ts';

const environment: ComputeEnvironment = {
  ...ownEnvironment,
  type: 'MANAGED',
  computeResources: { type: 'EC2', maxvCpus: 16, subnets: ['subnet-1'], instanceTypes: ['m5'] },
  eks: { eksClusterArn: cluster, kubernetesNamespace: 'batch' },
};

/** It has room for one job. */
const node = (name: string, more: Partial<ClusterNode> = {}): ClusterNode => ({
  name,
  uid: `uid-${name}`,
  capacity: { milliVcpu: 1_000, memoryMib: 1_024, gpus: 0 },
  instanceType: 'm5.large',
  architecture: 'x86_64',
  address: '10.0.0.7',
  isReady: true,
  isOpen: true,
  ...more,
});

async function rigWith(
  lab: PlayedCluster,
  environments: readonly ComputeEnvironment[] = [environment],
): Promise<Rig> {
  const options: RigOptions = {
    rows: {
      computeEnvironments: environments,
      jobQueues: [{ ...ownQueue, jobQueueType: 'EKS' }],
    },
    settings: { clusters: [cluster], runsPods: true },
    nodes: lab,
    clusters: new Map([[cluster, lab.engine]]),
  };
  const rig = await Rig.bare(options);
  await rig.ask({
    type: 'register-job-definition',
    scope,
    request: {
      jobDefinitionName: 'd',
      type: 'container',
      eksProperties: {
        podProperties: {
          containers: [{ image: 'busybox', resources: { limits: { cpu: '1', memory: '64Mi' } } }],
        },
      },
    },
  });
  return rig;
}

async function submit(rig: Rig): Promise<JobId> {
  const id = await rig.submit('d');
  await rig.clock.pass();
  return id;
}

const hosts = (rig: Rig): readonly Instance[] =>
  [...rig.control.world.hosts.values()].flatMap((host) => (host.kind === 'instance' ? [host] : []));
const states = (rig: Rig): readonly string[] =>
  hosts(rig).map(({ reference, state }) => `${reference} ${state}`);
/** The node on which the job is. */
function nodeOf(rig: Rig, id: JobId): string | undefined {
  const job = rig.job(id);
  if (job === undefined || !('attempt' in job)) return undefined;
  const host = rig.control.world.hosts.get(job.attempt.hostId);
  return host?.kind === 'instance' ? host.reference : undefined;
}

async function started(rig: Rig, { engine }: PlayedCluster, id: JobId): Promise<void> {
  const containerId = containerIdOf(rig.attempt(id), 0);
  const atMs = rig.clock.now();
  engine.containers.set(containerId, { containerId, state: 'running', startedAtMs: atMs });
  engine.report({ type: 'started', containerId, atMs });
  await rig.clock.pass(limit.startedReportWaitMs);
}

describe('a node of a cluster', () => {
  it('that has left meanwhile comes back as another host, not as the one that it was', async () => {
    const lab = new PlayedCluster([node('a')]);
    const rig = await rigWith(lab);
    const { id: hostId } = must(hosts(rig)[0], 'it has joined');
    const { bus } = rig.control;
    const { isReady: _ready, isOpen: _open, ...facts } = node('a', { instanceType: 'm5.xlarge' });
    // Whoever compared had still seen it.
    const both = Promise.all([
      bus.issue({ type: 'report-instance', hostId, report: 'ended' }, 'capacity'),
      bus.issue(
        {
          type: 'join-instance',
          hostId,
          isNew: false,
          computeEnvironmentArn: environment.arn,
          node: facts,
          takesJobs: true,
        },
        'capacity',
      ),
    ]);
    await rig.settled(both);
    assert.deepEqual(hosts(rig), []);
    await rig.clock.pass(limit.reconcilePeriodMs);
    const again = must(hosts(rig)[0], 'it has joined anew');
    assert.notEqual(again.id, hostId);
    assert.deepEqual([states(rig), rig.problems], [['a RUNNING'], []]);
    checkWorld(rig.control.world);
  });

  it('is a host of the environment there, and runs its jobs', async () => {
    const lab = new PlayedCluster([node('a')]);
    const rig = await rigWith(lab);
    assert.deepEqual(states(rig), ['a RUNNING']);
    const id = await submit(rig);
    assert.equal(nodeOf(rig, id), 'a');
    const spec = must(lab.engine.specs.get(rig.container(id)), 'it was started');
    assert.equal(spec.on?.reference, 'a');
    assert.deepEqual(
      spec.environment.find(({ name }) => name === 'AWS_BATCH_JOB_KUBERNETES_NODE_UID')?.value,
      'uid-a',
    );
    const job = rig.job(id);
    assert(job !== undefined && 'attempt' in job);
    assert.deepEqual(job.attempt.pod, { clusterArn: cluster, namespace: 'batch', node: 'a' });
    await started(rig, lab, id);
    assert.equal(rig.job(id)?.status, 'RUNNING');
    assert.deepEqual([rig.engine.calls, rig.problems], [[], []]);
    checkWorld(rig.control.world);
  });

  it('that joins later takes what waits', async () => {
    const lab = new PlayedCluster([]);
    const rig = await rigWith(lab);
    const id = await submit(rig);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    await lab.become(rig, [node('a')]);
    await rig.clock.pass(1_000);
    assert.equal(nodeOf(rig, id), 'a');
  });

  it('that is gone ends its jobs, and a cluster that says nothing has lost nothing', async () => {
    const lab = new PlayedCluster([node('a'), node('b')]);
    const rig = await rigWith(lab);
    const jobs = [await submit(rig), await submit(rig)];
    for (const id of jobs) await started(rig, lab, id);
    await lab.become(rig, undefined);
    await rig.clock.pass(10 * limit.reconcilePeriodMs);
    assert.deepEqual(states(rig), ['a RUNNING', 'b RUNNING']);
    const [ended, other] = ['a', 'b'].map((name) =>
      must(
        jobs.find((id) => nodeOf(rig, id) === name),
        `a job is on ${name}`,
      ),
    ) as [JobId, JobId];
    await lab.become(rig, [node('b')]);
    assert.deepEqual(states(rig), ['b RUNNING']);
    assert.match(
      rig.store.job(ended).statusReason ?? '',
      /^Host EC2 \(instance i-\w+\) terminated/,
    );
    assert.equal(rig.job(other)?.status, 'RUNNING');
    checkWorld(rig.control.world);
  });

  it('that is an instance of EC2 is called so when its jobs end with it, also after a restart', async () => {
    const instanceId = 'i-0123456789abcdef0';
    for (const isRestarted of [false, true]) {
      const lab = new PlayedCluster([node('a', { instanceId })]);
      const first = await rigWith(lab);
      const id = await submit(first);
      await started(first, lab, id);
      const rig = isRestarted ? await first.restart().up() : first;
      await lab.become(rig, []);
      assert.equal(rig.store.job(id).statusReason, `Host EC2 (instance ${instanceId}) terminated.`);
    }
  });

  it('with the name of one that is gone is another', async () => {
    const lab = new PlayedCluster([node('a')]);
    const rig = await rigWith(lab);
    const id = await submit(rig);
    const [before] = hosts(rig);
    await lab.become(rig, [node('a', { uid: 'anew' })]);
    await rig.clock.pass(limit.reconcilePeriodMs);
    assert.equal(rig.store.job(id).status, 'FAILED');
    assert.deepEqual(
      hosts(rig).map(({ uid, id: hostId }) => [uid, hostId === before?.id]),
      [['anew', false]],
    );
  });

  it('that is cordoned takes no more jobs and keeps those it has', async () => {
    const lab = new PlayedCluster([node('a'), node('b', { isOpen: false })]);
    const rig = await rigWith(lab);
    const id = await submit(rig);
    await started(rig, lab, id);
    await lab.become(rig, [node('a', { isOpen: false }), node('b', { isOpen: false })]);
    assert.deepEqual(states(rig), ['a DRAINING']);
    const waits = await submit(rig);
    assert.equal(rig.job(waits)?.status, 'RUNNABLE');
    assert.equal(rig.job(id)?.status, 'RUNNING');
    await lab.become(rig, [node('a'), node('b')]);
    await rig.clock.pass(1_000);
    assert.deepEqual(states(rig), ['a RUNNING', 'b RUNNING']);
    assert.equal(nodeOf(rig, waits), 'b');
  });

  it('that is not ready for long is gone, and not before', async () => {
    const lab = new PlayedCluster([node('a')]);
    const rig = await rigWith(lab);
    const id = await submit(rig);
    await started(rig, lab, id);
    const silentMs = rig.control.world.settings.hostLostSeconds * 1_000;
    await lab.become(rig, [node('a', { isReady: false })]);
    await rig.clock.pass(silentMs / 2);
    assert.deepEqual(states(rig), ['a DRAINING']);
    await lab.become(rig, [node('a')]);
    assert.deepEqual(states(rig), ['a RUNNING']);
    await lab.become(rig, [node('a', { isReady: false })]);
    await rig.clock.pass(silentMs - limit.reconcilePeriodMs);
    assert.equal(rig.job(id)?.status, 'RUNNING');
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    assert.equal(rig.store.job(id).status, 'FAILED');
    assert.deepEqual(states(rig), []);
    await lab.become(rig, [node('a')]);
    assert.deepEqual(states(rig), ['a RUNNING']);
  });

  it('that has other room takes other jobs', async () => {
    const lab = new PlayedCluster([node('a')]);
    const rig = await rigWith(lab);
    const jobs = [await submit(rig), await submit(rig)];
    assert.deepEqual(
      jobs.map((id) => nodeOf(rig, id)),
      ['a', undefined],
    );
    const capacity = { milliVcpu: 2_000, memoryMib: 2_048, gpus: 0 };
    await lab.become(rig, [node('a', { capacity })]);
    await rig.clock.pass(1_000);
    assert.deepEqual(
      jobs.map((id) => nodeOf(rig, id)),
      ['a', 'a'],
    );
    assert.deepEqual(
      hosts(rig).map(({ capacity: { milliVcpu } }) => milliVcpu),
      [2_000],
    );
    checkWorld(rig.control.world);
  });

  it('of which others hold too much is waited for, and has not too little', async () => {
    const whole = { milliVcpu: 1_000, memoryMib: 1_024, gpus: 0 };
    const capacity = { ...whole, milliVcpu: 250 };
    const lab = new PlayedCluster([node('a', { capacity, atMost: whole })]);
    const rig = await rigWith(lab);
    const id = await submit(rig);
    assert.equal(rig.job(id)?.status, 'RUNNABLE');
    const { world } = rig.control;
    const job = must(world.jobs.get(id), 'it waits');
    const queue = must(world.jobQueues.get(job.queueArn), 'it waits in a queue');
    assert.equal(
      explain(world, queue, job, () => 0).text,
      'waiting for node a: pods of others hold 0.75 vCPU, 0 MiB of its 1 vCPU, 1024 MiB',
    );
    await lab.become(rig, [node('a')]);
    await rig.clock.pass();
    assert.equal(nodeOf(rig, id), 'a');
    // Ours stay where others come.
    await lab.become(rig, [node('a', { capacity, atMost: whole })]);
    assert.equal(nodeOf(rig, id), 'a');
    checkWorld(rig.control.world);
  });

  it('serves all environments on its cluster, or the one that its label names', async () => {
    const second: ComputeEnvironment = {
      ...environment,
      arn: `${environment.arn}-2` as ComputeEnvironment['arn'],
      name: 'second',
      uuid: 'second',
    };
    const lab = new PlayedCluster([node('a'), node('b', { environmentUuid: 'second' })]);
    const rig = await rigWith(lab, [environment, second]);
    assert.deepEqual(
      hosts(rig).map(({ reference, computeEnvironmentArn }) => [reference, computeEnvironmentArn]),
      [
        ['a', environment.arn],
        ['a', second.arn],
        ['b', second.arn],
      ],
    );
  });

  it('is known again to the next server, and what is gone meanwhile is found', async () => {
    const lab = new PlayedCluster([node('a'), node('b')]);
    const rig = await rigWith(lab);
    const id = await submit(rig);
    await started(rig, lab, id);
    const known = hosts(rig).map((host) => host.id);
    const again = await rig.restart().up();
    assert.deepEqual(
      hosts(again).map((host) => host.id),
      known,
    );
    assert.equal(again.job(id)?.status, 'RUNNING');
    lab.nodes = [];
    const last = await again.restart().up();
    assert.deepEqual(states(last), []);
    assert.equal(last.store.job(id).status, 'FAILED');
  });
});

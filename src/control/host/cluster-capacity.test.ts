// Ordinary jobs on a Kubernetes cluster: an environment whose tag names one, its jobs on the
// cluster's nodes, one container and several. Through control, with a cluster and its engine that
// the test plays.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  CreateComputeEnvironmentCommandInput,
  EcsProperties,
  TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { must } from '../../base/assert.ts';
import { containerIdOf, type JobId } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import { limit } from '../../core/limit.ts';
import { checkWorld } from '../../core/world/invariant.ts';
import type { ClusterNode, ClusterNodes } from '../../port/cluster-nodes.ts';
import type { ContainerSpec, EngineReport } from '../../port/engine.ts';
import { ec2Resources } from '../../../test/house/batch-requests.ts';
import { scope } from '../../../test/house/caller.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';
import { ScriptedEngine } from '../../../test/house/scripted-engine.ts';

const cluster = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';

const node = (name: string, vcpus = 2): ClusterNode => ({
  name,
  uid: `uid-${name}`,
  capacity: { milliVcpu: vcpus * 1_000, memoryMib: 4_096, gpus: 0 },
  isReady: true,
  isOpen: true,
});

const nodesOf = (...nodes: readonly ClusterNode[]): ClusterNodes => ({
  open: () => undefined,
  of: (arn) => (arn === cluster ? nodes : undefined),
  close: () => undefined,
});

const tagged: CreateComputeEnvironmentCommandInput = {
  computeEnvironmentName: 'pods',
  type: 'MANAGED',
  computeResources: { ...ec2Resources, maxvCpus: 16 },
  tags: { 'longshore:cluster': 'lab', 'longshore:namespace': 'batch' },
};

interface Scene {
  readonly rig: Rig;
  readonly engine: ScriptedEngine;
}

async function scene(
  {
    request = tagged,
    nodes = [node('a')],
  }: {
    readonly request?: CreateComputeEnvironmentCommandInput;
    readonly nodes?: readonly ClusterNode[];
  } = {},
  more: Partial<RigOptions> = {},
): Promise<Scene> {
  const engine = new ScriptedEngine();
  const rig = await Rig.bare({
    settings: { clusters: [cluster], runsPods: true },
    nodes: nodesOf(...nodes),
    clusters: new Map([[cluster, engine]]),
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
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'pods' }],
    },
  });
  await rig.clock.pass(2 * limit.reconcilePeriodMs);
  return { rig, engine };
}

const task = (containers: readonly Partial<TaskContainerProperties>[]): EcsProperties => ({
  taskProperties: [
    {
      containers: containers.map((container) => ({
        image: 'busybox',
        resourceRequirements: [
          { type: 'VCPU', value: '0.5' },
          { type: 'MEMORY', value: '64' },
        ],
        ...container,
      })),
    },
  ],
});

/** Submits a job of these containers. */
async function submitTask(
  { rig }: Scene,
  containers: readonly Partial<TaskContainerProperties>[],
): Promise<JobId> {
  const registered = await rig.ask({
    type: 'register-job-definition',
    scope,
    request: { jobDefinitionName: 't', type: 'container', ecsProperties: task(containers) },
  });
  assert.ok(!isRefusal(registered), JSON.stringify(registered));
  const id = await rig.submit('t');
  await rig.clock.pass();
  return id;
}

async function report(
  { rig, engine }: Scene,
  id: JobId,
  index: number,
  what: 'started' | { exitCode: number } | { reason: string },
): Promise<void> {
  const containerId = containerIdOf(rig.attempt(id), index);
  const atMs = rig.clock.now();
  const said: EngineReport =
    what === 'started'
      ? { type: 'started', containerId, atMs }
      : 'reason' in what
        ? { type: 'start-failed', containerId, atMs, reason: what.reason }
        : { type: 'exited', containerId, atMs, exit: { ...what, outOfMemory: false } };
  engine.report(said);
  await rig.clock.pass(limit.startedReportWaitMs);
}

const specsOf = ({ rig, engine }: Scene, id: JobId): readonly ContainerSpec[] =>
  [0, 1, 2].flatMap((index) => engine.specs.get(containerIdOf(rig.attempt(id), index)) ?? []);

/** The calls of a kind that are about the containers of the attempt, by index. */
const callsOf = ({ engine }: Scene, verb: string): readonly string[] =>
  engine.calls.filter((call) => call.startsWith(verb));

describe('an ordinary job on a cluster', () => {
  it('runs on a node, in the namespace of its environment, and not on this machine', async () => {
    const here = await scene();
    const { rig } = here;
    await rig.define('d');
    const id = await rig.submit('d');
    await rig.clock.pass();
    const [spec] = specsOf(here, id);
    const { hostId: _id, ...on } = must(spec?.on, 'it says on which node');
    assert.deepEqual(on, { reference: 'a', namespace: 'batch' });
    assert.equal(spec?.task, undefined);
    assert.deepEqual(
      spec?.environment.filter(({ name }) => /EXECUTION_ENV|KUBERNETES/.test(name ?? '')),
      [{ name: 'AWS_EXECUTION_ENV', value: 'AWS_ECS_EC2' }],
    );
    await report(here, id, 0, 'started');
    assert.equal(rig.job(id)?.status, 'RUNNING');
    await report(here, id, 0, { exitCode: 0 });
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.deepEqual([rig.engine.calls, rig.problems], [[], []]);
    checkWorld(rig.control.world);
  });

  it('waits for room as on any host, and no instance is launched for it', async () => {
    const here = await scene({ nodes: [node('a', 1)] });
    const { rig } = here;
    await rig.define('d');
    const jobs = [await rig.submit('d'), await rig.submit('d')];
    await rig.clock.pass(60_000);
    assert.deepEqual(
      jobs.map((id) => rig.job(id)?.status),
      ['STARTING', 'RUNNABLE'],
    );
    assert.equal([...rig.control.world.hosts.values()].length, 2, 'the machine and the node');
  });

  it('of Fargate runs there as well', async () => {
    const { computeResources: _ec2, ...rest } = tagged;
    const here = await scene({
      request: {
        ...rest,
        computeResources: {
          type: 'FARGATE',
          maxvCpus: 4,
          subnets: ['subnet-1'],
          securityGroupIds: ['sg-1'],
        },
      },
    });
    const { rig } = here;
    await rig.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'f',
        type: 'container',
        platformCapabilities: ['FARGATE'],
        containerProperties: {
          image: 'busybox',
          executionRoleArn: 'arn:aws:iam::123456789012:role/x',
          resourceRequirements: [
            { type: 'VCPU', value: '0.25' },
            { type: 'MEMORY', value: '512' },
          ],
        },
      },
    });
    const id = await rig.submit('f');
    await rig.clock.pass();
    const [spec] = specsOf(here, id);
    assert.equal(spec?.on?.reference, 'a');
    assert.deepEqual(rig.engine.calls, []);
  });
});

describe('a node of a cluster', () => {
  it('goes with its environment', async () => {
    const { rig } = await scene();
    for (const command of [
      { type: 'update-job-queue', request: { jobQueue: 'q', state: 'DISABLED' } },
      { type: 'delete-job-queue', jobQueue: 'q' },
      {
        type: 'update-compute-environment',
        request: { computeEnvironment: 'pods', state: 'DISABLED' },
      },
      { type: 'delete-compute-environment', computeEnvironment: 'pods' },
    ] as const) {
      const answer = await rig.ask({ ...command, scope });
      assert.ok(!isRefusal(answer), JSON.stringify(answer));
      await rig.clock.pass(2 * limit.reconcilePeriodMs);
    }
    const { world } = rig.control;
    assert.equal(world.computeEnvironments.size, 0);
    assert.deepEqual(
      [...world.hosts.values()].map(({ kind }) => kind),
      ['machine'],
    );
  });

  it('is drained and ended in its cluster alone', async () => {
    const { rig } = await scene();
    const [host] = [...rig.control.world.hosts.values()].filter(({ kind }) => kind === 'instance');
    const { id: hostId } = must(host, 'the node has joined');
    const commands = [
      { type: 'drain-host', status: 'DRAINING' },
      { type: 'deregister-host', force: true },
      { type: 'end-instance', cause: 'user' },
      { type: 'reboot-instance' },
    ] as const;
    for (const command of commands) {
      const refused = await rig.ask({ ...command, scope, hostId });
      assert.ok(isRefusal(refused), command.type);
      assert.equal(
        refused.message,
        'node a belongs to cluster lab, and is drained and deleted there.',
      );
    }
    assert.deepEqual(rig.control.world.hosts.get(hostId), host);
  });
});

describe('nodes of a multi-node parallel job', () => {
  it('go to a node of the cluster each, and never to this machine', async () => {
    const here = await scene(
      { nodes: [node('a'), node('b')] },
      { settings: { clusters: [cluster], runsPods: true, machineServesUnmanaged: true } },
    );
    const { rig } = here;
    await rig.ask({
      type: 'register-job-definition',
      scope,
      request: {
        jobDefinitionName: 'm',
        type: 'multinode',
        nodeProperties: {
          numNodes: 2,
          mainNode: 0,
          nodeRangeProperties: [
            {
              targetNodes: '0:',
              container: {
                image: 'busybox',
                resourceRequirements: [
                  { type: 'VCPU', value: '1' },
                  { type: 'MEMORY', value: '64' },
                ],
              },
            },
          ],
        },
      },
    });
    const id = await rig.submit('m');
    await rig.clock.pass();
    const containerId = containerIdOf(rig.attempt(id), 0);
    here.engine.report({
      type: 'started',
      containerId,
      atMs: rig.clock.now(),
      address: '10.0.0.9',
    });
    await rig.clock.pass(limit.startedReportWaitMs);
    const specs = [...here.engine.specs.values()];
    assert.deepEqual(
      specs.map(({ on, network }) => [on?.reference, network?.kind, network?.node]),
      [
        ['a', 'private', 0],
        ['b', 'private', 1],
      ],
    );
    assert.deepEqual(
      specs[1]?.environment.find(({ name }) => name?.endsWith('PRIVATE_IPV4_ADDRESS'))?.value,
      '10.0.0.9',
    );
    assert.deepEqual(rig.engine.calls, []);
    checkWorld(rig.control.world);
  });
});

describe('several containers on a cluster', () => {
  const chain = [
    { name: 'fetch', essential: false },
    {
      name: 'work',
      essential: true,
      dependsOn: [{ containerName: 'fetch', condition: 'SUCCESS' }],
    },
    { name: 'tell', essential: false, dependsOn: [{ containerName: 'work', condition: 'START' }] },
  ];

  it('are asked for at once, with what each waits for', async () => {
    const here = await scene();
    const id = await submitTask(here, chain);
    const specs = specsOf(here, id);
    assert.deepEqual(
      specs.map(({ task: place }) => [place?.containers, place?.after]),
      [
        [3, []],
        [3, [{ container: 0, condition: 'SUCCESS' }]],
        [3, [{ container: 1, condition: 'START' }]],
      ],
    );
    const { rig } = here;
    await report(here, id, 0, 'started');
    assert.equal(rig.job(id)?.status, 'STARTING');
    await report(here, id, 0, { exitCode: 0 });
    await report(here, id, 1, 'started');
    assert.equal(rig.job(id)?.status, 'STARTING');
    await report(here, id, 2, 'started');
    assert.equal(rig.job(id)?.status, 'RUNNING');
    await report(here, id, 2, { exitCode: 1 });
    assert.equal(rig.job(id)?.status, 'RUNNING', 'it is not essential');
    await report(here, id, 1, { exitCode: 0 });
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    checkWorld(rig.control.world);
  });

  it('are all asked for again where the cluster has heard of none', async () => {
    const here = await scene();
    const id = await submitTask(here, chain);
    const attempt = here.rig.attempt(id);
    const again = here.rig.restart();
    here.engine.takeCalls();
    await again.up();
    await again.clock.pass(2 * limit.reconcilePeriodMs);
    assert.equal(again.attempt(id), attempt);
    assert.deepEqual(
      new Set(callsOf(here, 'start')),
      new Set([0, 1, 2].map((index) => `start ${containerIdOf(attempt, index)}`)),
    );
    assert.deepEqual(here.engine.specs.get(containerIdOf(attempt, 2))?.task?.after, [
      { container: 1, condition: 'START' },
    ]);
  });

  it('end when the essential one has ended: the others are stopped, with the longest grace', async () => {
    const here = await scene();
    const { rig, engine } = here;
    const graces: number[] = [];
    engine.stop = async (containerId, graceMs = 0) => {
      engine.calls.push(`stop ${containerId}`);
      graces.push(graceMs);
    };
    const id = await submitTask(here, [
      { name: 'work', stopTimeout: 7 },
      { name: 'beside', essential: false, stopTimeout: 90 },
      { name: 'more', essential: false },
    ]);
    for (const index of [0, 1, 2]) await report(here, id, index, 'started');
    await report(here, id, 0, { exitCode: 3 });
    assert.equal(callsOf(here, 'stop').length, 2);
    assert.deepEqual(graces, [90_000, 90_000]);
    for (const index of [1, 2]) await report(here, id, index, { exitCode: 143 });
    assert.equal(rig.store.job(id).status, 'FAILED');
  });

  it('that one of them cannot start are not started: a pod has all of its containers', async () => {
    const here = await scene();
    const { rig } = here;
    const id = await submitTask(here, chain);
    await report(here, id, 0, { reason: 'CannotPullContainerError: no such image' });
    assert.deepEqual(callsOf(here, 'stop').length > 0, true);
    for (const index of [1, 2]) await report(here, id, index, { reason: 'stopped' });
    const job = rig.store.job(id);
    assert.deepEqual([job.status, job.statusReason], ['FAILED', 'Task failed to start']);
  });

  it('are gone with one of them whose pod is gone, and that of no other is heard', async () => {
    const here = await scene();
    const { rig } = here;
    const id = await submitTask(here, chain);
    const containerId = containerIdOf(rig.attempt(id), 0);
    here.engine.report({ type: 'lost', containerId, atMs: rig.clock.now(), reason: 'deleted' });
    await rig.clock.pass(2 * limit.reconcilePeriodMs);
    const job = rig.store.job(id);
    assert.equal(job.status, 'FAILED');
    assert.match(job.statusReason ?? '', /^Host EC2 .* terminated\.$/);
    checkWorld(rig.control.world);
  });

  it('with a startTimeout fail, for a pod has no such thing', async () => {
    const here = await scene();
    const { rig } = here;
    const id = await submitTask(here, [{ ...chain[0], startTimeout: 5 }, ...chain.slice(1)]);
    await rig.clock.pass(1_000);
    assert.deepEqual(callsOf(here, 'start'), []);
    const { attempts } = rig.store.job(id);
    assert.match(
      JSON.stringify(attempts),
      /a Kubernetes cluster cannot give startTimeout \(container fetch\)/,
    );
  });
});

// What pods say of their containers, row by row as a real cluster (1.34) said it, and what the
// engine makes of that.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KnownContainer, KnownPod } from './known-pod.ts';
import { containerState, type ContainerState } from './pod-state.ts';
import { unseated, usualPatience, usualSandboxMs, waitingOf, type Waiting } from './pod-waiting.ts';

const startedAtMs = 100_000;
const stoppedAtMs = 200_000;
const nowMs = 300_000;

const podWith = (facts: Partial<KnownPod>): KnownPod => ({
  namespace: 'n',
  name: 'aws-batch.a',
  uid: 'u',
  labels: {},
  annotations: {},
  finalizers: ['longshore.dev/observed'],
  phase: 'Running',
  node: 'node-0',
  conditions: [],
  gates: [],
  init: [],
  containers: [],
  ...facts,
});

const ended = (exitCode: number, facts: Partial<KnownContainer> = {}): KnownContainer => ({
  name: 'default',
  state: 'terminated',
  reason: exitCode === 0 ? 'Completed' : 'Error',
  exitCode,
  startedAtMs,
  stoppedAtMs,
  ...facts,
});
const waits = (reason?: string, message?: string): KnownContainer => ({
  name: 'default',
  state: 'waiting',
  reason,
  message,
});
const runs: KnownContainer = { name: 'default', state: 'running', startedAtMs };
const disrupted = { type: 'DisruptionTarget', isTrue: true, sinceMs: 199_000 };

interface Row {
  readonly title: string;
  readonly pod: Partial<KnownPod>;
  readonly isStopped?: boolean;
  readonly isGone?: boolean;
  readonly seenAtMs?: number;
  readonly is: ContainerState;
}

const exited = (exitCode: number, more: object = {}): ContainerState => ({
  is: 'exited',
  startedAtMs,
  stoppedAtMs,
  exit: { exitCode, outOfMemory: false, ...more },
});
const lost = (reason: string, atMs = stoppedAtMs): ContainerState => ({
  is: 'lost',
  startedAtMs,
  atMs,
  reason,
});
const never = (
  as: Extract<ContainerState, { is: 'never' }>['as'],
  reason: string,
  atMs = nowMs,
): ContainerState => ({ is: 'never', as, atMs, reason });

const rows: readonly Row[] = [
  { title: 'nothing is said of it yet', pod: { phase: 'Pending' }, is: { is: 'created' } },
  { title: 'it runs', pod: { containers: [runs] }, is: { is: 'running', startedAtMs } },
  { title: 'it succeeded', pod: { phase: 'Succeeded', containers: [ended(0)] }, is: exited(0) },
  { title: 'it failed', pod: { phase: 'Failed', containers: [ended(3)] }, is: exited(3) },
  {
    title: 'it took too much memory',
    pod: { phase: 'Failed', containers: [ended(137, { reason: 'OOMKilled' })] },
    is: exited(137, { outOfMemory: true }),
  },
  {
    title: 'its program is not there',
    pod: {
      phase: 'Failed',
      containers: [
        ended(128, { reason: 'StartError', message: 'exec: no such file', startedAtMs: undefined }),
      ],
    },
    is: never('start-failed', 'CannotStartContainerError: exec: no such file', stoppedAtMs),
  },
  {
    title: 'its deadline is over',
    pod: {
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
      containers: [ended(137)],
    },
    is: exited(137, {
      reason: 'DeadlineExceeded: Pod was active on the node longer than the specified deadline',
    }),
  },
  {
    title: 'it stored more than it may',
    pod: { phase: 'Failed', reason: 'Evicted', message: 'exceeds', containers: [ended(137)] },
    is: exited(137, { reason: 'Evicted: exceeds' }),
  },
  {
    title: 'its node ran out of what others took',
    pod: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory.',
      conditions: [{ ...disrupted, reason: 'TerminationByKubelet' }],
      containers: [ended(137)],
    },
    is: lost('its pod was taken away: TerminationByKubelet'),
  },
  {
    title: 'its node did not have the room',
    pod: {
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu",
    },
    is: never('not-placed', "OutOfcpu: Pod was rejected: Node didn't have enough resource: cpu"),
  },
  {
    title: 'it was evicted, and says how it ended',
    pod: {
      conditions: [{ ...disrupted, reason: 'EvictionByEvictionAPI', message: 'Eviction API' }],
      deletedAtMs: 199_000,
      phase: 'Failed',
      containers: [ended(7)],
    },
    is: lost('its pod was taken away: EvictionByEvictionAPI: Eviction API'),
  },
  {
    title: 'it was evicted, and had done its work',
    pod: { conditions: [disrupted], phase: 'Succeeded', containers: [ended(0)] },
    is: exited(0),
  },
  {
    title: 'it had failed before others deleted it',
    pod: { deletedAtMs: 250_000, phase: 'Failed', containers: [ended(1)] },
    is: exited(1),
  },
  {
    title: 'others deleted it while it ran',
    pod: { deletedAtMs: 199_000, phase: 'Failed', containers: [ended(143)] },
    is: lost('its pod was deleted'),
  },
  {
    title: 'we stopped it',
    pod: { deletedAtMs: 199_000, phase: 'Failed', containers: [ended(143)] },
    isStopped: true,
    is: exited(143),
  },
  {
    title: 'we stopped it before a node had it',
    pod: { deletedAtMs: 199_000, phase: 'Pending', node: undefined },
    isStopped: true,
    is: never('start-failed', 'stopped before it started'),
  },
  {
    title: 'we stopped it before its node began with it',
    pod: { deletedAtMs: 199_000, phase: 'Pending' },
    isStopped: true,
    is: { is: 'created' },
  },
  {
    title: 'its node gave it up unstarted because we stopped it',
    pod: {
      deletedAtMs: 199_000,
      phase: 'Failed',
      containers: [
        ended(137, {
          reason: 'ContainerStatusUnknown',
          startedAtMs: undefined,
          stoppedAtMs: undefined,
        }),
      ],
    },
    isStopped: true,
    is: never('start-failed', 'stopped before it started'),
  },
  {
    title: 'others deleted it before a node had it',
    pod: { deletedAtMs: 199_000, phase: 'Pending', node: undefined },
    is: never('lost', 'its pod was deleted'),
  },
  {
    title: 'it vanished while it ran',
    pod: { containers: [runs] },
    isGone: true,
    is: lost('its pod is gone', nowMs),
  },
  {
    title: 'it vanished when it had ended',
    pod: { phase: 'Succeeded', containers: [ended(0)] },
    isGone: true,
    is: exited(0),
  },
  {
    title: 'its node is gone, and so the cluster gave it up',
    pod: {
      phase: 'Failed',
      conditions: [{ ...disrupted, reason: 'DeletionByPodGC', message: 'node not found' }],
      containers: [runs],
    },
    is: lost('its pod was taken away: DeletionByPodGC: node not found', nowMs),
  },
  {
    title: 'its node was shut down',
    pod: {
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
      containers: [ended(137)],
    },
    is: lost(
      'its node took it away: Terminated: Pod was terminated in response to imminent node shutdown.',
    ),
  },
  {
    title: 'its node has forgotten how it ended',
    pod: {
      phase: 'Failed',
      containers: [
        ended(137, { reason: 'ContainerStatusUnknown', message: 'could not be located' }),
      ],
    },
    is: lost('could not be located'),
  },
  {
    title: 'its node has forgotten it whole, as after a loss of power',
    pod: {
      phase: 'Failed',
      containers: [
        ended(137, {
          reason: 'ContainerStatusUnknown',
          message: 'could not be located',
          startedAtMs: undefined,
          stoppedAtMs: undefined,
        }),
      ],
    },
    is: { is: 'lost', startedAtMs: undefined, atMs: nowMs, reason: 'could not be located' },
  },
  {
    title: 'it stored more than it may, and its node has forgotten the rest',
    pod: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'too much',
      containers: [
        ended(137, {
          reason: 'ContainerStatusUnknown',
          message: 'could not be located',
          startedAtMs: undefined,
          stoppedAtMs: undefined,
        }),
      ],
    },
    seenAtMs: startedAtMs,
    is: {
      is: 'exited',
      startedAtMs,
      stoppedAtMs: nowMs,
      exit: { exitCode: 137, outOfMemory: false, reason: 'Evicted: too much' },
    },
  },
  {
    title: 'it stored more than it may, and nothing is said of it any more',
    pod: { phase: 'Failed', reason: 'Evicted', message: 'too much' },
    seenAtMs: startedAtMs,
    is: {
      is: 'exited',
      startedAtMs,
      stoppedAtMs: nowMs,
      exit: { exitCode: 137, outOfMemory: false, reason: 'Evicted: too much' },
    },
  },
  {
    title: 'it ran, and nothing is said of it any more',
    pod: { phase: 'Failed', containers: [waits('ContainerCreating')] },
    seenAtMs: startedAtMs,
    is: { is: 'lost', startedAtMs, atMs: nowMs, reason: 'nobody can say how it ended' },
  },
  {
    title: 'an init container failed',
    pod: {
      phase: 'Failed',
      init: [{ ...ended(2), name: 'prepare' }],
      containers: [waits('PodInitializing')],
    },
    is: never(
      'start-failed',
      'CannotStartContainerError: the container prepare, which runs before it, ended with 2',
    ),
  },
  {
    title: 'a pod that failed without a word of its containers',
    pod: { phase: 'Failed' },
    is: never('start-failed', 'CannotStartContainerError: its pod has failed without it'),
  },
];

for (const { title, pod, isStopped = false, isGone, seenAtMs, is } of rows)
  test(`a container of a pod: ${title}`, () => {
    const view = { pod: podWith(pod), isStopped, isGone, nowMs, seenAtMs };
    assert.deepEqual(containerState(view, 'default'), is);
  });

test('what is waited for, how long, and what is said then', () => {
  const bound = { annotations: { 'longshore.dev/node': 'node-0' }, node: undefined };
  const chosen = { annotations: { 'longshore.dev/placement': 'cluster' } };
  const unschedulable = {
    type: 'PodScheduled',
    isTrue: false,
    reason: 'Unschedulable',
    message: '0/1 nodes are available: 1 Insufficient cpu.',
  };
  const { imageMs, otherMs, placingMs } = usualPatience;
  const of = (
    what: Waiting['what'],
    mostMs: number,
    reason: string,
    type: Waiting['type'] = 'start-failed',
  ): Waiting => ({ what, usualMs: what === 'sandbox' ? usualSandboxMs : 0, mostMs, type, reason });
  const isReady = (isTrue: boolean) => ({
    conditions: [{ type: 'PodReadyToStartContainers', isTrue }],
  });
  const sandbox = of('sandbox', otherMs, 'ResourceInitializationError');
  const table: readonly [KnownContainer | undefined, Partial<KnownPod>, Waiting | undefined][] = [
    [
      waits('ErrImagePull', 'not found'),
      {},
      of('image', imageMs, 'CannotPullContainerError: not found'),
    ],
    [
      waits('ImagePullBackOff', 'Back-off pulling image "x": not found'),
      {},
      of('image', imageMs, 'CannotPullContainerError: Back-off pulling image "x": not found'),
    ],
    [
      waits('InvalidImageName', 'couldn’t parse'),
      {},
      of('image', 0, 'CannotPullContainerError: couldn’t parse'),
    ],
    [
      waits('CreateContainerConfigError', 'secret "x" not found'),
      {},
      of('other', 0, 'CannotCreateContainerError: secret "x" not found'),
    ],
    [
      waits('RunContainerError', 'runc'),
      {},
      of('other', otherMs, 'CannotStartContainerError: runc'),
    ],
    [waits('Whatever'), {}, of('other', otherMs, 'CannotStartContainerError: Whatever')],
    // The kubelet has lost sight of the cluster for a moment.
    [
      waits('CreateContainerConfigError', 'failed to sync secret cache: timed out'),
      {},
      of('other', otherMs, 'CannotCreateContainerError: failed to sync secret cache: timed out'),
    ],
    [waits('ContainerCreating'), isReady(false), sandbox],
    [waits('PodInitializing'), isReady(false), sandbox],
    // An image is pulled, however long that takes.
    [waits('ContainerCreating'), isReady(true), undefined],
    [waits('PodInitializing'), { init: [{ ...ended(0), name: 'prepare' }] }, undefined],
    [waits('ContainerCreating'), {}, sandbox],
    [waits('ContainerCreating'), { ...isReady(false), deletedAtMs: 1 }, undefined],
    [undefined, { node: undefined }, undefined],
    [
      undefined,
      { ...bound, conditions: [unschedulable] },
      of('room', placingMs, '0/1 nodes are available: 1 Insufficient cpu.', 'not-placed'),
    ],
    // Where the cluster chooses the node, it may take as long as it takes.
    [
      undefined,
      { ...chosen, node: undefined, conditions: [unschedulable] },
      of('node', Number.POSITIVE_INFINITY, unschedulable.message, 'not-placed'),
    ],
    // While its scheduler says nothing, a start is held up by it for a second.
    [
      undefined,
      { ...chosen, node: undefined },
      { ...of('node', Number.POSITIVE_INFINITY, '', 'not-placed'), usualMs: 1_000 },
    ],
    // It has one by now.
    [undefined, { ...chosen, conditions: [unschedulable] }, sandbox],
    [undefined, { node: undefined, conditions: [unschedulable] }, undefined],
    // Whoever keeps it from the scheduler says when.
    [
      undefined,
      { ...bound, gates: ['kueue.x-k8s.io/admission'] },
      of(
        'node',
        Infinity,
        'Scheduling is blocked due to scheduling gates: kueue.x-k8s.io/admission',
        'not-placed',
      ),
    ],
    // A node that was made before its main one ran is told where that is.
    [
      waits('CreateContainerConfigError', 'configmap "aws-batch-x" not found'),
      { annotations: { 'longshore.dev/awaits-main-node': 'true' } },
      of('other', otherMs, 'CannotCreateContainerError: configmap "aws-batch-x" not found'),
    ],
  ];
  for (const [container, pod, expected] of table)
    assert.deepEqual(waitingOf(podWith(pod), container, usualPatience), expected);
});

test('why a pod has no node is what the cluster says, and who holds it back', () => {
  const said = (reason: string, message: string) => ({
    annotations: { 'longshore.dev/placement': 'cluster' },
    conditions: [{ type: 'PodScheduled', isTrue: false, reason, message }],
  });
  const full = said('Unschedulable', '0/1 nodes are available: 1 Insufficient cpu.');
  const gated = said('SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates');
  const table: readonly [Partial<KnownPod>, string | undefined][] = [
    [{}, undefined],
    [full, '0/1 nodes are available: 1 Insufficient cpu.'],
    [{ ...full, node: 'a' }, undefined],
    [{ ...full, annotations: { 'longshore.dev/node': 'a' } }, undefined],
    [gated, undefined],
    [
      { ...gated, gates: ['kueue.x-k8s.io/admission', 'longshore.dev/secrets'] },
      'Scheduling is blocked due to non-empty scheduling gates: kueue.x-k8s.io/admission',
    ],
    [{ ...gated, gates: ['longshore.dev/stopped'] }, undefined],
    [{ gates: ['a/b'] }, 'Scheduling is blocked due to scheduling gates: a/b'],
  ];
  for (const [pod, expected] of table)
    assert.equal(unseated(podWith({ node: undefined, ...pod })), expected);
});

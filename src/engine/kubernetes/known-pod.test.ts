// What is kept of a pod, from what a real cluster (1.34) says in the cases that matter, and from
// what nobody should send.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { knownPod, type KnownPod } from './known-pod.ts';

const pod = (status: PodStatus, metadata: object = {}): Pod => ({
  metadata: { name: 'p', namespace: 'n', uid: 'u', ...metadata },
  status,
});

const terminated = (exitCode: number, reason: string, message?: string): PodStatus => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  containerStatuses: [
    {
      name: 'default',
      image: 'i',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: {
        terminated: {
          exitCode,
          reason,
          message,
          startedAt: '2026-01-01T00:00:00Z',
          finishedAt: '2026-01-01T00:00:05Z',
        },
      },
    },
  ],
});

test('how a container ended, or why it waits, is kept as the cluster says it', () => {
  const rows: readonly (readonly [PodStatus, Partial<KnownPod['containers'][number]>])[] = [
    [terminated(3, 'Error'), { state: 'terminated', exitCode: 3, reason: 'Error' }],
    [terminated(137, 'OOMKilled'), { state: 'terminated', exitCode: 137, reason: 'OOMKilled' }],
    [terminated(128, 'StartError', 'runc says'), { exitCode: 128, message: 'runc says' }],
    [
      {
        phase: 'Pending',
        containerStatuses: [
          {
            name: 'default',
            image: 'i',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off' } },
          },
        ],
      },
      { state: 'waiting', reason: 'ImagePullBackOff', message: 'Back-off', exitCode: undefined },
    ],
  ];
  for (const [status, expected] of rows) {
    const container = knownPod(pod(status))?.containers[0];
    assert.deepEqual({ ...container, ...expected }, container);
  }
  const ended = knownPod(pod(terminated(0, 'Completed')))?.containers[0];
  // Of an end only its second is said: what was asked for in it came before.
  assert.equal((ended?.stoppedAtMs ?? 0) - (ended?.startedAtMs ?? 0), 5_999);
});

test('of labels ours are kept, of finalizers all, for others’ stay when ours goes, of conditions those that say who placed or took it', () => {
  const known = knownPod(
    pod(
      {
        phase: 'Running',
        podIP: '10.0.0.1',
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' },
          { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
        ],
      },
      {
        labels: { 'longshore.dev/attempt': 'a', 'batch.amazonaws.com/job-id': 'j', app: 'x' },
        finalizers: ['foregroundDeletion', 'longshore.dev/observed'],
        deletionTimestamp: '2026-01-01T00:00:00Z',
      },
    ),
  );
  assert.deepEqual(known?.labels, { 'longshore.dev/attempt': 'a' });
  assert.deepEqual(known.finalizers, ['foregroundDeletion', 'longshore.dev/observed']);
  assert.deepEqual(
    known.conditions.map(({ type, isTrue, reason }) => [type, isTrue, reason]),
    [
      ['PodScheduled', false, 'Unschedulable'],
      ['DisruptionTarget', true, 'EvictionByEvictionAPI'],
    ],
  );
  assert.equal(known.deletedAtMs, Date.parse('2025-12-31T23:59:30Z'));
  assert.equal(known.address, '10.0.0.1');
});

test('that a pod was placed is not kept: its node says so', () => {
  const conditions = [{ type: 'PodScheduled', status: 'True' }];
  assert.deepEqual(knownPod(pod({ phase: 'Running', conditions }))?.conditions, []);
});

test('a pod that says little or too much is known by what there is, in bounds', () => {
  assert.equal(knownPod({}), undefined);
  assert.deepEqual(knownPod(pod({}))?.phase, 'Unknown');
  const status = { phase: 5, reason: 'r'.repeat(1e6), containerStatuses: 'x', podIP: null };
  const known = knownPod(pod(status as unknown as PodStatus));
  assert.equal(known?.phase, 'Unknown');
  assert.equal(known.reason?.length, 1_000);
  assert.deepEqual(known.containers, []);
  const many = Array.from({ length: 10_000 }, () => ({ name: 'x', state: null }));
  const crowd = { containerStatuses: many } as unknown as PodStatus;
  assert.equal(knownPod(pod(crowd))?.containers.length, 64);
});

test('when its deletion was asked for is told by its grace, or by its own where a kubelet is done with it', () => {
  const stamp = '2026-01-01T00:01:00Z';
  const over = Date.parse(stamp);
  for (const [deletionGracePeriodSeconds, terminationGracePeriodSeconds, secondsBefore] of [
    [20, 60, 20],
    [0, 10, 10],
    [0, undefined, 30],
    [-5, 10, 10],
  ] as const) {
    const metadata = {
      name: 'a',
      namespace: 'n',
      uid: 'u',
      deletionTimestamp: stamp,
      deletionGracePeriodSeconds,
    };
    const spec = {
      containers: [],
      ...(terminationGracePeriodSeconds && { terminationGracePeriodSeconds }),
    };
    assert.equal(knownPod({ metadata, spec })?.deletedAtMs, over - secondsBefore * 1000);
  }
});

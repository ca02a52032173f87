// What schedulers that place whole jobs get to count by.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EksPodProperties } from '@aws-sdk/client-batch';
import { attemptId } from '../../base/ids.ts';
import { inGroup, isCounted } from './pod-group.ts';

const group = { id: attemptId('0123456789abcdef0123456789abcdef'), numNodes: 3 };
const podOf = (
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
): EksPodProperties => ({ metadata: { labels, annotations } });
const kueues = podOf({ 'kueue.x-k8s.io/queue-name': 'lab' });

test('pods of no such scheduler stay as they are', () => {
  const pod = podOf({ team: 'a' });
  assert.equal(isCounted(pod), false);
  assert.equal(inGroup(pod, podOf({}), group), pod);
});

test('Kueue’s are a group of this attempt, of as many as there are nodes', () => {
  for (const pod of [kueues, podOf({ team: 'a' }), {}]) {
    const { metadata } = inGroup(pod, kueues, group);
    assert.equal(metadata?.labels?.['kueue.x-k8s.io/queue-name'], 'lab');
    assert.equal(metadata?.labels?.['kueue.x-k8s.io/pod-group-name'], group.id);
    assert.equal(metadata?.labels?.['team'], pod.metadata?.labels?.['team']);
    assert.deepEqual(metadata?.annotations, {
      'kueue.x-k8s.io/pod-group-total-count': '3',
      'kueue.x-k8s.io/retriable-in-group': 'false',
    });
  }
});

test('the PodGroup of the main node’s pod is that of all nodes', () => {
  for (const main of [
    podOf({ 'scheduling.x-k8s.io/pod-group': 'mine' }),
    podOf({ 'pod-group.scheduling.sigs.k8s.io': 'mine' }),
    podOf({ 'pod-group.scheduling.sigs.k8s.io/name': 'mine' }),
    podOf({}, { 'scheduling.k8s.io/group-name': 'mine' }),
  ]) {
    assert.equal(isCounted(main), true);
    const { metadata } = inGroup(podOf({ team: 'a' }), main, group);
    assert.deepEqual(metadata?.labels, { team: 'a', ...main.metadata?.labels });
    assert.deepEqual(metadata?.annotations, main.metadata?.annotations);
  }
});

// What of a node makes a host of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from 'kubernetes-types/core/v1.js';
import { knownNode } from './known-node.ts';
import { quantityOf } from './quantity.ts';

const node = (more: Partial<Node> = {}): Node => ({
  metadata: {
    name: 'worker-1',
    uid: 'u-1',
    labels: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' },
  },
  spec: {},
  status: {
    allocatable: { cpu: '3920m', memory: '15842964Ki', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [
      { type: 'Hostname', address: 'worker-1' },
      { type: 'InternalIP', address: '10.0.0.7' },
    ],
  },
  ...more,
});

test('a node is what it can give to pods, in the words of EC2', () => {
  assert.deepEqual(knownNode(node()), {
    name: 'worker-1',
    uid: 'u-1',
    capacity: { milliVcpu: 3_920, memoryMib: 15_471, gpus: 0 },
    instanceId: undefined,
    instanceType: undefined,
    architecture: 'x86_64',
    address: '10.0.0.7',
    isReady: true,
    isOpen: true,
    environmentUuid: undefined,
  });
  const labels = {
    'node.kubernetes.io/instance-type': 'g5.xlarge',
    'kubernetes.io/arch': 'arm64',
    'batch.amazonaws.com/compute-environment-uuid': 'env',
  };
  const allocatable = { cpu: '4', memory: '16Gi', 'nvidia.com/gpu': '1' };
  const known = knownNode({
    ...node({ status: { allocatable } }),
    metadata: { name: 'gpu', uid: 'u-2', labels },
  });
  assert.deepEqual(
    [known?.capacity, known?.instanceType, known?.architecture, known?.environmentUuid],
    [{ milliVcpu: 4_000, memoryMib: 16_384, gpus: 1 }, 'g5.xlarge', 'arm64', 'env'],
  );
  assert.equal(known?.isReady, false);
});

test('a node that is an instance of EC2 has its id', () => {
  for (const [providerID, instanceId] of [
    ['aws:///us-east-1a/i-0123456789abcdef0', 'i-0123456789abcdef0'],
    ['aws:///eu-west-1b/i-01234567', 'i-01234567'],
    ['aws:///us-east-1a/fargate-ip-10-0-0-1', undefined],
    ['aws:///us-east-1a/i-0123456789abcdef0) terminated.', undefined],
    ['gce://project/us-east1-b/i-01234567', undefined],
    ['', undefined],
  ] as const)
    assert.equal(knownNode(node({ spec: { providerID } }))?.instanceId, instanceId);
});

test('pods of jobs may go where nothing keeps others than AWS Batch’s off', () => {
  const taint = (key: string, effect: string) => ({ taints: [{ key, effect }] });
  for (const [spec, isOpen] of [
    [{}, true],
    [{ unschedulable: true }, false],
    [taint('batch.amazonaws.com/batch-node', 'NoSchedule'), true],
    [taint('node-role.kubernetes.io/control-plane', 'NoSchedule'), false],
    [taint('node.kubernetes.io/not-ready', 'NoExecute'), false],
    [taint('x', 'PreferNoSchedule'), true],
  ] as const)
    assert.equal(knownNode(node({ spec: spec }))?.isOpen, isOpen);
});

test('what no job can run on is no node', () => {
  assert.equal(knownNode({}), undefined);
  const labels = { 'kubernetes.io/os': 'windows' };
  assert.equal(knownNode({ ...node(), metadata: { name: 'w', uid: 'u', labels } }), undefined);
});

test('quantities are read in all their forms, and what is none is nothing', () => {
  for (const [said, value] of [
    ['4', 4],
    [4, 4],
    ['250m', 0.25],
    ['0.5', 0.5],
    ['1e3', 1_000],
    ['1Gi', 2 ** 30],
    ['2G', 2e9],
    ['', 0],
    ['-1', 0],
    ['1Xi', 0],
    ['9'.repeat(40), 0],
    [undefined, 0],
    [{}, 0],
  ] as const)
    assert.equal(quantityOf(said), value, JSON.stringify(said));
});

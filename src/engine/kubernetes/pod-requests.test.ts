// What pods of others take of their nodes, by Kubernetes' rules: row by row. No cluster is asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { podOnNode } from './pod-requests.ts';

const asks = (cpu: string, memory: string, gpus?: string) => ({
  name: 'n',
  resources: { requests: { cpu, memory, ...(gpus && { 'nvidia.com/gpu': gpus }) } },
});
const sidecar = (cpu: string, memory: string) => ({
  ...asks(cpu, memory),
  restartPolicy: 'Always',
});
const pod = (spec: object, metadata: Pod['metadata'] = {}): Pod => ({
  metadata,
  spec: { nodeName: 'a', containers: [], ...spec },
});

const table: readonly (readonly [string, object, string])[] = [
  ['nothing', {}, '0/0/0'],
  [
    'its containers together',
    { containers: [asks('250m', '1Gi'), asks('1', '1Mi', '2')] },
    '1250/1025/2',
  ],
  ['parts, rounded up', { containers: [asks('0.0001', '1')] }, '1/1/0'],
  [
    'its largest init container',
    { containers: [asks('1', '1Mi')], initContainers: [asks('2', '1Mi'), asks('1', '8Mi')] },
    '2000/8/0',
  ],
  [
    'sidecars beside its containers',
    { containers: [asks('1', '1Mi')], initContainers: [sidecar('500m', '2Mi'), asks('1', '1Mi')] },
    '1500/3/0',
  ],
  [
    'sidecars beside a larger init container',
    { containers: [asks('1', '1Mi')], initContainers: [sidecar('500m', '2Mi'), asks('2', '1Mi')] },
    '2500/3/0',
  ],
  [
    'what is said of it as a whole',
    { containers: [asks('1', '1Mi', '1')], resources: { requests: { cpu: '3' } } },
    '3000/1/1',
  ],
  [
    'what its sandbox takes',
    { containers: [asks('1', '1Mi')], overhead: { cpu: '100m', memory: '10Mi' } },
    '1100/11/0',
  ],
  ['nothing that can be read', { containers: [asks('much', '')] }, '0/0/0'],
];
for (const [what, spec, expected] of table)
  test(`a pod takes of its node: ${what}`, () => {
    const found = podOnNode(pod(spec));
    assert.equal(`${found?.milliVcpu}/${found?.memoryMib}/${found?.gpus}`, expected);
  });

test('pods that no node has are not kept, and those that are part of their node are known', () => {
  assert.equal(podOnNode({}), undefined);
  assert.equal(podOnNode(pod({ nodeName: '' })), undefined);
  for (const [kind, isPartOfNode] of [
    ['DaemonSet', true],
    ['Node', true],
    ['ReplicaSet', false],
  ] as const) {
    const owner = { apiVersion: 'v1', kind, name: 'o', uid: 'u' };
    assert.equal(podOnNode(pod({}, { ownerReferences: [owner] }))?.isPartOfNode, isPartOfNode);
  }
});

// An API server's list and watch of so many pods, in a process of its own: what is measured is who
// reads. Its pods are as large as those of a real cluster, managed fields included. It prints its
// port.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const count = Number(process.argv[2] ?? 10_000);

const managed = (manager: string): object => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: '2026-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [
      `f:member${index}`,
      { '.': {}, [`k:{"name":"default${index}"}`]: { 'f:value': {} } },
    ]),
  ),
});

const pod = (index: number): object => {
  const id = index.toString(16).padStart(32, '0');
  return {
    metadata: {
      name: `aws-batch.${id}`,
      namespace: 'jobs',
      uid: `00000000-0000-4000-8000-${id.slice(20)}`,
      resourceVersion: String(index + 1),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: {
        'batch.amazonaws.com/job-id': `job-${id}`,
        'batch.amazonaws.com/compute-environment-uuid': 'environment',
        'batch.amazonaws.com/node-uid': `node-${index % 100}`,
        'longshore.dev/attempt': id,
        'longshore.dev/server': 'server',
      },
      finalizers: ['longshore.dev/observed'],
      managedFields: [managed('longshore'), managed('kubelet')],
    },
    spec: {
      nodeName: `node-${index % 100}`,
      containers: [
        {
          name: 'default',
          image: 'registry.example/team/image:1',
          command: ['sh', '-c', 'x'.repeat(300)],
          env: Array.from({ length: 12 }, (_, of) => ({
            name: `NAME_${of}`,
            value: `${id}-${of}`,
          })),
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      })),
      containerStatuses: [
        {
          name: 'default',
          image: 'registry.example/team/image:1',
          imageID: `registry.example/team/image@sha256:${'0'.repeat(64)}`,
          containerID: `containerd://${id}${id}`,
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    },
  };
};

/** Written before anybody asks. */
const pods = Array.from({ length: count }, (_, index) => JSON.stringify(pod(index)));

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://cluster');
  if (searchParams.get('watch') !== null) {
    response.flushHeaders();
    return;
  }
  const from = Number(searchParams.get('continue') ?? 0);
  const end = Math.min(from + Number(searchParams.get('limit') ?? count), count);
  const metadata = { resourceVersion: String(count), continue: end < count ? String(end) : '' };
  response.end(
    `{"metadata":${JSON.stringify(metadata)},"items":[${pods.slice(from, end).join(',')}]}`,
  );
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

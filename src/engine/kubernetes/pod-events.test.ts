// What keeps a node from beginning with a pod, told by its events: row by row. No cluster is asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from 'kubernetes-types/core/v1.js';
import type { ClusterConnection } from './cluster-connection.ts';
import { obstacleOf } from './pod-events.ts';

const why = 'MountVolume.SetUp failed for volume "v" : secret "s" not found';
const at = (minute: number, reason: string, message: string, more: Partial<Event> = {}) => ({
  type: reason.startsWith('Failed') ? 'Warning' : 'Normal',
  reason,
  message,
  lastTimestamp: `2026-01-01T00:0${minute}:00Z`,
  ...more,
});

const table: readonly (readonly [string, readonly object[], string | undefined])[] = [
  ['nothing was said', [], undefined],
  ['it was scheduled', [at(0, 'Scheduled', 'to node-0')], undefined],
  ['a volume is not there', [at(0, 'Scheduled', ''), at(1, 'FailedMount', why)], why],
  [
    'only in the end',
    [
      at(1, 'FailedMount', 'older'),
      at(3, 'FailedCreatePodSandBox', 'no address'),
      at(2, 'FailedMount', why),
    ],
    'no address',
  ],
  [
    'what took too long says less than why',
    [at(1, 'FailedMount', why), at(2, 'FailedMount', 'Unable to attach or mount volumes: [v]')],
    why,
  ],
  ['it went on since', [at(1, 'FailedMount', why), at(2, 'Pulling', 'image')], undefined],
  ['the scheduler had no room before', [at(1, 'FailedScheduling', '0/1 nodes')], undefined],
  [
    'the node is not ready, which is for others to judge',
    [at(1, 'NodeNotReady', 'Node is not ready', { type: 'Warning' })],
    undefined,
  ],
  [
    'events of a series',
    [
      at(1, 'FailedMount', 'first', {
        lastTimestamp: undefined,
        series: { count: 2, lastObservedTime: '2026-01-01T00:05:00Z' },
      }),
      at(2, 'Pulling', 'image'),
    ],
    'first',
  ],
];
for (const [what, items, expected] of table)
  test(`what keeps a node from beginning: ${what}`, async () => {
    const asked: unknown[] = [];
    const connection = {
      request: (request: unknown) => {
        asked.push(request);
        return Promise.resolve({ items });
      },
    } as unknown as ClusterConnection;
    assert.equal(await obstacleOf(connection, { namespace: 'jobs', uid: 'u-1' }), expected);
    assert.deepEqual(asked, [
      {
        method: 'GET',
        path: '/api/v1/namespaces/jobs/events',
        query: { fieldSelector: 'involvedObject.uid=u-1', limit: 200 },
      },
    ]);
  });

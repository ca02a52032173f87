// A table of which namespaces the containers of an attempt have, and who holds them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptId } from '../../base/ids.ts';
import type { TaskPlace } from '../../port/engine.ts';
import { anchorHost, namespaces } from './namespaces.ts';

const anchor = { dockerId: 'a' };
const place = (more: Partial<TaskPlace>): TaskPlace => ({
  attemptId: attemptId('t'),
  containers: 2,
  ...more,
});

const cases: [string, Partial<TaskPlace>, string, string, string][] = [
  ['two on the host’s network', {}, 'host', 'host//', 'nobody'],
  ['two on a bridge', {}, 'bridge', 'container:a//', 'bridge//'],
  ['two on a network of their job', {}, 'net1', 'container:a//', 'net1//'],
  ['one on a bridge', { containers: 1 }, 'bridge', 'bridge//', 'nobody'],
  [
    'one with modes',
    { containers: 1, ipcMode: 'task', pidMode: 'task' },
    'host',
    'host//',
    'nobody',
  ],
  ['ipcMode task', { ipcMode: 'task' }, 'host', 'host/container:a/', 'host/shareable/'],
  [
    'ipcMode task with a size',
    { ipcMode: 'task', sharedMemoryMib: 8 },
    'host',
    'host/container:a/',
    'host/shareable/8388608',
  ],
  ['ipcMode host', { ipcMode: 'host' }, 'host', 'host/host/', 'nobody'],
  ['ipcMode none', { ipcMode: 'none' }, 'bridge', 'container:a/none/', 'bridge//'],
  ['pidMode task', { pidMode: 'task' }, 'host', 'host//container:a', 'host//'],
  ['pidMode host', { pidMode: 'host', sharedMemoryMib: 8 }, 'host', 'host//host', 'nobody'],
];

for (const [title, more, usual, own, held] of cases)
  test(`${title}: ${own}, held by ${held}`, () => {
    const task = place(more);
    const { NetworkMode, IpcMode = '', PidMode = '' } = namespaces(task, usual, anchor);
    assert.equal(`${NetworkMode}/${IpcMode}/${PidMode}`, own);
    const host = anchorHost(task, usual);
    assert.equal(
      host === undefined
        ? 'nobody'
        : `${host.NetworkMode}/${host.IpcMode ?? ''}/${host.ShmSize ?? ''}`,
      held,
    );
  });

test('what is no container of a task has the usual network and its own', () => {
  assert.deepEqual(namespaces(undefined, 'bridge', undefined), {
    NetworkMode: 'bridge',
    IpcMode: undefined,
    PidMode: undefined,
  });
});

// What a new array waits for of one that has begun.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childId, jobId, scopeOf } from '../../../base/ids.ts';
import { ChildTable } from '../../job/child-table.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import { worldOf } from '../../../../test/house/world.ts';
import { submittedDetail, submittedIdentity } from '../../../../test/house/submitted.ts';
import { resolveDependencies } from './resolve-dependencies.ts';

const scope = scopeOf('000000000000', 'us-east-1');
const id = jobId('array');

/** An array of three that waits, but for its second child, which has failed. */
function arrayWorld(): LiveWorld {
  const world = worldOf({ jobs: [] });
  const identity = submittedIdentity(id);
  const detail = { ...identity, ...submittedDetail, container: {} };
  world.apply({
    type: 'job-submitted',
    detail,
    job: {
      ...identity,
      arraySize: 3,
      status: 'SUBMITTED',
      rest: { status: 'SUBMITTED' },
      children: new ChildTable(3, 'SUBMITTED', 0),
    },
  });
  world.apply({ type: 'job-runnable', jobId: id, atMs: 0 });
  world.apply({
    type: 'job-ended',
    jobId: childId(id, 1),
    status: 'FAILED',
    statusReason: 'stopped',
    atMs: 1,
  });
  return world;
}

test('N_TO_N on an array under way waits for it, and fails the children whose counterparts have failed already', () => {
  const resolved = resolveDependencies(arrayWorld(), {
    scope,
    dependsOn: [{ jobId: id, type: 'N_TO_N' }],
    arraySize: 3,
    past: new Map(),
  });
  assert.deepEqual(resolved, {
    waitsFor: [{ type: 'N_TO_N', jobId: id }],
    failed: false,
    failedChildren: new Set([1]),
  });
});

test('a dependency on one child that has failed fails the job, and one on the whole array waits', () => {
  const on = (of: string) =>
    resolveDependencies(arrayWorld(), {
      scope,
      dependsOn: [{ jobId: of }],
      arraySize: undefined,
      past: new Map(),
    });
  assert.deepEqual(on(`${id}:1`), { waitsFor: [], failed: true, failedChildren: new Set() });
  assert.deepEqual(on(id), {
    waitsFor: [{ type: 'JOB', jobId: id }],
    failed: false,
    failedChildren: new Set(),
  });
});

// Walks every pair of statuses against the user guide's drawing of job states.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobStatuses } from './status.ts';
import {
  assertTransition,
  parentTransitions,
  serviceTransitions,
  transitions,
} from './transition.ts';

const allowed = new Set([
  'SUBMITTED PENDING',
  'SUBMITTED RUNNABLE',
  'SUBMITTED FAILED',
  'PENDING RUNNABLE',
  'PENDING FAILED',
  'RUNNABLE STARTING',
  'RUNNABLE FAILED',
  'STARTING RUNNING',
  'STARTING RUNNABLE',
  'STARTING FAILED',
  'RUNNING SUCCEEDED',
  'RUNNING FAILED',
  'RUNNING RUNNABLE',
]);

test('every pair of statuses is allowed or refused as the table of job states says', () => {
  for (const from of jobStatuses) {
    for (const to of jobStatuses) {
      const attempt = () => assertTransition(from, to);
      if (allowed.has(`${from} ${to}`)) attempt();
      else assert.throws(attempt, { name: 'BrokenInvariant' }, `${from} to ${to}`);
    }
  }
});

test('a service job is SCHEDULED between RUNNABLE and STARTING, and no other job is', () => {
  const others = [...allowed].filter((pair) => pair !== 'RUNNABLE STARTING');
  const own = [
    'RUNNABLE SCHEDULED',
    'SCHEDULED STARTING',
    'SCHEDULED RUNNABLE',
    'SCHEDULED FAILED',
  ];
  const ofService = new Set([...others, ...own]);
  for (const from of jobStatuses) {
    for (const to of jobStatuses) {
      const attempt = () => assertTransition(from, to, serviceTransitions);
      if (ofService.has(`${from} ${to}`)) attempt();
      else assert.throws(attempt, { name: 'BrokenInvariant' }, `${from} to ${to}`);
    }
  }
});

test('nothing leaves a terminal status', () => {
  assert.deepEqual(
    [
      transitions.SUCCEEDED,
      transitions.FAILED,
      parentTransitions.SUCCEEDED,
      parentTransitions.FAILED,
    ],
    [[], [], [], []],
  );
});

test('an array parent never runs itself', () => {
  for (const targets of Object.values(parentTransitions)) {
    for (const status of ['RUNNABLE', 'STARTING', 'RUNNING'] as const)
      assert(!targets.includes(status));
  }
});

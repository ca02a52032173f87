// Planted questions for what lies beneath a host: each must be caught outside its doors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../tree.ts';
import { beneathRule } from './beneath.ts';

const cases: readonly (readonly [path: string, text: string, found: number])[] = [
  ['src/core/schedule/fit/fit-host.ts', 'const on = get(host.machineId);', 1],
  ['src/core/schedule/fit/fit-host.ts', 'const [one] = world.hosts.machines();', 1],
  ['src/control/read/cluster-reader.ts', 'f(\n  host?.machineId);', 1],
  ['src/core/schedule/fit/fit-host.ts', 'const { machineId } = destination;', 0],
  ['src/core/schedule/fit/fit-host.test.ts', 'f(host.machineId);', 0],
  ['src/core/host/beneath.ts', 'get(host.machineId);', 0],
  ['src/core/schedule/fit/fit-service.ts', 'for (const one of world.hosts.machines()) f(one);', 0],
  ['src/server/identity.ts', 'f(given.machineId);', 0],
];

for (const [path, text, found] of cases)
  test(`beneath: ${found === 0 ? 'passes' : 'catches'} ${text.replace('\n', ' ')} in ${path}`, () => {
    const findings = [...beneathRule.check(treeOf({ [path]: text }))];
    assert.equal(findings.length, found);
    assert.deepEqual(
      findings.map(({ line }) => line),
      findings.map(() => text.split('\n').length),
    );
  });

// What has to be given back on a host before a job fits there: the least decides where it waits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../base/assert.ts';
import { needs, worldOf } from '../../../../test/house/world.ts';
import { lackingOn } from './host-room.ts';

const cases: readonly [
  what: string,
  used: [vcpus: number, memoryMib: number, gpus?: number],
  wanted: [vcpus: number, memoryMib: number, gpus?: number],
  thousandths: number,
][] = [
  ['nothing where it fits', [2, 1000], [2, 3000], 0],
  ['vCPUs that are in use', [3, 1000], [2, 1000], 250],
  ['memory that is in use', [1, 3000], [1, 2000], 250],
  ['the one that it lacks most', [3, 3000], [2, 3000], 500],
  ['GPUs that are in use', [1, 1000, 2], [1, 1000, 1], 500],
  ['no GPUs where none is asked for', [1, 1000, 3], [1, 1000, 0], 0],
  ['all that is in use, by one that is larger than the host', [3, 1000], [5, 1000], 750],
  ['… in memory', [3, 1000], [1, 5000], 750],
  ['the rest, by one that is as large as the host', [1, 1000], [4, 4000], 250],
];
for (const [what, used, wanted, thousandths] of cases)
  test(`there lacks ${what}`, () => {
    const world = worldOf({ jobs: [], capacity: needs(4, 4000, 2) });
    const machine = must(world.hosts.machines().next().value, 'there is one');
    assert.equal(lackingOn(machine, needs(...used), needs(...wanted)), thousandths);
  });

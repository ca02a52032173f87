// What Ctrl-C answers: what becomes of the jobs that run, on each engine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { farewell } from './farewell.ts';

test('a server that ends says what becomes of its jobs', () => {
  const again = 'Start it again with --data-dir ./d to go on.';
  assert.equal(farewell('docker', 0, './d'), `Longshore has stopped. ${again}`);
  assert.equal(
    farewell('docker', 2, './d'),
    `Longshore has stopped; 2 jobs go on in containers, and are found again. ${again}`,
  );
  assert.equal(
    farewell('process', 1, './d'),
    `Longshore has stopped; 1 job goes on as processes of this machine, and is found again. ${again}`,
  );
  assert.equal(
    farewell('fake', 3, './d'),
    `Longshore has stopped; 3 jobs are lost with the fake engine. ${again}`,
  );
});

// --pids-limit: a job that makes processes without end is stopped by its own container's limit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';

test(
  'a container has no more processes than --pids-limit allows',
  { skip: requirement('docker').skip },
  async () => {
    await using server = await TestServer.start('docker', ['--pids-limit', '8']);
    await server.prepare();
    const script = 'i=0; while [ $i -lt 20 ]; do sleep 60 & i=$((i+1)); done; wait';
    const job = await server.run('forks', { command: ['sh', '-c', script] });
    assert.equal(job.status, 'FAILED');
    assert.match((await server.lines(job)).join('\n'), /can't fork/);
  },
);

// What an attempt leaves behind is found by its mark, whichever session it has made for itself, and
// nothing else is touched.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { attemptMark, killMarked } from './leftovers.ts';

const skip = process.platform === 'linux' ? false : 'needs /proc';

test(
  'a process of a session of its own is found by the mark of its attempt',
  { skip },
  async () => {
    const id = `test-${process.pid}`;
    const start = (mark: string) =>
      spawn('sleep', ['300'], {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, [attemptMark]: mark },
      });
    const [marked, other] = [start(id), start(`${id}0`)];
    try {
      await Promise.all([once(marked, 'spawn'), once(other, 'spawn')]);
      const ended = once(marked, 'exit');
      while (!killMarked(id)) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(await ended, [null, 'SIGKILL']);
      assert.equal(other.exitCode ?? other.signalCode, null);
      assert.equal(killMarked(id), false);
    } finally {
      other.kill('SIGKILL');
    }
  },
);

// Holds the API to its word that the SDK reads no profile. Talks to a scripted server on this
// machine only.

import assert from 'node:assert/strict';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { test, mock } from 'node:test';

test('the SDK reads no profile, whatever the environment says', async () => {
  const opened: string[] = [];
  const { readFile } = promises;
  mock.method(promises, 'readFile', (path: string, ...rest: []) => {
    opened.push(path);
    return readFile(path, ...rest);
  });
  syncBuiltinESMExports();
  // Loaded only now, so that the SDK sees the function that remembers.
  const { runAgainst, terminal } = await import('../../test/house/scripted-server.ts');
  const script = {
    describejobs: () => ({
      jobs: [{ jobId: 'a', status: 'SUCCEEDED', container: { logStreamName: 's' } }],
    }),
    GetLogEvents: () => ({ events: [{ timestamp: 0, message: 'line' }] }),
  };
  const { code, calls } = await runAgainst(
    script,
    ['logs', 'a'],
    terminal({ AWS_PROFILE: 'there-is-none' }),
  );
  assert.deepEqual([code, calls.length], [0, 3]);
  assert.deepEqual(opened, []);
});

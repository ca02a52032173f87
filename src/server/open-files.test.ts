// What a process may have open, shared out among log files, callers and requests of ours.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownOpenFiles, shareOpenFiles } from './open-files.ts';

const limits = (most: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax processes             10                   10                   processes\nMax open files            ${most.padEnd(20)} 99999                files\n`;

test('a quarter is for log files, half for callers and an eighth for requests of ours', () => {
  assert.deepEqual(shareOpenFiles(limits('256')), { logs: 64, connections: 128, requests: 32 });
  assert.deepEqual(shareOpenFiles(limits('4096')), { logs: 384, connections: 2048, requests: 512 });
  assert.deepEqual(shareOpenFiles(limits('8')), { logs: 4, connections: 8, requests: 8 });
});

test('where there are plenty, or nobody can tell, only requests of ours are bounded', () => {
  for (const many of [limits('1048576'), limits('unlimited'), undefined])
    assert.deepEqual(shareOpenFiles(many), {
      logs: undefined,
      connections: undefined,
      requests: 1_024,
    });
  assert.ok(ownOpenFiles());
});

// What a process may have open, shared out between log files and callers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownOpenFiles, shareOpenFiles } from './open-files.ts';

const limits = (most: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax processes             10                   10                   processes\nMax open files            ${most.padEnd(20)} 99999                files\n`;

test('a quarter is for log files and half for callers', () => {
  assert.deepEqual(shareOpenFiles(limits('256')), { logs: 64, connections: 128 });
  assert.deepEqual(shareOpenFiles(limits('4096')), { logs: 384, connections: 2048 });
  assert.deepEqual(shareOpenFiles(limits('8')), { logs: 4, connections: 8 });
});

test('where there are plenty, or nobody can tell, nothing is bounded', () => {
  for (const many of [limits('1048576'), limits('unlimited'), undefined])
    assert.deepEqual(shareOpenFiles(many), { logs: undefined, connections: undefined });
  assert.ok(ownOpenFiles());
});

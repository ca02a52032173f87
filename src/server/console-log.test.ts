// The server's log at a terminal: one line of words a record, with everything that the record says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { consoleLog } from './console-log.ts';

test('a record is one line with its level, its words, its error and its members', () => {
  const lines: string[] = [];
  const log = pino(
    { level: 'info', base: undefined },
    consoleLog((line) => lines.push(line)),
  );
  log.info({ url: 'http://a', count: 2 }, 'ready');
  log.warn({ err: new Error('no such host') }, 'Docker went away');
  log.debug('left out');
  log.error('two\nlines');
  assert.deepEqual(
    lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, '')),
    [
      'info ready url=http://a count=2\n',
      'warning Docker went away: no such host\n',
      'error two lines\n',
    ],
  );
});

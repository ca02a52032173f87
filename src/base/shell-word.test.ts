// What a shell is given comes back as it was. Asks real shells.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { shellWord } from './shell-word.ts';

const words = [
  'busybox:1',
  '',
  'a b',
  "it's",
  '$(touch /tmp/x)',
  '`id`',
  'x; rm -rf ~',
  '"q"',
  '\\',
  'a-n',
  'ünï',
  '*',
];

test('a word comes back from a shell unchanged', () => {
  for (const word of words)
    assert.equal(
      execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }),
      word,
    );
});

test('control characters are never written as they are', () => {
  assert.equal(shellWord("it's\n\x1b[1m\\"), "$'it\\'s\\n\\x1b[1m\\\\'");
});

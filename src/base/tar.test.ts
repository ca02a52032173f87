// Headers are read back as they were made, by others too, and nothing else passes for one.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { decodeTarHeader, encodeTarHeader, tarEnd, tarPadding } from './tar.ts';

const long = `logs/${'1'.repeat(12)}/${'r'.repeat(32)}/${'a'.repeat(40)}/${'b'.repeat(40)}.log`;

test('names and sizes come back, those of more than 8 GiB and of long paths too', () => {
  for (const name of ['longshore.db', long])
    for (const size of [0, 1, 511, 512, 8 ** 11 - 1, 8 ** 11, 2 ** 45 + 3])
      assert.deepEqual(decodeTarHeader(encodeTarHeader(name, size)), { name, size });
  assert.equal(decodeTarHeader(new Uint8Array(512)), 'end');
  const damaged = encodeTarHeader('a', 1);
  damaged[0] = 0x62;
  assert.equal(decodeTarHeader(damaged), undefined);
  assert.throws(() => encodeTarHeader('x'.repeat(101), 0));
  assert.throws(() => encodeTarHeader('\u0001', 0));
});

test(
  'tar itself reads what we write',
  { skip: spawnSync('tar', ['--version']).status === 0 ? false : 'there is no tar' },
  () => {
    const content = Buffer.from('content');
    const archive = Buffer.concat([
      encodeTarHeader(long, content.length),
      content,
      new Uint8Array(tarPadding(content.length)),
      tarEnd,
    ]);
    const { stdout } = spawnSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' });
    assert.match(stdout, new RegExp(`^-rw------- .* 7 .* ${long}\n$`));
  },
);

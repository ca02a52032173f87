// Where the master key comes from, and that it goes nowhere else.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Failure, UsageError } from '../cli/failure.ts';
import { sealerIn, takeSealer } from './key-file.ts';

const key = Buffer.alloc(32, 9).toString('base64');

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'longshore-key-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('the key of the environment', () => {
  it('is taken out of it, and seals as the same one in a file', (t) => {
    const environment = { LONGSHORE_KEY: key, PATH: '/bin' };
    const sealer = takeSealer(environment);
    assert.deepEqual(environment, { PATH: '/bin' });
    const path = directory(t);
    writeFileSync(join(path, 'key'), `${key}\n`);
    assert.equal(sealerIn(path).open(sealer?.seal('secret', 'this') ?? '', 'this'), 'secret');
  });

  it('may be missing', () => {
    assert.equal(takeSealer({ PATH: '/bin' }), undefined);
  });

  it('is refused where it is none, without a word of what it was', () => {
    for (const text of ['', 'x', key.slice(1), `${key}AAAA`, key.replace('=', ''), `${key} ${key}`])
      assert.throws(
        () => takeSealer({ LONGSHORE_KEY: text }),
        (error: Error) =>
          error instanceof UsageError &&
          error.message ===
            'LONGSHORE_KEY is not a key: 32 bytes in base64, as `openssl rand -base64 32` makes them',
      );
  });
});

describe('the key of a data directory', () => {
  it('is made once, for its owner alone', (t) => {
    const path = directory(t);
    const sealed = sealerIn(path).seal('secret', 'this');
    assert.deepEqual(readdirSync(path), ['key']);
    assert.equal(statSync(join(path, 'key')).mode & 0o777, 0o600);
    assert.match(readFileSync(join(path, 'key'), 'utf8'), /^[A-Za-z0-9+/]{43}=\n$/);
    assert.equal(sealerIn(path).open(sealed, 'this'), 'secret');
    assert.equal(sealerIn(directory(t)).open(sealed, 'this'), undefined, 'another has its own');
  });

  it('is whole: what a start that was cut off left is no key', (t) => {
    const path = directory(t);
    writeFileSync(join(path, 'key.new'), key.slice(0, 10));
    sealerIn(path);
    assert.deepEqual(readdirSync(path), ['key']);
  });

  it('is never replaced where it cannot be read', (t) => {
    const path = directory(t);
    writeFileSync(join(path, 'key'), 'half');
    assert.throws(() => sealerIn(path), Failure);
    assert.equal(readFileSync(join(path, 'key'), 'utf8'), 'half');
  });
});

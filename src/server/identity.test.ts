// When a data directory keeps its mark, and when it gets another.

import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { identify, nowhere } from './identity.ts';
import { holdIdentity, IdentityInUse } from './identity-lock.ts';

function scene(t: TestContext): { parent: string; home: string; id: string } {
  const parent = mkdtempSync(join(tmpdir(), 'longshore-identity-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const home = join(parent, 'home');
  mkdirSync(home);
  const made = identify(home, { adopt: false }, 'm1');
  assert.deepEqual([made.isNew, made.former], [true, undefined]);
  made.keep();
  return { parent, home, id: made.id };
}

const files = ['instance', 'instance.place'] as const;

test('a mark stays through restarts, moves on one file system, and machines that cannot be told', (t) => {
  const { parent, home, id } = scene(t);
  renameSync(home, join(parent, 'moved'));
  for (const machine of ['m1', undefined]) {
    const again = identify(join(parent, 'moved'), { adopt: false }, machine);
    assert.deepEqual([again.id, again.isNew], [id, false]);
    again.keep();
  }
});

test('a copy, a restored directory and another machine get a mark of their own, and the same until it is kept', (t) => {
  const { parent, home, id } = scene(t);
  const copy = join(parent, 'copy');
  mkdirSync(copy);
  for (const name of files) copyFileSync(join(home, name), join(copy, name));
  const made = identify(copy, { adopt: false }, 'm1');
  assert.deepEqual([made.isNew, made.former, made.id === id], [true, id, false]);
  assert.equal(
    readFileSync(join(copy, 'instance'), 'utf8').trim(),
    id,
    'nothing is written before',
  );
  made.keep();
  assert.deepEqual(
    [identify(copy, { adopt: false }, 'm1').id, identify(copy, { adopt: false }, 'm1').isNew],
    [made.id, false],
  );

  assert.equal(identify(home, { adopt: false }, 'm2').former, id);
  writeFileSync(join(home, 'instance.place'), nowhere);
  assert.equal(identify(home, { adopt: false }, 'm1').former, id);
});

test('with adopt the mark is kept wherever the directory is, and is at home there from then on', (t) => {
  const { home, id } = scene(t);
  writeFileSync(join(home, 'instance.place'), nowhere);
  const adopted = identify(home, { adopt: true }, 'm2');
  assert.deepEqual([adopted.id, adopted.isNew], [id, false]);
  adopted.keep();
  assert.equal(identify(home, { adopt: false }, 'm2').isNew, false);
});

test('a directory of an earlier version, without a note of its place, keeps its mark; one that has lost it gets another', (t) => {
  const { home, id } = scene(t);
  unlinkSync(join(home, 'instance.place'));
  assert.deepEqual(
    [identify(home, { adopt: false }, 'm1').id, identify(home, { adopt: false }, 'm1').isNew],
    [id, false],
  );
  unlinkSync(join(home, 'instance'));
  assert.deepEqual(
    [identify(home, { adopt: false }, 'm1').isNew, identify(home, { adopt: false }, 'm1').former],
    [true, undefined],
  );
});

test('a mark is held by one server at a time', async () => {
  const id = `${'0'.repeat(16)}${String(process.pid).padStart(16, '0')}`;
  const lock = await holdIdentity(id);
  await assert.rejects(holdIdentity(id), IdentityInUse);
  await lock.release();
  await (await holdIdentity(id)).release();
});

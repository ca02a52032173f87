// Backups of a server that runs, and what is restored from them, by the real program; and what
// becomes of a data directory that has lost a part.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PlainServer } from './plain-server.ts';
import { TestServer } from './server.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function longshore(...words: string[]): { status: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    encoding: 'utf8',
  });
  return { status, out: stdout + stderr };
}

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'longshore-backup-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Every file and directory below, with its mode. */
const modesBelow = (directory: string): [name: string, mode: number, isFile: boolean][] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => [
      join(entry.parentPath, entry.name),
      statSync(join(entry.parentPath, entry.name)).mode & 0o777,
      entry.isFile(),
    ]);

test('a backup of a running server has its jobs and their output, and what is restored from it harms nothing', async (t) => {
  const parent = folder(t);
  await using server = await TestServer.start('process');
  await server.prepare();
  const done = await server.run('prints', { command: ['sh', '-c', 'echo one; echo two'] });
  const running = await server.submit(
    await server.register('runs', {
      command: ['sh', '-c', 'while test -d . && ! test -e end; do sleep 0.1; done'],
    }),
  );
  await server.whenStatus(running, 'RUNNING');
  const backup = join(parent, 'backup');
  const made = longshore('backup', backup, '--endpoint', server.url);
  assert.equal(made.status, 0, made.out);
  assert.match(made.out, /holds a backup of http.*: \d+ files/);
  for (const [name, mode] of modesBelow(backup)) assert.equal(mode & 0o077, 0, name);
  assert(!existsSync(join(backup, 'incomplete')));
  assert.deepEqual(
    readdirSync(server.dataDir).filter((name) => name.startsWith('backup-')),
    [],
  );
  const again = longshore('backup', backup, '--endpoint', server.url);
  assert.deepEqual([again.status, /is not empty/.test(again.out)], [1, true]);

  const dataDir = join(parent, 'restored');
  const restored = longshore('restore', backup, '--data-dir', dataDir);
  assert.equal(restored.status, 0, restored.out);
  const twice = longshore('restore', backup, '--data-dir', dataDir);
  assert.deepEqual([twice.status, /is not empty/.test(twice.out)], [1, true]);
  await using other = await TestServer.start('process', [], dataDir);
  assert.match(other.stderr, /is a copy/);
  const same = await other.job(done.jobId as string);
  assert.deepEqual([same.status, await other.lines(same)], ['SUCCEEDED', ['one', 'two']]);
  assert.match(
    (await other.whenEnded(running)).statusReason as string,
    /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/,
  );
  assert.equal((await server.job(running)).status, 'RUNNING');
});

test('a backup without logs has none, and one that is cut off or damaged is not restored', async (t) => {
  const parent = folder(t);
  await using server = await TestServer.start('process');
  await server.prepare();
  const job = await server.run('prints', { command: ['echo', 'one'] });
  const backup = join(parent, 'backup');
  assert.equal(longshore('backup', '--no-logs', backup, '--endpoint', server.url).status, 0);
  assert(!existsSync(join(backup, 'logs')));
  const dataDir = join(parent, 'restored');
  assert.equal(longshore('restore', backup, '--data-dir', dataDir).status, 0);
  await using other = await TestServer.start('process', [], dataDir);
  assert.equal((await other.job(job.jobId as string)).status, 'SUCCEEDED');

  const refused = (what: RegExp): void => {
    const { status, out } = longshore('restore', backup, '--data-dir', join(parent, 'no'));
    assert.equal(status, 1);
    assert.match(out, what);
    assert.deepEqual(existsSync(join(parent, 'no')) ? readdirSync(join(parent, 'no')) : [], []);
  };
  writeFileSync(join(backup, 'incomplete'), '');
  refused(/is not whole/);
  rmSync(join(backup, 'incomplete'));
  writeFileSync(join(backup, 'longshore.db'), 'x'.repeat(100_000));
  refused(/the database in .* is damaged/);
  rmSync(join(backup, 'longshore.db'));
  refused(/holds no backup/);
});

test('a server whose write-ahead log is lost says so and does not start as if it were empty', async (t) => {
  const parent = folder(t);
  const dataDir = join(parent, 'data');
  await using server = await PlainServer.start({ dataDir });
  await server.prepare();
  for (let at = 0; at < 20; at++) await server.submit();
  await server.stop('SIGKILL');
  for (const suffix of ['-wal', '-shm'])
    rmSync(join(dataDir, `longshore.db${suffix}`), { force: true });
  await assert.rejects(
    server.start(),
    /the database in this data directory knows \d+ commits and had \d+ or more on .*--accept-older-database/,
  );
  await using accepted = await PlainServer.start({ dataDir, flags: ['--accept-older-database'] });
  assert.equal(
    (await accepted.send({ method: 'GET', path: '/_longshore/health', body: '' })).status,
    200,
  );
});

test('no file that a server makes can be read by others, jobs on the process engine and their output included', async () => {
  await using server = await TestServer.start('process');
  await server.prepare();
  const running = await server.submit(
    await server.register('runs', {
      command: ['sh', '-c', 'echo out; while test -d . && ! test -e end; do sleep 0.1; done'],
    }),
  );
  await server.whenStatus(running, 'RUNNING');
  await server.run('prints', { command: ['echo', 'one'] });
  const open = modesBelow(server.dataDir).filter(
    ([name, mode]) => (mode & 0o077) !== 0 && !/\/work\/\d+\//.test(name),
  );
  assert.deepEqual(open, []);
});

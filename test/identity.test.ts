// Whose containers are whose: copies of a data directory beside their original, one that takes over
// from it, and a database that is older than what runs. Real engines, for it is real containers
// that would be killed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DockerHost } from './docker-host.ts';
import { requirement } from './requirement.ts';
import { ServerProcess } from './server-process.ts';
import { TestServer, type EngineName } from './server.ts';
import { until } from './until.ts';

/** Every engine that runs something real here. */
const engines: readonly { engine: EngineName; skip: string | false }[] = [
  { engine: 'docker', skip: requirement('docker').skip },
  { engine: 'process', skip: false },
];

/** Runs until the file is there, which only the test makes. */
const waitsFor = (flag: string): string[] => [
  'sh',
  '-c',
  `while ! test -e ${flag}; do sleep 0.1; done; echo done`,
];

function copyOf(dataDir: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'longshore-copy-'));
  execFileSync('cp', ['-a', `${dataDir}/.`, copy]);
  return copy;
}

/** A job of the server that runs until it is told to end. */
async function runningJob(
  server: TestServer,
  folder: string,
): Promise<{ id: string; end: () => void }> {
  const flag = join(folder, 'end');
  const mounts =
    server.engine === 'docker'
      ? {
          volumes: [{ name: 'folder', host: { sourcePath: folder } }],
          mountPoints: [{ sourceVolume: 'folder', containerPath: folder }],
        }
      : {};
  const id = await server.submit(
    await server.register('waits', { command: waitsFor(flag), ...mounts }),
  );
  await server.whenStatus(id, 'RUNNING');
  return { id, end: () => execFileSync('touch', [flag]) };
}

const mark = (dataDir: string): string => readFileSync(join(dataDir, 'instance'), 'utf8').trim();

for (const { engine, skip } of engines) {
  describe(`data directories on the ${engine} engine`, { skip }, () => {
    test('a copy that starts beside its original harms nothing of it, and its own jobs end as if their host had', async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'longshore-folder-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      await using original = await TestServer.start(engine);
      await original.prepare();
      const job = await runningJob(original, folder);
      await using copy = await TestServer.start(engine, [], copyOf(original.dataDir));

      assert.notEqual(mark(copy.dataDir), mark(original.dataDir));
      assert.match(
        copy.stderr,
        new RegExp(
          `is a copy: its mark \\(${mark(original.dataDir)}\\) was made in another place.*--adopt`,
        ),
      );
      const there = await copy.whenEnded(job.id);
      assert.equal(there.status, 'FAILED');
      assert.match(
        there.statusReason as string,
        /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/,
      );
      // Whatever the copy compares with its engine, it has by now.
      await copy.restart();
      assert.doesNotMatch(copy.stderr, /is a copy/);
      const { status: after } = await copy.run('own', { command: ['true'] });
      assert.equal(after, 'SUCCEEDED', 'the copy runs jobs of its own');
      assert.equal((await original.job(job.id)).status, 'RUNNING');
      job.end();
      const ended = await original.whenEnded(job.id);
      assert.deepEqual([ended.status, await original.lines(ended)], ['SUCCEEDED', ['done']]);
    });
  });
}

describe('data directories on Docker', { skip: requirement('docker').skip }, () => {
  test('with --adopt a copy takes over what runs, once the original has stopped and not before', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'longshore-folder-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    await using original = await TestServer.start('docker');
    await original.prepare();
    const job = await runningJob(original, folder);
    const refused = copyOf(original.dataDir);
    t.after(() => rmSync(refused, { recursive: true, force: true }));
    await assert.rejects(
      ServerProcess.start({ dataDir: refused, flags: ['--engine', 'docker', '--adopt'] }),
      /a server with the mark of this data directory \([0-9a-f]{32}\) runs on this machine already/,
    );
    await original.kill('SIGTERM');
    await using copy = await TestServer.start('docker', ['--adopt'], copyOf(original.dataDir));
    assert.equal((await copy.job(job.id)).status, 'RUNNING');
    job.end();
    const ended = await copy.whenEnded(job.id);
    assert.deepEqual([ended.status, await copy.lines(ended)], ['SUCCEEDED', ['done']]);
    // It is at home here from now on.
    assert.equal(mark(copy.dataDir), mark(original.dataDir));
  });

  test('a database that is older than what runs stops the start, and nothing is removed unless it is asked for', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'longshore-folder-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    await using server = await TestServer.start('docker');
    await server.prepare();
    await server.kill('SIGTERM');
    copyFileSync(join(server.dataDir, 'longshore.db'), join(folder, 'older.db'));
    await server.restart();
    const job = await runningJob(server, folder);
    await server.kill('SIGTERM');
    copyFileSync(join(folder, 'older.db'), join(server.dataDir, 'longshore.db'));
    for (const suffix of ['-wal', '-shm', '-mark'])
      rmSync(join(server.dataDir, `longshore.db${suffix}`), { force: true });
    const docker = DockerHost.here();
    const { Id } = await docker.containerOf(job.id);
    const start = (...flags: string[]): Promise<ServerProcess> =>
      ServerProcess.start({ dataDir: server.dataDir, flags: ['--engine', 'docker', ...flags] });
    await assert.rejects(
      start(),
      /a container runs with this server's mark that its database does not know.*longshore-[0-9a-f]{32} \(since .*--remove-unknown/,
    );
    const [still] = await docker.containers(`longshore.job=${job.id}`);
    assert.deepEqual([still?.Id, still?.State], [Id, 'running']);
    const cleared = await start('--remove-unknown');
    try {
      await until(
        'the unknown container to be removed',
        async () => (await docker.containers(`longshore.job=${job.id}`)).length === 0,
      );
    } finally {
      await cleared.end('SIGTERM');
    }
  });
});

test('a directory that is moved on its file system keeps its mark', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'longshore-moved-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const flags = ['--engine', 'fake'];
  const first = await ServerProcess.start({ dataDir: join(parent, 'a'), flags });
  await first.end('SIGTERM');
  const before = mark(join(parent, 'a'));
  renameSync(join(parent, 'a'), join(parent, 'b'));
  const second = await ServerProcess.start({ dataDir: join(parent, 'b'), flags });
  await second.end('SIGTERM');
  assert.equal(mark(join(parent, 'b')), before);
  assert.doesNotMatch(second.stderr, /is a copy/);
});

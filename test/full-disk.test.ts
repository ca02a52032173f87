// A disk that is filled under a server, on a small file system in memory: nothing new is taken,
// what reads and ends goes on, nothing is lost, and with room all goes on.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { BatchClient, SubmitJobCommand, TerminateJobCommand } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const mib = 2 ** 20;

/** Whether a file system can be mounted; else why not. */
const cannotMount = ((): string | false => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'needs root on Linux to mount a small file system';
  const directory = mkdtempSync(join(tmpdir(), 'longshore-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'longshore-test', directory]);
  if (mounted.status === 0) spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true });
  return mounted.status === 0 ? false : 'no file system can be mounted here';
})();

/** A data directory on a file system of its own. */
function smallDisk(t: TestContext, size: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-small-'));
  assert.equal(
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'longshore-test', directory]).status,
    0,
  );
  t.after(() => {
    spawnSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, 'data');
}

const free = (path: string): number => statfsSync(path).bavail * statfsSync(path).bsize;

async function health(
  server: TestServer,
): Promise<{ status: string; disk: { low: boolean; freeBytes: number; reserveBytes: number } }> {
  const answer = await fetch(`${server.url}/_longshore/health`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Awaited<ReturnType<typeof health>>;
}

test(
  'below the reserve output waits and nothing new is taken; with room nothing is lost and all goes on',
  { skip: cannotMount },
  async (t) => {
    const dataDir = smallDisk(t, '48m');
    await using server = await TestServer.start('process', [], dataDir);
    await server.prepare();
    const definition = await server.register('prints', {
      command: ['sh', '-c', 'echo first; while ! test -e Ref::file; do sleep 0.1; done; echo last'],
    });
    const flag = join(dataDir, '..', 'end');
    const job = await server.submit(definition, { parameters: { file: flag } });
    const other = await server.submit(definition, {
      parameters: { file: join(dataDir, '..', 'never') },
    });
    await server.whenStatus(other, 'RUNNING');
    await until('the first line to be stored', async () =>
      (await server.lines(await server.whenStatus(job, 'RUNNING'))).includes('first'),
    );
    assert.deepEqual(
      [(await health(server)).status, existsSync(join(dataDir, 'reserve'))],
      ['ready', true],
    );

    // Somebody else fills the disk.
    const filler = join(dataDir, '..', 'filler');
    writeFileSync(filler, Buffer.alloc(free(dataDir) - 2 * mib));
    await until('the disk to count as low', async () => (await health(server)).disk.low);
    assert.equal((await health(server)).status, 'degraded');
    assert.match(server.stderr, /nearly full/);
    const once = new BatchClient({ ...server.clientOptions(), maxAttempts: 1 });
    t.after(() => once.destroy());
    await assert.rejects(
      once.send(
        new SubmitJobCommand({ jobName: 'x', jobQueue: 'test', jobDefinition: definition }),
      ),
      (error: Error & { $metadata?: { httpStatusCode?: number }; $fault?: string }) => {
        assert.deepEqual(
          [error.name, error.$metadata?.httpStatusCode, error.$fault],
          ['ServerException', 503, 'server'],
        );
        assert.match(error.message, /nearly full/);
        return true;
      },
    );
    const logs = new CloudWatchLogsClient({ ...server.clientOptions(), maxAttempts: 1 });
    t.after(() => logs.destroy());
    await assert.rejects(logs.send(new CreateLogGroupCommand({ logGroupName: 'g' })), {
      name: 'ServiceUnavailableException',
    });
    // The job ends; its end waits for its output, which the engine holds.
    writeFileSync(flag, '');
    await server.batch.send(new TerminateJobCommand({ jobId: other, reason: 'enough' }));
    assert.equal((await server.job(other)).status, 'RUNNING');
    const metrics = await (await fetch(`${server.url}/_longshore/metrics`)).text();
    assert.match(metrics, /longshore_disk_low 1\n/);

    rmSync(filler);
    const ended = await server.whenEnded(job);
    assert.deepEqual(
      [ended.status, ended.container?.reason, await server.lines(ended)],
      ['SUCCEEDED', undefined, ['first', 'last']],
    );
    assert.equal((await server.whenEnded(other)).statusReason, 'enough');
    await until('the server to be ready', async () => (await health(server)).status === 'ready');
    assert.equal((await server.run('after', { command: ['true'] })).status, 'SUCCEEDED');
  },
);

test(
  'a commit that finds the disk full takes the room that is kept for it, and the server goes on',
  { skip: cannotMount },
  async (t) => {
    const dataDir = smallDisk(t, '32m');
    // Nothing is refused, so that the disk fills to the last byte.
    await using server = await TestServer.start('fake', ['--disk-reserve', '0'], dataDir);
    await server.prepare();
    const definition = await server.register('x', { command: ['true'] });
    const reserve = join(dataDir, 'reserve');
    assert(statSync(reserve).size > mib);
    const filler = join(dataDir, '..', 'filler');
    writeFileSync(filler, Buffer.alloc(free(dataDir)));
    const environment = [{ name: 'X', value: 'x'.repeat(8_000) }];
    const ids: string[] = [];
    await until('the balloon to be given up', async () => {
      ids.push(await server.submit(definition, { containerOverrides: { environment } }));
      return !existsSync(reserve);
    });
    for (const id of ids) assert.notEqual((await server.job(id)).status, undefined);
    rmSync(filler);
    await until('the balloon to be there again', () => existsSync(reserve));
    assert.equal((await server.run('after', { command: ['true'] })).status, 'SUCCEEDED');
  },
);

test('--log-limit stores so much of an attempt’s output, and the stream says that there was more', async () => {
  await using server = await TestServer.start('process', ['--log-limit', '2k']);
  await server.prepare();
  const job = await server.run('prints', {
    command: ['sh', '-c', 'for i in $(seq 1000); do echo line $i; done'],
  });
  assert.equal(job.status, 'SUCCEEDED');
  const lines = await server.lines(job);
  assert.match(
    lines.at(-1) as string,
    /has printed more than the 2048 bytes that are stored of its output \(--log-limit\)/,
  );
  const stored = lines.slice(0, -1);
  assert.deepEqual(
    stored,
    stored.map((_, at) => `line ${at + 1}`),
  );
  const bytes = stored.reduce((sum, line) => sum + line.length + 26, 0);
  assert(bytes <= 2048 && bytes > 2048 - 40, String(bytes));
  assert.deepEqual(await server.lines(await server.run('less', { command: ['echo', 'all'] })), [
    'all',
  ]);
});

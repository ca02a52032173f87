// Crashes and ends: the server is killed while jobs are submitted, wait and run (the same for
// minutes: `npm run crash`), told to end, or started twice.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { crashRun } from './crash-run.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

describe('a server that is killed again and again under load', () => {
  const seed = Number(process.env['LONGSHORE_SEED'] ?? Date.now() % 2 ** 31);
  for (const engine of ['fake', 'process', 'docker'] as const) {
    it(
      `loses nothing and doubles nothing (${engine})`,
      { timeout: 600_000, skip: engine === 'docker' && requirement('docker').skip },
      async (t) => {
        t.diagnostic(`LONGSHORE_SEED=${seed}`);
        const { counts, problems } = await crashRun({ engine, seed, seconds: 10 });
        assert.deepEqual(problems, []);
        for (const what of ['kills', 'submissions acknowledged', 'ended by itself'])
          assert((counts[what] ?? 0) > 0, what);
      },
    );
  }
});

describe('a server that is told to end', () => {
  for (const engine of ['process', 'docker'] as const)
    it(
      `ends with 0 without waiting for its jobs, and the next one goes on with them (${engine})`,
      { skip: engine === 'docker' && requirement('docker').skip },
      async () => {
        await using server = await TestServer.start(engine);
        await server.prepare();
        const gate = join(server.dataDir, 'gate');
        const jobId = await server.submit(
          await server.register('waits', {
            command: [
              'sh',
              '-c',
              `echo before; until [ -e ${gate} ]; do sleep 0.05; done; echo after; exit 5`,
            ],
            volumes: [{ name: 'data', host: { sourcePath: server.dataDir } }],
            mountPoints: [{ sourceVolume: 'data', containerPath: server.dataDir }],
          }),
        );
        await server.whenStatus(jobId, 'RUNNING');
        assert.equal(await server.kill('SIGTERM'), 0);
        await server.restart();
        assert.equal((await server.job(jobId)).status, 'RUNNING');
        writeFileSync(gate, '');
        const job = await server.whenEnded(jobId);
        assert.deepEqual(
          [job.status, job.container?.exitCode, job.attempts?.length],
          ['FAILED', 5, 1],
        );
        assert.deepEqual(await server.lines(job), ['before', 'after']);
      },
    );

  it('hears at its next start of what ended while it was away', async () => {
    await using server = await TestServer.start('process');
    await server.prepare();
    const [gate, ended] = [join(server.dataDir, 'gate'), join(server.dataDir, 'ended')];
    const jobId = await server.submit(
      await server.register('waits', {
        command: [
          'sh',
          '-c',
          `until [ -e ${gate} ]; do sleep 0.05; done; echo done; touch ${ended}`,
        ],
      }),
    );
    await server.whenStatus(jobId, 'RUNNING');
    await server.kill('SIGTERM');
    writeFileSync(gate, '');
    await until('the job to end by itself', () => existsSync(ended));
    await server.restart();
    const job = await server.whenEnded(jobId);
    assert.equal(job.status, 'SUCCEEDED');
    assert.deepEqual(await server.lines(job), ['done']);
  });
});

it('a second server on a data directory ends with 1 and a clear line, and harms nothing', async () => {
  await using server = await TestServer.start('process');
  await server.prepare();
  const second = await run([
    'serve',
    '--engine',
    'process',
    '--port',
    '0',
    '--data-dir',
    server.dataDir,
  ]);
  assert.equal(second.code, 1);
  assert.equal(
    second.stderr,
    'longshore: another server uses this data directory; pick another with --data-dir\n',
  );
  assert.equal((await server.run('after', { command: ['true'] })).status, 'SUCCEEDED');
});

function run(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../src/main.ts', import.meta.url)), ...args],
    { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}

// The engine of a data directory, at the outermost door: what lived on Docker never goes on as
// processes of this machine.

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'longshore-engine-'));
after(() => rmSync(root, { recursive: true, force: true }));

const runs: Run[] = [];
after(() => {
  for (const { child } of runs) child.kill('SIGKILL');
});

class Run {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly code: Promise<number | null>;

  constructor(words: readonly string[], dockerHost: string) {
    this.child = spawn(process.execPath, [main, ...words, '--port', '0'], {
      env: { ...process.env, DOCKER_HOST: dockerHost },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.code = new Promise((resolve) => this.child.once('close', resolve));
    runs.push(this);
  }
}

const nothing = `unix://${join(root, 'nobody.sock')}`;

test('up on a directory that lived on Docker does not start without it, and serve waits', async () => {
  const dataDir = mkdtempSync(join(root, 'docker-'));
  writeFileSync(join(dataDir, 'engine'), 'docker\n');
  const up = new Run(['up', '--data-dir', dataDir], nothing);
  assert.equal(await up.code, 1);
  assert.match(
    up.err,
    /^longshore: this data directory's jobs run on Docker, and Docker does not answer: .*--engine process/,
  );
  assert.equal(existsSync(join(dataDir, 'process')), false);

  for (const words of [
    ['serve', '--data-dir', dataDir],
    ['serve', '--data-dir', mkdtempSync(join(root, 'new-'))],
  ]) {
    const serve = new Run(words, nothing);
    await until('serve waits', async () => serve.err.includes('waiting for Docker: '));
    assert.equal(serve.out, '');
    serve.child.kill('SIGTERM');
    assert.equal(await serve.code, 0, serve.err);
  }
});

test('a new up chooses by itself, and what it chose stays', async () => {
  const dataDir = mkdtempSync(join(root, 'process-'));
  for (const reason of [
    /processes of this machine .*Docker does not answer/,
    /processes of this machine .*this data directory's jobs run on it/,
  ]) {
    const up = new Run(['up', '--data-dir', dataDir], nothing);
    await until(
      'up is ready',
      async () => up.out.includes('first-run-job-queue') || up.child.exitCode !== null,
    );
    assert.match(up.out, reason, up.err);
    up.child.kill('SIGTERM');
    assert.equal(await up.code, 0);
    assert.equal(readFileSync(join(dataDir, 'engine'), 'utf8'), 'process\n');
  }
});

test(
  'a job that runs on Docker does not go on elsewhere; another engine that is named says what becomes of it',
  { skip: requirement('docker').skip },
  async () => {
    await using server = await TestServer.start('docker');
    await server.prepare();
    const job = await server.submit(await server.register('d', { command: ['sleep', '300'] }));
    await server.whenStatus(job, 'RUNNING');
    await server.kill('SIGTERM');
    const refused = new Run(['up', '--data-dir', server.dataDir], nothing);
    assert.equal(await refused.code, 1, refused.err);
    const other = new Run(['serve', '--engine', 'fake', '--data-dir', server.dataDir], nothing);
    await until('it is ready', async () => other.out.includes('ready at'));
    assert.match(
      other.err,
      new RegExp(
        `1 attempt of this data directory ran on the docker engine .*label=longshore.instance=${server.instance()}`,
      ),
    );
    other.child.kill('SIGTERM');
    assert.equal(await other.code, 0);
  },
);

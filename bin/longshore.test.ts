// The command under an old Node: it must become the right one, keep its words and its exit code,
// and pass signals on.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const platformPackage = [
  `node-${process.platform}-${process.arch}`,
  `node-bin-${process.platform}-${process.arch}`,
].find((name) => existsSync(join(root, 'node_modules', name)));
const program = `
  if (process.argv[2] === 'wait') {
    process.on('SIGTERM', () => { console.log('asked to end'); process.exit(7); });
    console.log('ready');
    setInterval(() => {}, 1000);
  } else {
    console.log(JSON.stringify({ args: process.argv.slice(2), script: process.argv[1], node: process.execPath }));
    process.exitCode = 5;
  }`;

describe('the command longshore', () => {
  let folder: string;
  let command: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-bin-'));
    command = join(folder, 'bin/longshore.js');
    for (const name of ['longshore.js', 'node-24.js'])
      cpSync(join(root, 'bin', name), join(folder, 'bin', name));
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'dist/main.js'), program);
  });

  after(() => rmSync(folder, { recursive: true }));

  test('runs the compiled program in the running Node where that is new enough', () => {
    const end = spawnSync(process.execPath, [command, 'jobs', '--json'], { encoding: 'utf8' });
    assert.equal(end.status, 5, end.stderr);
    assert.deepEqual(JSON.parse(end.stdout), {
      args: ['jobs', '--json'],
      script: join(folder, 'dist/main.js'),
      node: process.execPath,
    });
  });

  test('says what is missing where the running Node is too old and no other is installed', () => {
    const end = spawnSync(process.execPath, [command], {
      encoding: 'utf8',
      env: { ...process.env, LONGSHORE_NODE_MAJOR: '20' },
    });
    assert.equal(end.status, 1);
    assert.match(end.stderr, /^longshore needs Node 24 or later.*npm ci.*\n$/);
  });

  describe(
    'under an old Node',
    {
      skip: platformPackage === undefined ? 'no Node of npm is installed for this platform' : false,
    },
    () => {
      const env = { ...process.env, LONGSHORE_NODE_MAJOR: '20' };

      before(() => {
        mkdirSync(join(folder, 'node_modules'));
        symlinkSync(
          join(root, 'node_modules', platformPackage ?? ''),
          join(folder, 'node_modules', platformPackage ?? ''),
        );
      });

      test('becomes the installed one with the same words and exit code', () => {
        const end = spawnSync(process.execPath, [command, 'jobs', '--json'], {
          encoding: 'utf8',
          env,
        });
        assert.equal(end.status, 5, end.stderr);
        const said = JSON.parse(end.stdout) as { args: string[]; node: string };
        assert.deepEqual(said.args, ['jobs', '--json']);
      });

      // With `execve` the process becomes the other one; without it (Node 20) it waits beside a
      // child and passes signals on.
      for (const way of ['execve', 'a child']) {
        test(`passes SIGTERM on by way of ${way}`, async () => {
          const without = join(folder, 'without-execve.cjs');
          writeFileSync(without, 'delete process.execve;');
          const child = spawn(
            process.execPath,
            [...(way === 'execve' ? [] : ['--require', without]), command, 'wait'],
            { env, stdio: ['ignore', 'pipe', 'inherit'] },
          );
          let output = '';
          child.stdout.setEncoding('utf8').on('data', (text: string) => {
            output += text;
            if (text.includes('ready')) child.kill('SIGTERM');
          });
          const code = await new Promise((resolve) => {
            child.on('close', resolve);
          });
          assert.equal(code, 7);
          assert.match(output, /asked to end/);
        });
      }
    },
  );
});

// The commands of the README and of the pages that are tours, pasted as they stand, in their order,
// into one shell beside a server that `longshore up` started.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requirement } from './requirement.ts';
import { ServerProcess } from './server-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const need = requirement('awscli');

/**
 * What installs, starts servers or follows for ever is not pasted here: other tests do that. Nor is
 * what a reader has to fill in.
 */
const leftOut =
  /npm (ci|test|install)|npm run|longshore (up|serve|demo|env)|--follow|events -f|^\$ | …/m;
/** Elsewhere, where nothing answers: what is sent there waits until it is given up. */
const elsewhere = [
  ...['--send-to', 'sqs=http://127.0.0.1:1', '--send-to', 'lambda=http://127.0.0.1:1'],
  ...['--smtp', 'smtp://127.0.0.1:1', '--smtp-from', 'batch@example.com'],
];
const pages = [
  'README.md',
  'doc/getting-started.md',
  'doc/events.md',
  'doc/event-targets.md',
  'doc/event-patterns.md',
  'doc/schedules.md',
  'doc/sns.md',
];

/** The indented blocks of a page that are commands. */
function blocksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = text.match(/(?<=\n\n)(?: {4}.*\n(?:\n(?= {4}))?)+/g) ?? [];
  return blocks
    .map((block) => block.replaceAll(/^ {4}/gm, ''))
    .filter((block) => !leftOut.test(block));
}

for (const page of pages) {
  test(
    `the commands of ${page} can be pasted as they stand`,
    { skip: need.skip, timeout: 600_000 },
    async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'longshore-docs-'));
      const server = await ServerProcess.start({
        verb: 'up',
        dataDir,
        flags: ['--engine', 'process', ...elsewhere],
      });
      try {
        const blocks = blocksOf(page);
        assert.ok(blocks.length >= 1, `${blocks.length} blocks were found`);
        // Debian's CLI is older than the variables for endpoints; `npx longshore` is this checkout.
        const script = `
        set -eu
        aws() { '${need.command}' --endpoint-url '${server.url}' --no-cli-pager "$@"; }
        npx() { shift; '${process.execPath}' '${join(root, 'src/main.ts')}' "$@"; }
        ${blocks.map((block) => `${block}\n`).join('')}`;
        const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
          cwd: dataDir,
          encoding: 'utf8',
          env: {
            PATH: process.env['PATH'],
            NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
            HOME: dataDir,
            AWS_ENDPOINT_URL_BATCH: server.url,
            AWS_DEFAULT_REGION: 'us-east-1',
            AWS_ACCESS_KEY_ID: '000000000000',
            AWS_SECRET_ACCESS_KEY: 'longshore',
          },
          timeout: 500_000,
        });
        assert.equal(status, 0, `${stdout}\n${stderr}`);
      } finally {
        await server.end('SIGTERM');
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );
}

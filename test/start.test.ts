// Starting and ending as a user sees it: a port that is taken, wrong usage, and a demo that is
// stopped half-way.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  BatchClient,
  DescribeComputeEnvironmentsCommand,
  type ComputeEnvironmentDetail,
} from '@aws-sdk/client-batch';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'longshore-start-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program to its end; `onOutput` may send it a signal. */
function run(
  words: readonly string[],
  onOutput: (text: string, kill: () => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...words], {
    env: { ...process.env, TMPDIR: root },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  const kill = (): void => void child.kill('SIGTERM');
  child.stdout.setEncoding('utf8').on('data', (text: string) => onOutput((out += text), kill));
  child.stderr.setEncoding('utf8').on('data', (text: string) => onOutput((err += text), kill));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

for (const engine of ['fake', 'process']) {
  test(
    `a server of the ${engine} engine whose port is taken says so and ends`,
    { timeout: 180_000 },
    async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      try {
        const { port } = other.address() as AddressInfo;
        const { code, err } = await run([
          'serve',
          '--engine',
          engine,
          '--port',
          String(port),
          '--data-dir',
          join(root, `taken-${engine}`),
          '--log-level',
          'warn',
        ]);
        assert.equal(code, 1);
        assert.match(
          err,
          new RegExp(`^longshore: 127\\.0\\.0\\.1:${port} is taken: another server listens there`),
        );
      } finally {
        other.close();
      }
    },
  );
}

for (const references of ['lenient', 'strict']) {
  test(
    `up starts in a fresh directory where references are ${references}, in the default network`,
    { timeout: 180_000 },
    async () => {
      let asked: Promise<ComputeEnvironmentDetail | undefined> | undefined;
      const { code, err } = await run(
        [
          'up',
          '--engine',
          'fake',
          '--port',
          '0',
          '--references',
          references,
          '--data-dir',
          join(root, `up-${references}`),
          '--log-level',
          'warn',
        ],
        (text, kill) => {
          const endpoint = /ready at (http:[^\s,]+)\s/.exec(text)?.[1];
          if (endpoint !== undefined) asked ??= firstEnvironment(endpoint).finally(kill);
        },
      );
      assert.equal(code, 0, err);
      const environment = await asked;
      assert.equal(environment?.status, 'VALID');
      assert.match(
        environment?.computeResources?.subnets?.join() ?? '',
        /^(subnet-[0-9a-f]{17},){5}subnet-[0-9a-f]{17}$/,
      );
      assert.match(
        environment?.computeResources?.securityGroupIds?.join() ?? '',
        /^sg-[0-9a-f]{17}$/,
      );
    },
  );
}

async function firstEnvironment(endpoint: string): Promise<ComputeEnvironmentDetail | undefined> {
  const client = new BatchClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'none' },
  });
  const { computeEnvironments } = await client.send(
    new DescribeComputeEnvironmentsCommand({
      computeEnvironments: ['first-run-compute-environment'],
    }),
  );
  client.destroy();
  return computeEnvironments?.[0];
}

test('a demo that is terminated leaves no directory behind', { timeout: 180_000 }, async () => {
  let sent = false;
  const { code } = await run(['demo', '--engine', 'process'], (text, kill) => {
    if (sent || !text.includes('Longshore: an array job')) return;
    sent = true;
    kill();
  });
  assert.equal(code, 143);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('longshore-demo-')),
    [],
  );
});

test('wrong usage of each way to start a server exits with 2', { timeout: 180_000 }, async () => {
  const wrong = [
    ['serve', '--nope'],
    ['up', '--engine', 'podman'],
    ['demo', '--nope'],
    ['serve', '--capacity', 'vcpus=0'],
    ['serve', '--capacity', 'foo'],
    ['serve', '--account', '12'],
    ['up', '--job-namespace', 'default'],
    ['serve', '--cluster', 'current'],
  ];
  for (const words of wrong) {
    const { code, err } = await run(words);
    assert.equal(code, 2, words.join(' '));
    assert.match(
      err,
      new RegExp(
        `^longshore(?: demo)?: [^\\n]+\\n(?:Did you mean --\\S+\\?|See longshore ${words[0]} --help)\\n$`,
      ),
      words.join(' '),
    );
  }
});

test(
  'each way to start a server has help of its own, and a flag that was misspelt is told which was meant',
  { timeout: 180_000 },
  async () => {
    for (const verb of ['serve', 'up', 'demo']) {
      const { code, out } = await run([verb, '--help']);
      assert.equal(code, 0);
      for (const part of [
        `Usage: longshore ${verb} [flags]`,
        'Listening:',
        '--host ADDRESS',
        'Examples:',
      ])
        assert.ok(out.includes(part), `${verb}: ${part}`);
      assert.deepEqual(await run(['help', verb]), { code, out, err: '' });
    }
    const { code, err } = await run(['serve', '--prt', '1']);
    assert.deepEqual([code, err], [2, 'longshore: unknown flag --prt\nDid you mean --port?\n']);
  },
);

test('Ctrl-C says what becomes of jobs and how to go on', { timeout: 180_000 }, async () => {
  const dataDir = join(root, 'farewell');
  let sent = false;
  const { code, out, err } = await run(
    ['up', '--engine', 'fake', '--port', '0', '--data-dir', dataDir],
    (text, kill) => {
      if (sent || !text.includes('Ctrl-C stops the server')) return;
      sent = true;
      kill();
    },
  );
  assert.equal(code, 0, err);
  assert.match(
    out,
    /^longshore is ready at http:\/\/127\.0\.0\.1:\d+\nJobs run on fake engine \(asked for\)\.$/m,
  );
  for (const name of ['BATCH', 'CLOUDWATCH_LOGS', 'EC2', 'ECS', 'IAM', 'STS'])
    assert.match(out, new RegExp(`^ {2}export AWS_ENDPOINT_URL_${name}=http`, 'm'));
  assert.ok(
    out.endsWith(`Longshore has stopped. Start it again with --data-dir ${dataDir} to go on.\n`),
    out,
  );
});

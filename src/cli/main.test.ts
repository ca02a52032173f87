// The command line as a whole: help, usage errors, unreachable servers, credentials. Never talks to
// any other machine.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { runCli } from './main.ts';
import { Answer, runAgainst, scriptedServer, terminal } from '../../test/house/scripted-server.ts';
import { serverVerbs, verbs } from './verb/all.ts';

async function run(argv: string[], env: Record<string, string> = {}) {
  const io = terminal(env);
  const code = await runCli(argv, io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

test('help names every verb and tells about each', async () => {
  const { code, stdout } = await run(['--help']);
  assert.equal(code, 0);
  for (const { name } of [...verbs, ...serverVerbs])
    assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
  for (const verb of verbs) {
    const help = await run([verb.name, '--help']);
    assert.equal(help.code, 0);
    for (const flag of Object.keys(verb.allFlags))
      assert.ok(help.stdout.includes(`--${flag}`), `${verb.name} --${flag}`);
    assert.deepEqual(await run(['help', verb.name]), help);
  }
});

test('help and version need no server and print nothing else', async () => {
  assert.match((await run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal((await run(['describe', '--help'])).code, 0);
  assert.equal((await run([])).code, 2);
});

test('wrong usage is exit code 2 and says what to do instead', async () => {
  const cases: [string[], RegExp][] = [
    [['sumbit'], /there is no verb 'sumbit'\nDid you mean submit\?/],
    [['kill', 'x'], /there is no verb 'kill'\nSee longshore --help/],
    [['jobs', '--quue', 'x'], /longshore jobs: unknown flag --quue\nDid you mean --queue\?/],
    [
      ['describe'],
      /describe needs the ID of a job, or several\nUsage: longshore describe ID…, for example: longshore describe \$JOB/,
    ],
    [
      ['submit', '--definition', 'd', '--array', '1'],
      /--array: '1' is not a whole number of at least 2\n/,
    ],
    [['logs', 'a', 'b'], /unexpected argument 'b'/],
    [['jobs', 'extra'], /unexpected argument 'extra'/],
    [
      ['submit', '--image', 'busybox', 'echo', 'hi'],
      /after --, as in: longshore submit --image busybox -- echo hi/,
    ],
    [['jobs', '--status', 'RUNING'], /Did you mean RUNNING\?/],
    [['jobs', '--array', 'x', '--queue', 'y'], /--array cannot go with/],
    [['jobs', '--endpoint', 'localhost:4590'], /--endpoint: 'localhost:4590' is not an address/],
    [['logs', 'x', '--attempt', '0'], /--attempt: '0' is not a whole number/],
    [['--json'], /no verb/],
  ];
  for (const [argv, expected] of cases) {
    const { code, stdout, stderr } = await run(argv);
    assert.equal(code, 2, argv.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, expected);
  }
});

test('a server that is not there is one line that says how to start one', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const { code, stdout, stderr } = await run(['jobs'], {
    AWS_ENDPOINT_URL_BATCH: `http://127.0.0.1:${port}`,
  });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    new RegExp(
      `^longshore jobs: no server is running at http://127.0.0.1:${port}: start one with .longshore up., .*\n$`,
    ),
  );
});

test('a server that speaks something else is one line', async (t) => {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  ).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { code, stderr } = await run([
    'describe',
    'x',
    '--endpoint',
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /^longshore describe: .*does not speak the AWS Batch API.*\n$/);
});

test("the service's error is one line with its name and status", async () => {
  const script = {
    listjobs: () => {
      throw new Answer(404, 'ClientException', 'Job queue\n nope does not exist');
    },
  };
  const { code, stdout, stderr } = await runAgainst(script, ['jobs', '--queue', 'nope']);
  assert.deepEqual(
    [code, stdout, stderr],
    [1, '', 'longshore jobs: Job queue nope does not exist (ClientException, 404)\n'],
  );
});

test('credentials come from the environment or are dummies, and the region from the flag, the environment or its default', async () => {
  const script = { describejobqueues: () => ({ jobQueues: [] }) };
  const own = await runAgainst(
    script,
    ['jobs'],
    terminal({
      AWS_ACCESS_KEY_ID: '123456789012',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_PROFILE: 'there-is-none',
    }),
  );
  assert.match(
    own.calls[0]?.authorization ?? '',
    /Credential=123456789012\/\d{8}\/eu-west-1\/batch\//,
  );
  const dummy = await runAgainst(
    script,
    ['jobs', '--region', 'ap-south-1'],
    terminal({ AWS_REGION: 'eu-west-1' }),
  );
  assert.match(
    dummy.calls[0]?.authorization ?? '',
    /Credential=000000000000\/\d{8}\/ap-south-1\/batch\//,
  );
  const none = await runAgainst(script, ['jobs']);
  assert.match(none.calls[0]?.authorization ?? '', /\/us-east-1\//);
});

test('who names no account or region works in the server’s own', async () => {
  await using server = await scriptedServer(
    { describejobqueues: () => ({ jobQueues: [] }), describejobs: () => ({ jobs: [] }) },
    0,
    { account: '111122223333', region: 'eu-central-1' },
  );
  await runCli(['jobs', '--endpoint', server.url], terminal());
  await runCli(['jobs', '--endpoint', server.url, '--region', 'lab'], terminal());
  await runCli(
    ['jobs', '--endpoint', server.url],
    terminal({ AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 's' }),
  );
  await runCli(['explain', 'j', '--endpoint', server.url], terminal());
  const scopes = server.calls.map(({ authorization }) =>
    /Credential=(\d+)\/\d{8}\/([^/]+)/.exec(authorization)?.slice(1).join(' '),
  );
  assert.deepEqual(
    [...new Set(scopes)],
    ['111122223333 eu-central-1', '111122223333 lab', '123456789012 eu-central-1'],
  );
});

test('a submission whose answer is lost is not made twice', async () => {
  const script = {
    submitjob: () => {
      throw new Answer(500, 'ServerException', 'try again');
    },
  };
  const { code, calls } = await runAgainst(script, ['submit', '--definition', 'd']);
  assert.deepEqual([code, calls.length], [1, 1]);
});

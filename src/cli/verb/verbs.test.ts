// Each verb against a scripted server: what it asks, what it prints, how it ends. Never waits for
// real time.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { runCli } from '../main.ts';
import {
  Answer,
  runAgainst,
  scriptedServer,
  terminal,
  type Terminal,
} from '../../../test/house/scripted-server.ts';

interface Ids {
  readonly jobs: string[];
}
interface Listing {
  readonly jobQueue?: string;
  readonly jobStatus?: string;
  readonly filters?: { readonly name: string; readonly values: string[] }[];
  readonly nextToken?: string;
}

const job = (jobId: string, status: string, more: object = {}) => ({
  jobId,
  jobName: `name-${jobId}`,
  status,
  createdAt: 1_699_999_990_000,
  jobQueue: 'q',
  jobDefinition: 'd',
  container: {},
  ...more,
});

/** Answers DescribeJobs with the next of each job's values, and the last one for ever. */
function lives(values: Record<string, object[]>) {
  return ({ jobs }: Ids) => ({
    jobs: jobs.flatMap((id) =>
      values[id] === undefined
        ? []
        : [(values[id]?.length ?? 0) > 1 ? values[id]?.shift() : values[id]?.[0]],
    ),
  });
}

// ---- env ----

test('env prints what a shell takes as it is', async () => {
  const io = terminal();
  assert.equal(
    await runCli(['env', '--endpoint', "http://a/'$(touch x)'", '--region', 'eu-west-1'], io),
    0,
  );
  const shown = execFileSync(
    'sh',
    [
      '-c',
      `${io.stdout} echo "$AWS_ENDPOINT_URL_BATCH $AWS_ENDPOINT_URL_CLOUDWATCH_LOGS $AWS_ENDPOINT_URL_IAM $AWS_ENDPOINT_URL_EVENTBRIDGE $AWS_ENDPOINT_URL_STS $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"`,
    ],
    { encoding: 'utf8', env: {} },
  );
  assert.equal(
    shown,
    "http://a/'$(touch x)' http://a/'$(touch x)' http://a/'$(touch x)' http://a/'$(touch x)' http://a/'$(touch x)' eu-west-1 000000000000 longshore\n",
  );
});

test('env leaves credentials alone that are there, and takes back only its own', async () => {
  for (const env of [{ AWS_ACCESS_KEY_ID: 'AKIA' }, { AWS_PROFILE: 'work' }]) {
    const io = terminal(env);
    await runCli(['env'], io);
    assert.doesNotMatch(io.stdout, /KEY|STS/);
  }
  const foreign = terminal({ AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x' });
  await runCli(['env', '--unset'], foreign);
  assert.equal(
    foreign.stdout,
    'unset AWS_ENDPOINT_URL_BATCH AWS_ENDPOINT_URL_CLOUDWATCH_LOGS AWS_ENDPOINT_URL_EC2 AWS_ENDPOINT_URL_ECS AWS_ENDPOINT_URL_EKS AWS_ENDPOINT_URL_EVENTBRIDGE AWS_ENDPOINT_URL_IAM AWS_ENDPOINT_URL_SCHEDULER AWS_ENDPOINT_URL_SNS AWS_DEFAULT_REGION\n',
  );
  const own = terminal({ AWS_ACCESS_KEY_ID: '000000000000', AWS_SECRET_ACCESS_KEY: 'longshore' });
  await runCli(['env', '--unset'], own);
  assert.match(own.stdout, / AWS_ENDPOINT_URL_STS AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\n$/);
});

// ---- submit ----

test('submit prints the id, and the whole answer as JSON', async () => {
  const script = {
    submitjob: ({ jobName }: { jobName: string }) => ({ jobId: 'id-1', jobName, jobArn: 'arn' }),
  };
  const plain = await runAgainst(script, ['submit', '--definition', 'render', '--array', '3']);
  assert.deepEqual([plain.code, plain.stdout, plain.stderr], [0, 'id-1\n', '']);
  assert.deepEqual(plain.calls[0]?.input, {
    jobName: 'render',
    jobQueue: 'first-run-job-queue',
    jobDefinition: 'render',
    arrayProperties: { size: 3 },
  });
  const json = await runAgainst(script, ['submit', '--definition', 'render', '--json']);
  assert.deepEqual(JSON.parse(json.stdout), { jobId: 'id-1', jobName: 'render', jobArn: 'arn' });
});

test('submit of an image registers a definition once', async () => {
  const definitions: Record<string, unknown>[] = [
    {
      jobDefinitionName: 'busybox',
      jobDefinitionArn: 'other',
      revision: 1,
      status: 'ACTIVE',
      containerProperties: { image: 'busybox', privileged: true },
    },
  ];
  const script = {
    describejobdefinitions: () => ({ jobDefinitions: definitions }),
    registerjobdefinition: (input: Record<string, unknown>) => {
      const jobDefinitionArn = `arn:${definitions.length + 1}`;
      // As the server answers it: with lists and maps that nobody gave.
      definitions.push({
        ...input,
        containerProperties: { ...(input['containerProperties'] as object), environment: [] },
        parameters: {},
        tags: {},
        jobDefinitionArn,
        revision: definitions.length + 1,
        status: 'ACTIVE',
      });
      return { jobDefinitionName: 'busybox', jobDefinitionArn, revision: definitions.length };
    },
    submitjob: () => ({ jobId: 'id-1', jobName: 'busybox' }),
  };
  await using server = await scriptedServer(script);
  for (const words of [
    ['echo', 'a'],
    ['echo', 'b'],
  ]) {
    assert.equal(
      await runCli(
        ['submit', '--endpoint', server.url, '--image', 'busybox', '--', ...words],
        terminal(),
      ),
      0,
    );
  }
  assert.deepEqual(
    server.calls.map(({ operation }) => operation),
    [
      'describejobdefinitions',
      'registerjobdefinition',
      'submitjob',
      'describejobdefinitions',
      'submitjob',
    ],
  );
  assert.equal(server.calls.at(-1)?.input['jobDefinition'], 'arn:2');
  assert.deepEqual(server.calls.at(-1)?.input['containerOverrides'], { command: ['echo', 'b'] });
});

test('submit of an image to a queue of Amazon EKS registers a pod once', async () => {
  const definitions: Record<string, unknown>[] = [
    {
      jobDefinitionName: 'busybox',
      jobDefinitionArn: 'other',
      revision: 1,
      status: 'ACTIVE',
      eksProperties: {
        podProperties: {
          containers: [{ image: 'busybox', resources: { limits: { cpu: '1', memory: '512Mi' } } }],
        },
      },
    },
  ];
  const script = {
    describejobqueues: () => ({ jobQueues: [{ jobQueueName: 'pods', jobQueueType: 'EKS' }] }),
    describejobdefinitions: () => ({ jobDefinitions: definitions }),
    registerjobdefinition: (input: Record<string, unknown>) => {
      const jobDefinitionArn = `arn:${definitions.length + 1}`;
      definitions.push({ ...input, parameters: {}, jobDefinitionArn, status: 'ACTIVE' });
      return { jobDefinitionName: 'busybox', jobDefinitionArn, revision: definitions.length };
    },
    submitjob: () => ({ jobId: 'id-1', jobName: 'busybox' }),
  };
  await using server = await scriptedServer(script);
  const flags = ['--queue', 'pods', '--image', 'busybox', '--memory', '1g', '--env', 'A=b'];
  for (const word of ['a', 'b'])
    assert.equal(
      await runCli(['submit', '--endpoint', server.url, ...flags, '--', 'echo', word], terminal()),
      0,
    );
  assert.equal(definitions.length, 2);
  assert.deepEqual(server.calls.at(-1)?.input, {
    jobName: 'busybox',
    jobQueue: 'pods',
    jobDefinition: 'arn:2',
    eksPropertiesOverride: {
      podProperties: {
        containers: [
          {
            args: ['echo', 'b'],
            env: [{ name: 'A', value: 'b' }],
            resources: { limits: { memory: '1024Mi' } },
          },
        ],
      },
    },
  });
});

test('submit --wait keeps standard output for the id and tells of a failure', async () => {
  const script = {
    submitjob: () => ({ jobId: 'a', jobName: 'n' }),
    describejobs: lives({
      a: [
        job('a', 'RUNNABLE'),
        job('a', 'RUNNING'),
        job('a', 'FAILED', {
          statusReason: 'Essential container in task exited',
          container: { exitCode: 3 },
          stoppedAt: 1_699_999_992_000,
        }),
      ],
    }),
  };
  const { code, stdout, stderr } = await runAgainst(script, [
    'submit',
    '--definition',
    'd',
    '--wait',
  ]);
  assert.deepEqual([code, stdout], [1, 'a\n']);
  assert.equal(
    stderr,
    'name-a (a) RUNNABLE\nname-a (a) RUNNING\nname-a (a) FAILED after 2.0 s: Essential container in task exited; exit code 3\n',
  );
});

// ---- wait ----

test('wait asks only for what has not ended, and fails when any job did', async () => {
  const script = {
    describejobs: lives({
      a: [job('a', 'SUCCEEDED')],
      b: [
        job('b', 'RUNNING'),
        job('b', 'RUNNING'),
        job('b', 'FAILED', { statusReason: 'stopped' }),
      ],
    }),
  };
  const { code, stdout, calls } = await runAgainst(script, ['wait', 'a', 'b', 'a']);
  assert.deepEqual([code, stdout], [1, 'name-a (a) SUCCEEDED\nname-b (b) FAILED: stopped\n']);
  assert.deepEqual(
    calls.map(({ input }) => input['jobs']),
    [['a', 'b'], ['b'], ['b']],
  );
});

test('wait asks for a hundred jobs at a time, ever more rarely', async () => {
  const ids = Array.from({ length: 250 }, (_, index) => `j${index}`);
  let round = 0;
  const pauses: number[] = [];
  const io = terminal();
  io.onSleep = (ms) => {
    round++;
    pauses.push(ms);
  };
  const script = {
    describejobs: ({ jobs }: Ids) => ({
      jobs: jobs.map((id) => job(id, round < 15 ? 'RUNNABLE' : 'SUCCEEDED')),
    }),
  };
  const { code, calls } = await runAgainst(script, ['wait', '--json', ...ids], io);
  assert.equal(code, 0);
  assert.deepEqual(
    calls.slice(0, 3).map(({ input }) => (input['jobs'] as string[]).length),
    [100, 100, 50],
  );
  assert.deepEqual(pauses.slice(0, 3), [40, 60, 90]);
  assert.equal(pauses.at(-1), 2000);
  assert.equal((JSON.parse(io.stdout) as Ids).jobs.length, 250);
});

test('wait tells of an unknown job at once', async () => {
  const { code, stderr } = await runAgainst({ describejobs: lives({ a: [job('a', 'RUNNING')] }) }, [
    'wait',
    'a',
    'nope',
  ]);
  assert.deepEqual([code, stderr], [1, 'longshore wait: no job has the id nope\n']);
});

test('Ctrl-C ends wait with 130 and says that the job goes on', async () => {
  const io = terminal();
  io.onSleep = () => io.interrupt();
  const { code, stderr } = await runAgainst(
    { describejobs: lives({ a: [job('a', 'RUNNING')] }) },
    ['wait', 'a'],
    io,
  );
  assert.equal(code, 130);
  assert.match(stderr, /Stopped waiting; job a goes on. Wait again with: longshore wait a\n$/);
});

test('wait outlives a restart of the server', async () => {
  const first = await scriptedServer({ describejobs: lives({ a: [job('a', 'RUNNING')] }) });
  const port = Number(new URL(first.url).port);
  const io = terminal();
  let restarted: Promise<{ [Symbol.asyncDispose](): Promise<void> }> | undefined;
  let gone: Promise<void> | undefined;
  io.sleep = async (ms) => {
    gone ??= first[Symbol.asyncDispose]();
    await gone;
    if (io.stderr.includes('not answering'))
      restarted ??= scriptedServer({ describejobs: lives({ a: [job('a', 'SUCCEEDED')] }) }, port);
    await restarted;
    io.onSleep(ms);
  };
  const code = await runCli(['wait', '--endpoint', first.url, 'a'], io);
  await (await restarted)?.[Symbol.asyncDispose]();
  assert.deepEqual([code, io.stdout], [0, 'name-a (a) SUCCEEDED\n']);
  assert.match(io.stderr, /The server is not answering; trying again\./);
});

// ---- events ----

const told = (place: string, detail: object): string =>
  `id: ${place}\nevent: Batch Job State Change\ndata: ${JSON.stringify({ id: place, time: '2026-01-01T00:00:00Z', detail })}\n\n`;

test('events prints a line for each change, and says where some are missing', async () => {
  const script = {
    events: () =>
      `: hello\n\nevent: dropped\ndata: {"changes":3}\n\n${told('1.1', job('a', 'RUNNABLE'))}event: dropped\ndata: {}\n\n${told('2.1', job('a', 'FAILED', { statusReason: 'stopped\u001b[2J' }))}`,
  };
  const { code, stdout, stderr } = await runAgainst(script, ['events']);
  assert.deepEqual(
    [code, stdout],
    [
      0,
      '2026-01-01T00:00:00Z name-a (a) RUNNABLE\n2026-01-01T00:00:00Z name-a (a) FAILED: stopped\\x1b[2J\n',
    ],
  );
  assert.equal(
    stderr,
    '3 changes are not told: the server does not remember them.\nsome changes are not told: the server does not remember them.\n',
  );
  const json = await runAgainst(script, ['events', '--json']);
  assert.deepEqual(
    json.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id),
    ['1.1', '2.1'],
  );
});

test('events of a server that does not tell them is a failure', async () => {
  const { code, stderr } = await runAgainst({}, ['events']);
  assert.deepEqual(
    [code, stderr],
    [1, 'longshore events: the server does not tell what becomes of jobs (404)\n'],
  );
});

// ---- progress ----

test('on a terminal progress is one line that is taken away at the end', async () => {
  const array = (counts: object, status = 'PENDING') =>
    job('a', status, { arrayProperties: { size: 2, statusSummary: counts } });
  const io = terminal({ NO_COLOR: '1' }, { errIsTty: true });
  const script = {
    describejobs: lives({
      a: [
        array({ RUNNABLE: 2 }),
        array({ SUCCEEDED: 1, RUNNING: 1 }),
        array({ SUCCEEDED: 2 }, 'SUCCEEDED'),
      ],
    }),
  };
  assert.equal((await runAgainst(script, ['wait', 'a'], io)).code, 0);
  const erase = '\x1b[1G\x1b[2K';
  assert.deepEqual(io.stderr.split(erase), [
    '',
    `name-a [${'─'.repeat(20)}] 0/2  0 ms  2 RUNNABLE`,
    `name-a [${'█'.repeat(10)}${'─'.repeat(10)}] 1/2  40 ms  1 SUCCEEDED, 1 RUNNING`,
    '',
  ]);
});

// ---- what others wrote ----

/** Clears the screen, sets the title and the clipboard, hides, forges a line, turns text around. */
const attack =
  '\x1b[2J\x1b]0;t\x07\x1b]52;c;ZXZpbA==\x1b\\\x1b[8m\x9b2J\x85x\rforged\nforged\u202eb\u200b\x7f';
const shownAttack =
  '\\x1b[2J\\x1b]0;t\\x07\\x1b]52;c;ZXZpbA==\\x1b\\\\x1b[8m\\u009b2J\\u0085x\\rforged\\nforged\\u202eb\\u200b\\u007f';
const hostile = (status: string) =>
  job('a', status, {
    jobName: attack,
    statusReason: attack,
    parameters: { [attack]: attack },
    tags: { [attack]: attack },
    dependsOn: [{ jobId: attack }],
    container: {
      reason: attack,
      image: attack,
      command: ['echo', attack],
      environment: [{ name: attack, value: attack }],
      logStreamName: attack,
      exitCode: 1,
    },
  });

test('no control character of others reaches a terminal or a pipe, whatever verb shows it', async () => {
  const script = {
    describejobs: () => ({ jobs: [hostile('FAILED')] }),
    describejobqueues: () => ({ jobQueues: [{ jobQueueName: 'q' }] }),
    listjobs: () => ({ jobSummaryList: [hostile('FAILED')] }),
    GetLogEvents: () => ({ events: [], nextForwardToken: 'f/1' }),
  };
  const unknown = { describejobs: () => ({ jobs: [] }) };
  const calls: [object, string[]][] = [
    [script, ['describe', 'a']],
    [script, ['jobs']],
    [script, ['jobs', '--array', 'a']],
    [script, ['wait', 'a']],
    [script, ['logs', 'a']],
    [unknown, ['describe', attack]],
    [unknown, ['logs', attack]],
    [unknown, [attack]],
    [unknown, ['jobs', `--${attack}`]],
    [unknown, ['jobs', '--status', attack]],
    [unknown, ['submit', '--file', attack]],
    [
      {
        describejobs: () => {
          throw new Answer(400, 'ClientException', attack);
        },
      },
      ['describe', 'a'],
    ],
  ];
  for (const isTty of [true, false]) {
    for (const [answers, argv] of calls) {
      const { stdout, stderr } = await runAgainst(
        answers as never,
        argv,
        terminal({ NO_COLOR: '1' }, { outIsTty: isTty, errIsTty: isTty, columns: 2000 }),
      );
      const own = (stdout + stderr).replaceAll('\x1b[1G\x1b[2K', '');
      assert.doesNotMatch(own, /[[\p{Cc}\p{Cf}]--[\n]]/v, argv.join(' '));
      assert.doesNotMatch(own, /^forged/m, argv.join(' '));
      assert.match(own, /2J/, argv.join(' '));
    }
  }
  const { stdout } = await runAgainst(script, ['describe', 'a']);
  assert.ok(stdout.includes(`  ${shownAttack}\n`));
  const json = await runAgainst(
    script,
    ['describe', 'a', '--json'],
    terminal({}, { outIsTty: true }),
  );
  assert.doesNotMatch(json.stdout, /[^\n\x20-\x7e]/);
  assert.equal(
    (JSON.parse(json.stdout) as { jobs: { statusReason: string }[] }).jobs[0]?.statusReason,
    attack,
  );
});

test("a job's output keeps its colours at a terminal and nothing else; --raw and a pipe have it as it is", async () => {
  const messages = [
    '\x1b[1;31mred\x1b[0m\tمرحبا 👩‍💻',
    '\x1b[2J\x1b]52;c;ZXZpbA==\x07 \x9d0;t\x9c',
    '10%\r\x1b[K99%',
    'crlf\r',
    '\u202eevil',
    '\x1b[38:2:1:2:3mx',
    '\x1b[>4;2m\x1b[3',
  ];
  const script = {
    describejobs: () => ({ jobs: [job('a', 'SUCCEEDED', { container: { logStreamName: 's' } })] }),
    GetLogEvents: ({ nextToken }: Listing) => ({
      events:
        nextToken === undefined ? messages.map((message, at) => ({ timestamp: at, message })) : [],
      nextForwardToken: 'f/1',
    }),
  };
  const logsOf = async (argv: string[], outIsTty: boolean) =>
    (await runAgainst(script, ['logs', 'a', ...argv], terminal({}, { outIsTty }))).stdout;
  assert.deepEqual((await logsOf([], true)).split('\n'), [
    '\x1b[1;31mred\x1b[0m\tمرحبا 👩‍💻\x1b[0m',
    '\\x1b[2J\\x1b]52;c;ZXZpbA==\\x07 \\u009d0;t\\u009c',
    '10%\\r\\x1b[K99%',
    'crlf',
    '\\u202eevil',
    '\x1b[38:2:1:2:3mx\x1b[0m',
    '\\x1b[>4;2m\\x1b[3',
    '',
  ]);
  const asIs = `${messages.join('\n')}\n`;
  assert.deepEqual([await logsOf(['--raw'], true), await logsOf([], false)], [asIs, asIs]);
  const lines = (await logsOf(['--json'], true)).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { message: string }).message),
    messages,
  );
});

test('without a terminal an array tells of its tenths and of its first failure only', async () => {
  const size = 1000;
  const array = (ended: number, failed: number) =>
    job('a', ended === size ? 'FAILED' : 'PENDING', {
      arrayProperties: {
        size,
        statusSummary: { SUCCEEDED: ended - failed, FAILED: failed, RUNNABLE: size - ended },
      },
    });
  const states = Array.from({ length: 101 }, (_, step) => array(step * 10, step < 5 ? 0 : step));
  const { stderr } = await runAgainst({ describejobs: lives({ a: states }) }, ['wait', 'a']);
  assert.equal(stderr.trimEnd().split('\n').length, 11);
});

// ---- jobs ----

test('jobs lists all queues and statuses, the newest first', async () => {
  const listed: Record<string, object[]> = {
    one: [
      job('a', 'FAILED', {
        createdAt: 1_699_999_940_000,
        startedAt: 1_699_999_950_000,
        stoppedAt: 1_699_999_952_500,
        statusReason: 'Essential container in task exited',
        container: { exitCode: 3 },
      }),
    ],
    two: [
      job('b', 'PENDING', {
        createdAt: 1_699_999_990_000,
        arrayProperties: { size: 7, statusSummary: { SUCCEEDED: 2, RUNNING: 5 } },
      }),
    ],
  };
  const script = {
    describejobqueues: ({ nextToken }: Listing) =>
      nextToken === undefined
        ? { jobQueues: [{ jobQueueName: 'one' }], nextToken: 't' }
        : { jobQueues: [{ jobQueueName: 'two' }] },
    listjobs: ({ jobQueue = '' }: Listing) => ({ jobSummaryList: listed[jobQueue] }),
  };
  const { code, stdout, calls } = await runAgainst(script, ['jobs']);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `ID  NAME    QUEUE  STATUS   CREATED    RAN    REASON
b   name-b  two    PENDING  10 s ago          2 of 7 children ended
a   name-a  one    FAILED   1 min ago  2.5 s  Essential container in task exited; exit code 3
`,
  );
  assert.deepEqual(calls.find(({ operation }) => operation === 'listjobs')?.input['filters'], [
    { name: 'AFTER_CREATED_AT', values: ['0'] },
  ]);
  const json = JSON.parse(
    (await runAgainst(script, ['jobs', '--json', '--limit', '1'])).stdout,
  ) as { jobSummaryList: { jobId: string; jobQueue: string }[] };
  assert.deepEqual(
    json.jobSummaryList.map(({ jobId, jobQueue }) => [jobId, jobQueue]),
    [['b', 'two']],
  );
});

test('jobs asks as the API wants to be asked', async () => {
  const script = {
    listjobs: ({ jobStatus = 'RUNNING' }: Listing) => ({
      jobSummaryList: [job(`of-${jobStatus}`, jobStatus)],
    }),
    describejobs: ({ jobs }: Ids) => ({ jobs: jobs.map((id) => job(id, 'PENDING')) }),
  };
  const asked = async (argv: string[]) =>
    (await runAgainst(script, ['jobs', ...argv])).calls
      .filter(({ operation }) => operation === 'listjobs')
      .map(({ input }) => input);
  assert.deepEqual(await asked(['--queue', 'q', '--status', 'failed', '-s', 'RUNNING,FAILED']), [
    { jobQueue: 'q', jobStatus: 'FAILED' },
    { jobQueue: 'q', jobStatus: 'RUNNING' },
  ]);
  assert.deepEqual(await asked(['--queue', 'q', '--name', 'a*']), [
    { jobQueue: 'q', filters: [{ name: 'JOB_NAME', values: ['a*'] }] },
  ]);
  assert.equal((await asked(['--array', 'x'])).length, 7);
});

test('jobs follows pages up to the limit and says when there are more', async () => {
  const script = {
    listjobs: ({ nextToken = '0' }: Listing) => ({
      jobSummaryList: [job(`j${nextToken}`, 'RUNNING')],
      nextToken: String(Number(nextToken) + 1),
    }),
  };
  const { stdout, stderr, calls } = await runAgainst(script, ['jobs', '-q', 'q', '--limit', '3']);
  assert.equal(stdout.trimEnd().split('\n').length, 4);
  assert.equal(calls.length, 4);
  assert.equal(stderr, '3 shown, there are more: --limit N\n');
});

test('an array lists its children by index', async () => {
  const child = (index: number, status: string) =>
    job(`x:${index}`, status, { arrayProperties: { index } });
  const children = [child(2, 'FAILED'), child(10, 'SUCCEEDED'), child(0, 'RUNNING')];
  const script = {
    describejobs: lives({ x: [job('x', 'PENDING')] }),
    listjobs: ({ jobStatus }: Listing) => ({
      jobSummaryList: children.filter(({ status }) => status === jobStatus),
    }),
  };
  const { stdout } = await runAgainst(script, ['jobs', '--array', 'x']);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]),
    ['ID', 'x:0', 'x:2', 'x:10'],
  );
});

// ---- describe ----

test('describe shows each job asked for, and fails on one that is unknown', async () => {
  const script = { describejobs: lives({ a: [job('a', 'RUNNING')], b: [job('b', 'FAILED')] }) };
  const { code, stdout } = await runAgainst(script, ['describe', 'a', 'b']);
  assert.equal(code, 0);
  assert.equal(stdout.match(/^Job /gm)?.length, 2);
  assert.deepEqual(
    (
      JSON.parse((await runAgainst(script, ['describe', 'b', '--json'])).stdout) as {
        jobs: { jobId: string }[];
      }
    ).jobs.map(({ jobId }) => jobId),
    ['b'],
  );
  assert.equal(
    (await runAgainst(script, ['describe', 'a', 'x', 'y'])).stderr,
    'longshore describe: no jobs have the ids x, y\n',
  );
});

// ---- cancel, terminate ----

test('cancel says what became of each job', async () => {
  const script = {
    describejobs: lives({
      waiting: [job('waiting', 'RUNNABLE'), job('waiting', 'FAILED')],
      running: [job('running', 'RUNNING')],
      over: [job('over', 'SUCCEEDED')],
    }),
    canceljob: () => ({}),
  };
  const { code, stdout, stderr, calls } = await runAgainst(script, [
    'cancel',
    'waiting',
    'running',
    'over',
    '--reason',
    'why',
  ]);
  assert.equal(code, 1);
  assert.equal(stdout, 'waiting cancelled\nover had ended before: SUCCEEDED\n');
  assert.match(stderr, /^running is RUNNING and goes on: .* longshore terminate running\n$/);
  assert.deepEqual(
    calls.filter(({ operation }) => operation === 'canceljob').map(({ input }) => input),
    [
      { jobId: 'waiting', reason: 'why' },
      { jobId: 'running', reason: 'why' },
    ],
  );
});

test('terminate says what became of each job, and an unknown one fails before any is stopped', async () => {
  const script = {
    describejobs: lives({
      running: [job('running', 'RUNNING')],
      waiting: [job('waiting', 'RUNNABLE'), job('waiting', 'FAILED', { statusReason: 'why' })],
    }),
    terminatejob: () => ({}),
  };
  const { code, stdout } = await runAgainst(script, ['terminate', 'running', 'waiting']);
  assert.deepEqual(
    [code, stdout],
    [0, 'running is ending; see its end with: longshore wait running\nwaiting terminated\n'],
  );
  const unknown = await runAgainst(script, ['terminate', 'running', 'nope']);
  assert.deepEqual([unknown.code, unknown.calls.length], [1, 1]);
});

// ---- logs ----

interface Page {
  readonly logStreamName: string;
  readonly nextToken?: string;
}

/** Streams of lines, read two lines a page; the same token twice is the present end. */
function streams(lines: Record<string, string[]>) {
  return ({ logStreamName, nextToken = '0' }: Page) => {
    const all = lines[logStreamName];
    if (all === undefined)
      throw new Answer(
        400,
        'ResourceNotFoundException',
        'The specified log stream does not exist.',
      );
    const from = Number(nextToken);
    const to = Math.min(from + 2, all.length);
    return {
      events: all
        .slice(from, to)
        .map((message, at) => ({ timestamp: (from + at) * 1000, message })),
      nextForwardToken: String(to),
      nextBackwardToken: 'b',
    };
  };
}

const writing = (id: string, status: string, stream: string, more: object = {}) =>
  job(id, status, {
    container: {
      logStreamName: stream,
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/own' } },
    },
    ...more,
  });

test("logs prints the last attempt's output, or the one asked for", async () => {
  const attempts = [{ container: { logStreamName: 's1' } }, { container: { logStreamName: 's2' } }];
  const script = {
    describejobs: lives({ a: [writing('a', 'FAILED', 's2', { attempts })] }),
    GetLogEvents: streams({ s1: ['first'], s2: ['one', 'two', 'three'] }),
  };
  const last = await runAgainst(script, ['logs', 'a']);
  assert.deepEqual([last.code, last.stdout, last.stderr], [0, 'one\ntwo\nthree\n', '']);
  assert.ok(
    last.calls.some(
      ({ operation, input }) => operation === 'GetLogEvents' && input['logGroupName'] === '/own',
    ),
  );
  assert.equal(
    (await runAgainst(script, ['logs', 'a', '--attempt', '1', '--timestamps'])).stdout,
    '1970-01-01T00:00:00.000Z first\n',
  );
  const none = await runAgainst(script, ['logs', 'a', '--attempt', '3']);
  assert.deepEqual(
    [none.code, none.stderr],
    [1, 'longshore logs: job a has had 2 attempts; there is no attempt 3\n'],
  );
});

test('an event of several lines is printed without an empty line after it', async () => {
  const script = {
    describejobs: lives({ a: [writing('a', 'SUCCEEDED', 's')] }),
    GetLogEvents: streams({ s: ['one\n  at two\n', 'three'] }),
  };
  assert.equal((await runAgainst(script, ['logs', 'a'])).stdout, 'one\n  at two\nthree\n');
});

test("logs of a multi-node parallel job prints its main node's output", async () => {
  const parent = job('a', 'SUCCEEDED', {
    container: undefined,
    nodeProperties: { numNodes: 3, mainNode: 1 },
  });
  const script = {
    describejobs: lives({ a: [parent], 'a#1': [writing('a#1', 'SUCCEEDED', 'main')] }),
    GetLogEvents: streams({ main: ['from the main node'] }),
  };
  assert.equal((await runAgainst(script, ['logs', 'a'])).stdout, 'from the main node\n');
});

test('logs of a job that has written nothing says so', async () => {
  const waiting = await runAgainst(
    {
      describejobs: lives({ a: [job('a', 'RUNNABLE', { statusReason: 'waiting for its turn' })] }),
    },
    ['logs', 'a'],
  );
  assert.deepEqual([waiting.code, waiting.stdout], [0, '']);
  assert.equal(
    waiting.stderr,
    'Job a is RUNNABLE (waiting for its turn) and has written nothing yet; follow it with: longshore logs -f a.\n',
  );
  const foreign = await runAgainst(
    {
      describejobs: lives({
        a: [job('a', 'RUNNING', { container: { logConfiguration: { logDriver: 'syslog' } } })],
      }),
    },
    ['logs', 'a'],
  );
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /goes to the log driver syslog/);
});

test('logs of a job with several containers are those of the first essential one, or the one asked for', async () => {
  const containers = [
    { name: 'init', essential: false, logStreamName: 'i2' },
    { name: 'main', logStreamName: 'm2' },
  ];
  const before = { containers: [{ name: 'init' }, { name: 'main', logStreamName: 'm1' }] };
  const script = {
    describejobs: lives({
      a: [
        job('a', 'FAILED', {
          ecsProperties: { taskProperties: [{ containers }] },
          attempts: [{ taskProperties: [before] }, { taskProperties: [{ containers }] }],
        }),
      ],
    }),
    GetLogEvents: streams({ i2: ['made ready'], m1: ['first'], m2: ['second'] }),
  };
  const printed = async (...more: readonly string[]) =>
    (await runAgainst(script, ['logs', 'a', ...more])).stdout;
  assert.equal(await printed(), 'second\n');
  assert.equal(await printed('--attempt', '1'), 'first\n');
  assert.equal(await printed('--container', 'init'), 'made ready\n');
  const unknown = await runAgainst(script, ['logs', 'a', '--container', 'nobody']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /job a has no container nobody; it has init, main/);
});

test('logs of a job on EKS are found by its attempts’ pods', async () => {
  const script = {
    describejobs: lives({
      a: [
        job('a', 'FAILED', {
          jobDefinition: 'arn:aws:batch:us-east-1:000000000000:job-definition/hello:3',
          eksProperties: {
            podProperties: {
              podName: 'aws-batch.2',
              containers: [{}, { name: 'side' }],
              initContainers: [{ name: 'first' }],
            },
          },
          eksAttempts: [{ podName: 'aws-batch.1' }, { podName: 'aws-batch.2' }],
        }),
      ],
    }),
    GetLogEvents: streams({
      'hello/default/1': ['before'],
      'hello/default/2': ['now'],
      'hello/first/2': ['made ready'],
    }),
  };
  const printed = async (...more: readonly string[]) =>
    (await runAgainst(script, ['logs', 'a', ...more])).stdout;
  assert.equal(await printed(), 'now\n');
  assert.equal(await printed('--attempt', '1'), 'before\n');
  assert.equal(await printed('--container', 'first'), 'made ready\n');
  const unknown = await runAgainst(script, ['logs', 'a', '--container', 'nobody']);
  assert.match(unknown.stderr, /job a has no container nobody; it has default, side, first/);
});

test('logs -f goes on over attempts until the job has ended and everything was printed', async () => {
  const lines: Record<string, string[]> = {};
  const one = { container: { logStreamName: 's1' } };
  const io = terminal();
  const steps = [
    () => (lines['s1'] = ['a1']),
    () => (lines['s1'] = ['a1', 'a2', 'a3']),
    () => (lines['s2'] = ['b1']),
    () => (lines['s2'] = ['b1', 'b2', 'b3']),
  ];
  io.onSleep = () => void steps.shift()?.();
  const ended = writing('a', 'FAILED', 's2', {
    attempts: [one, { container: { logStreamName: 's2' } }],
    statusReason: 'over',
  });
  const states = [
    job('a', 'RUNNABLE'),
    job('a', 'RUNNABLE'),
    writing('a', 'RUNNING', 's1'),
    writing('a', 'RUNNING', 's1'),
    writing('a', 'RUNNING', 's2', { attempts: [one] }),
    ended,
  ];
  const { code, stdout, stderr } = await runAgainst(
    { describejobs: lives({ a: states }), GetLogEvents: streams(lines) },
    ['logs', '-f', 'a'],
    io,
  );
  assert.deepEqual(
    [code, stdout, stderr],
    [0, 'a1\na2\na3\nb1\nb2\nb3\n', 'name-a (a) FAILED: over\n'],
  );
});

test("an array's lines begin with the child's index, in its order", async () => {
  const size = 12;
  const children = Object.fromEntries(
    Array.from({ length: size }, (_, index) => [
      `x:${index}`,
      [
        index === 5
          ? job('x:5', 'FAILED', { arrayProperties: { index } })
          : writing(`x:${index}`, 'SUCCEEDED', `s${index}`, { arrayProperties: { index } }),
      ],
    ]),
  );
  const script = {
    describejobs: lives({ x: [job('x', 'FAILED', { arrayProperties: { size } })], ...children }),
    GetLogEvents: streams(
      Object.fromEntries(
        Array.from({ length: size }, (_, index) => [`s${index}`, [`a${index}`, 'b', 'c']]),
      ),
    ),
  };
  const expected = Array.from({ length: size }, (_, index) =>
    index === 5
      ? ''
      : [`a${index}`, 'b', 'c'].map((line) => `[${String(index).padStart(2)}] ${line}\n`).join(''),
  ).join('');
  assert.equal((await runAgainst(script, ['logs', 'x'])).stdout, expected);
  const followed = await runAgainst(script, ['logs', '-f', 'x']);
  assert.deepEqual([followed.code, followed.stdout], [0, expected]);
});

test('logs -f of an array asks only for children that have not ended', async () => {
  const child = (index: number, status: string) =>
    writing(`x:${index}`, status, `s${index}`, { arrayProperties: { index } });
  const script = {
    describejobs: lives({
      x: [job('x', 'PENDING', { arrayProperties: { size: 2 } })],
      'x:0': [child(0, 'SUCCEEDED')],
      'x:1': [
        job('x:1', 'RUNNABLE', { arrayProperties: { index: 1 } }),
        child(1, 'RUNNING'),
        child(1, 'SUCCEEDED'),
      ],
    }),
    GetLogEvents: streams({ s0: ['a'], s1: ['b'] }),
  };
  const { stdout, calls } = await runAgainst(script, ['logs', '-f', 'x']);
  assert.equal(stdout, '[0] a\n[1] b\n');
  assert.deepEqual(
    calls.filter(({ operation }) => operation === 'describejobs').map(({ input }) => input['jobs']),
    [['x'], ['x:0', 'x:1'], ['x:1'], ['x:1'], ['x']],
  );
});

test('with --json every line is an object', async () => {
  const script = {
    describejobs: lives({ a: [writing('a', 'SUCCEEDED', 's')] }),
    GetLogEvents: streams({ s: ['one'] }),
  };
  assert.deepEqual(JSON.parse((await runAgainst(script, ['logs', 'a', '--json'])).stdout), {
    jobId: 'a',
    logStreamName: 's',
    timestamp: 0,
    message: 'one',
  });
});

test('Ctrl-C ends logs -f with 130 and says that the job goes on', async () => {
  const io: Terminal = terminal();
  io.onSleep = () => io.interrupt();
  const { code, stdout, stderr } = await runAgainst(
    {
      describejobs: lives({ a: [writing('a', 'RUNNING', 's')] }),
      GetLogEvents: streams({ s: ['one'] }),
    },
    ['logs', '-f', 'a'],
    io,
  );
  assert.deepEqual(
    [code, stdout, stderr],
    [130, 'one\n', 'Stopped reading; job a goes on. Read on with: longshore logs -f a\n'],
  );
});

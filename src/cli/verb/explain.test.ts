// `explain` against a scripted server: what it prints, word for word. Never waits for real time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../main.ts';
import {
  Answer,
  runAgainst,
  scriptedServer,
  terminal,
} from '../../../test/house/scripted-server.ts';

const explanation = (more: object) => ({
  jobId: 'x',
  jobName: 'render',
  jobArn: 'arn',
  jobQueue: 'q',
  jobDefinition: 'd:1',
  status: 'RUNNABLE',
  createdAt: 1_699_999_940_000,
  dependencies: [],
  remedies: [],
  attempts: [],
  ...more,
});

test('explain says why a job waits and what would help', async () => {
  const script = {
    '/_longshore/jobs/x%3A3/explanation': () =>
      explanation({
        reason: 'waiting for compute environment ce: 4 of 4 vCPUs in use',
        place: {
          ahead: 12,
          since: 1_699_999_970_000,
          aheadInOtherQueues: [{ jobQueue: 'urgent', priority: 9, jobs: 3 }],
        },
        remedies: ['raise maxvCpus of compute environment ce to 5 or more'],
      }),
  };
  const plain = await runAgainst(script, ['explain', 'x:3']);
  assert.deepEqual([plain.code, plain.stderr], [0, '']);
  assert.equal(
    plain.stdout,
    `render (x) RUNNABLE, submitted 1 min ago
  waiting for compute environment ce: 4 of 4 vCPUs in use
  12 jobs ahead of it in queue q, for 30 s
  3 more ahead of it in queue urgent (priority 9), which shares its compute environments
  what would help:
    raise maxvCpus of compute environment ce to 5 or more
`,
  );
  assert.match(
    plain.calls[0]?.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=000000000000\/20231114\/us-east-1\/longshore\/aws4_request/,
  );
  const json = await runAgainst(script, ['explain', 'x:3', '--json']);
  assert.equal(
    (JSON.parse(json.stdout) as { explanations: { place: { ahead: number } }[] }).explanations[0]
      ?.place.ahead,
    12,
  );
});

test('explain says what a job depends on, and how it ended', async () => {
  const dependencies = [
    { jobId: 'a', type: 'JOB', jobName: 'first', status: 'SUCCEEDED', isMet: true },
    { jobId: 'b:0', type: 'N_TO_N', jobName: 'second', status: 'RUNNING', isMet: false },
  ];
  const waiting = await runAgainst(
    {
      '/_longshore/jobs/x/explanation': () =>
        explanation({ status: 'PENDING', reason: 'waiting for b:0', dependencies }),
    },
    ['explain', 'x'],
  );
  assert.match(
    waiting.stdout,
    /depends on:\n {4}first \(a\) SUCCEEDED\n {4}second \(b:0\) RUNNING, N_TO_N: this job waits for it\n/,
  );
  const failed = explanation({
    status: 'FAILED',
    reason: 'Essential container in task exited',
    stoppedAt: 1_699_999_950_000,
    notRetried: 'all 2 attempts that its retryStrategy allows are used',
    attempts: [1, 2].map((exitCode) => ({
      startedAt: 1_699_999_945_000,
      stoppedAt: 1_699_999_946_000,
      exitCode,
      decidedBy: exitCode === 1 ? 'RETRY on onExitCode 1' : undefined,
    })),
    log: { group: '/aws/batch/job', stream: 's' },
  });
  const ended = await runAgainst({ '/_longshore/jobs/x/explanation': () => failed }, [
    'explain',
    'x',
  ]);
  assert.equal(
    ended.stdout,
    `render (x) FAILED since 2023-11-14T22:12:30.000Z, 10 s after its submission
  Essential container in task exited
  attempts:
    1: ran 1.0 s; exit code 1; rule RETRY on onExitCode 1
    2: ran 1.0 s; exit code 2
  not tried again: all 2 attempts that its retryStrategy allows are used
  log: group /aws/batch/job, stream s (longshore logs x)
`,
  );
});

test('explain shows who holds the room, environments that are alike together, why children failed, and a stop that goes on', async () => {
  const at = 1_699_999_990_000;
  const full = explanation({
    reason: 'waiting for this machine: 2 of 2 cores in use',
    notes: ['ARM'],
    place: { ahead: 0, stuck: 1, since: at, aheadInOtherQueues: [] },
    environments: [{ computeEnvironments: ['a', 'b'], of: 3, reason: 'it is DISABLED' }],
    holders: {
      of: 'this machine',
      jobs: [{ jobId: 'h', jobName: 'big', running: 2, vcpus: 2, memoryMib: 64, gpus: 0 }],
      others: { running: 3, vcpus: 0.5, memoryMib: 8, gpus: 1 },
    },
  });
  const shown = await runAgainst({ '/_longshore/jobs/x/explanation': () => full }, [
    'explain',
    'x',
  ]);
  assert.equal(
    shown.stdout,
    `render (x) RUNNABLE, submitted 1 min ago
  waiting for this machine: 2 of 2 cores in use
  first in queue q for 10 s (1 before it does not count: it cannot start)
  compute environments:
    2 of 3 (a, b): it is DISABLED
  this machine is in use by:
    big (h): 2 vCPU, 64 MiB, 2 running
    3 others: 0.5 vCPU, 8 MiB, 1 GPU
  note:
    ARM
`,
  );
  const stopping = explanation({
    status: 'RUNNING',
    startedAt: at,
    stopping: { by: 'terminate', reason: 'enough\n', since: at, killedAt: 1_700_000_020_000 },
  });
  const stops = await runAgainst({ '/_longshore/jobs/x/explanation': () => stopping }, [
    'explain',
    'x',
  ]);
  assert.match(
    stops.stdout,
    /is being stopped: it was terminated 10 s ago \(enough\\n\); it is killed in 20 s if it has not ended by itself/,
  );

  const root = {
    jobId: 'c',
    jobName: 'root',
    status: 'FAILED',
    reason: 'Essential container in task exited',
    exitCode: 3,
  };
  const chain = explanation({
    status: 'FAILED',
    stoppedAt: at,
    reason: 'Dependent Job failed',
    rootCause: root,
    children: { FAILED: 10_000 },
    failures: [
      { count: 9_998, reason: 'exit code 1', first: 'x:0' },
      { count: 2, reason: 'OutOfMemoryError', first: 'x:17' },
    ],
    dependencies: [
      {
        jobId: 'b',
        type: 'JOB',
        jobName: 'middle',
        status: 'FAILED',
        isMet: false,
        reason: 'Dependent Job failed',
        dependencies: [{ ...root, type: 'JOB', isMet: false }],
        leftOff: 2,
      },
    ],
  });
  const failed = await runAgainst({ '/_longshore/jobs/x/explanation': () => chain }, [
    'explain',
    'x',
  ]);
  assert.match(
    failed.stdout,
    /why children failed:\n {4}9,998 x exit code 1; first: x:0\n {4}2 x OutOfMemoryError; first: x:17\n/,
  );
  assert.match(
    failed.stdout,
    /root cause: root \(c\) FAILED: exit code 3; Essential container in task exited\n {2}failed by:\n {4}middle \(b\) FAILED: Dependent Job failed\n {6}root \(c\) FAILED: exit code 3; Essential .*\n {6}and 2 more\n/,
  );
});

test('explain of an unknown job, or without a server, is one line and exit code 1', async () => {
  const unknown = await runAgainst(
    {
      '/_longshore/jobs/x/explanation': () => {
        throw new Answer(404, 'ClientException', 'Job x does not exist');
      },
    },
    ['explain', 'x'],
  );
  assert.deepEqual(
    [unknown.code, unknown.stdout, unknown.stderr],
    [1, '', 'longshore explain: Job x does not exist (404)\n'],
  );
  const gone = await scriptedServer({});
  await gone[Symbol.asyncDispose]();
  const io = terminal();
  assert.equal(await runCli(['explain', 'x', '--endpoint', gone.url], io), 1);
  assert.match(io.stderr, /^longshore explain: no server is running at http/);
});

// What is printed, word for word. Asks no server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobDetail } from '@aws-sdk/client-batch';
import { barText } from '../progress.ts';
import { progressText } from '../watch.ts';
import { describeText, endText, quoted, standText } from './job.ts';
import { forTerminal, styleFor, widthOf } from './style.ts';
import { cut, tableText } from './table.ts';
import { ageText, durationText, shortDuration } from './time.ts';

const plain = styleFor(false, {});

test('durations have at most two units', () => {
  const cases: [number, string][] = [
    [-5, '0 ms'],
    [0, '0 ms'],
    [40, '40 ms'],
    [96, '0.1 s'],
    [449, '0.4 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_600, '1 min'],
    [184_000, '3 min 4 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ];
  for (const [ms, text] of cases) assert.equal(durationText(ms), text, String(ms));
});

test('narrow columns have short times', () => {
  assert.deepEqual([40, 400, 12_000, 184_000, 7_500_000].map(shortDuration), [
    '40ms',
    '0.4s',
    '12s',
    '3min4s',
    '2h5min',
  ]);
  assert.deepEqual([-1, 999, 59_999, 663_000, 7_500_000, 273_600_000].map(ageText), [
    '0s',
    '0s',
    '59s',
    '11m',
    '2h',
    '3d',
  ]);
});

test('colours are used on a terminal that wants them', () => {
  assert.equal(forTerminal(styleFor(true, {})('red', 'x')), '\x1b[31mx\x1b[39m');
  assert.equal(styleFor(true, { NO_COLOR: '1' })('red', 'x'), 'x');
  assert.equal(forTerminal(styleFor(true, { NO_COLOR: '' })('red', 'x')), '\x1b[31mx\x1b[39m');
  assert.equal(styleFor(true, { TERM: 'dumb' })('red', 'x'), 'x');
  assert.equal(styleFor(false, {})('red', 'x'), 'x');
});

test('a code of others is never taken for one of ours', () => {
  const red = styleFor(true, {});
  assert.equal(forTerminal(red('red', '\x1b[31mx\x1b[8m')), '\x1b[31m\\x1b[31mx\\x1b[8m\x1b[39m');
  assert.equal(forTerminal('\x1b[1234;1234;1234;1234;31mx'), '\\x1b[1234;1234;1234;1234;31mx');
  assert.equal(
    tableText(
      [{ title: 'A' }, { title: 'B' }],
      [
        ['\x1b[2J', 'b'],
        ['a\nz', ''],
      ],
      undefined,
    ),
    'A         B\n\\x1b[2J   b\na\\nz\n'
      .replaceAll('A         ', 'A        ')
      .replaceAll('   b', '  b'),
  );
});

test('a table is as wide as its cells, and at a terminal no wider than that', () => {
  const columns = [
    { title: 'ID' },
    { title: 'NAME', mayBeCut: true },
    { title: 'C' },
    { title: 'NONE' },
    { title: 'WHY', mayBeCut: true },
  ] as const;
  const rows = [
    ['1', 'a name of some length', styleFor(true, {})('red', 'red'), '', 'a long reason'],
    ['22', 'b', 'b', '', ''],
  ];
  assert.equal(
    forTerminal(tableText(columns, rows, undefined)),
    'ID  NAME                   C    NONE  WHY\n1   a name of some length  \x1b[31mred\x1b[39m        a long reason\n22  b                      b\n',
  );
  const narrow = forTerminal(tableText(columns, rows, 35)).split('\n');
  assert.deepEqual(narrow, [
    'ID  NAME          C    WHY',
    '1   a name of s…  \x1b[31mred\x1b[39m  a long reas…',
    '22  b             b',
    '',
  ]);
  for (const width of [35, 40, 60]) {
    for (const line of tableText(columns, rows, width).split('\n'))
      assert.ok(widthOf(line) <= width, `${width}: ${line}`);
  }
  // What cannot be cut any more stays whole and legible.
  assert.equal(
    forTerminal(tableText(columns, rows, 10)).split('\n')[1],
    '1   a name …  \x1b[31mred\x1b[39m  a long …',
  );
  assert.equal(cut('abc', 3), 'abc');
  assert.equal(cut('abcd', 3), 'ab…');
  assert.equal(cut('abcd', 0), '');
});

test('words are quoted as a shell wants them', () => {
  const cases: [string, string][] = [
    ['abc', 'abc'],
    ['http://a:1/b', 'http://a:1/b'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", `'it'\\''s'`],
    ["it's\n\x1b[1m", `$'it\\'s\\n\\x1b[1m'`],
    ['$(x)', "'$(x)'"],
  ];
  for (const [word, text] of cases) assert.equal(quoted(word), text);
});

const job = (over: Partial<JobDetail>): JobDetail => ({
  jobId: 'id',
  jobName: 'n',
  jobQueue: 'q',
  jobDefinition: 'd',
  startedAt: undefined,
  status: 'RUNNABLE',
  ...over,
});

test('where a job stands is one line', () => {
  assert.equal(
    standText(job({ statusReason: 'waiting for its turn' }), plain),
    'n (id) RUNNABLE: waiting for its turn',
  );
  assert.equal(
    standText(
      job({
        status: 'PENDING',
        arrayProperties: {
          size: 4,
          statusSummary: { RUNNING: 1, RUNNABLE: 1, SUCCEEDED: 2, FAILED: 0 },
        },
      }),
      plain,
    ),
    'n (id) PENDING: 2 SUCCEEDED, 1 RUNNING, 1 RUNNABLE',
  );
});

test('how a job ended is one line that tells everything known of a failure', () => {
  assert.equal(
    endText(
      job({ status: 'SUCCEEDED', createdAt: 1000, stoppedAt: 2500, container: { exitCode: 0 } }),
      plain,
    ),
    'n (id) SUCCEEDED after 1.5 s',
  );
  const failed = job({
    status: 'FAILED',
    statusReason: 'Essential container in task exited',
    container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
  });
  assert.equal(
    endText(failed, plain),
    'n (id) FAILED: Essential container in task exited; exit code 137; OutOfMemoryError: Container killed due to memory usage',
  );
  const array = job({
    status: 'FAILED',
    statusReason: 'Array Child Job failed',
    arrayProperties: { size: 3, statusSummary: { FAILED: 1, SUCCEEDED: 2 } },
  });
  assert.equal(
    endText(array, plain),
    'n (id) FAILED: Array Child Job failed; 1 of 3 children failed',
  );
});

test('a job that is being stopped says so while it runs', () => {
  assert.match(
    describeText(job({ status: 'RUNNING', isTerminated: true }), plain),
    /^Status +RUNNING, being terminated$/m,
  );
  assert.match(
    describeText(job({ status: 'RUNNING', isCancelled: true }), plain),
    /^Status +RUNNING, cancelled too late: it runs on, and is not tried again$/m,
  );
  assert.match(
    describeText(job({ status: 'FAILED', isTerminated: true }), plain),
    /^Status +FAILED$/m,
  );
});

test('a job with several containers shows each, and ends as the essential one did', () => {
  const containers = [
    {
      name: 'main',
      image: 'app',
      command: ['run it'],
      exitCode: 2,
      dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }],
    },
    { name: 'init', image: 'busybox', essential: false, exitCode: 0 },
  ];
  const task = job({
    status: 'FAILED',
    statusReason: 'Essential container in task exited',
    ecsProperties: { taskProperties: [{ containers }] },
  });
  assert.equal(
    endText(task, plain),
    'n (id) FAILED: Essential container in task exited; exit code 2',
  );
  const text = describeText(task, plain);
  assert.match(
    text,
    /^Container main +app 'run it'; essential; waits for SUCCESS of init; exit code 2$/m,
  );
  assert.match(text, /^Container init +busybox; exit code 0$/m);
});

test('a multi-node parallel job says how its main node ended', () => {
  const nodes = job({
    status: 'FAILED',
    statusReason: 'Essential container in task exited',
    nodeProperties: { numNodes: 3, mainNode: 1, nodeRangeProperties: [] },
    attempts: [{ container: { exitCode: 2 } }],
  });
  assert.equal(
    endText(nodes, plain),
    'n (id) FAILED: Essential container in task exited; exit code 2',
  );
  assert.match(describeText(nodes, plain), /^Nodes +3, of which 1 is the main one$/m);
  assert.match(
    describeText(job({ nodeDetails: { nodeIndex: 1, isMainNode: true } }), plain),
    /^Node +1, the main one$/m,
  );
});

test('progress is a status for one job and a bar for an array or several', () => {
  assert.equal(progressText([job({ status: 'RUNNING' })], 1200, plain), 'n RUNNING  1.2 s');
  const array = job({ arrayProperties: { size: 4, statusSummary: { SUCCEEDED: 1, RUNNING: 3 } } });
  assert.equal(
    progressText([array], 0, plain),
    'n [█████───────────────] 1/4  0 ms  1 SUCCEEDED, 3 RUNNING',
  );
  assert.equal(
    progressText([array, job({ status: 'FAILED' })], 0, plain),
    '2 jobs [████████────────────] 2/5  0 ms  1 FAILED, 1 SUCCEEDED, 3 RUNNING',
  );
  assert.equal(barText(0, 0, 2), '[██]');
});

test('a description leaves out what is not known', () => {
  const text = describeText(
    job({
      status: 'FAILED',
      jobQueue: 'arn:aws:batch:us-east-1:000000000000:job-queue/first-run-job-queue',
      createdAt: 0,
      startedAt: 1000,
      stoppedAt: 3000,
      container: {
        image: 'busybox',
        command: ['sh', '-c', 'exit 3'],
        exitCode: 3,
        resourceRequirements: [
          { type: 'VCPU', value: '1' },
          { type: 'MEMORY', value: '64' },
        ],
        environment: [],
      },
      attempts: [
        { startedAt: 0, stoppedAt: 500, container: { exitCode: 1 }, statusReason: 'first' },
        { statusReason: 'second' },
      ],
    }),
    plain,
  );
  assert.equal(
    text,
    `Job         n  id
Status      FAILED
Queue       first-run-job-queue
Definition  d
Created     1970-01-01T00:00:00.000Z
Started     1970-01-01T00:00:01.000Z  (waited 1.0 s)
Stopped     1970-01-01T00:00:03.000Z  (ran 2.0 s)
Image       busybox
Command     sh -c 'exit 3'
Needs       1 vCPU, 64 MiB
Exit code   3
Attempt 1   ran 0.5 s; exit code 1; first
Attempt 2   did not run; second
`,
  );
});

test('a job on EKS shows its pod and each container of it', () => {
  const pod = {
    podName: 'aws-batch.1',
    nodeName: 'node-1',
    initContainers: [{ name: 'first', image: 'busybox', exitCode: 0 }],
    containers: [{ image: 'app', command: ['sh', '-c'], args: ['run it'], exitCode: 2 }],
  };
  const shown = job({
    status: 'FAILED',
    statusReason: 'Essential container in task exited',
    eksProperties: { podProperties: pod },
    eksAttempts: [{ statusReason: 'Host EC2 (instance i-1) terminated.' }, {}],
  });
  assert.equal(
    endText(shown, plain),
    'n (id) FAILED: Essential container in task exited; exit code 2',
  );
  const text = describeText(shown, plain);
  assert.match(text, /^Pod +aws-batch\.1 on node-1$/m);
  assert.match(text, /^Container first \(init\) +busybox; exit code 0$/m);
  assert.match(text, /^Container default +app sh -c 'run it'; exit code 2$/m);
  assert.match(text, /^Attempt 1 +did not run; Host EC2 \(instance i-1\) terminated\.$/m);
});

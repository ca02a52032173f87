// How verbs tell which queue or definition was meant, and how the table of jobs fits a terminal,
// against a scripted server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answer, runAgainst, terminal } from '../../../test/house/scripted-server.ts';

const refused = (message: string) => () => {
  throw new Answer(404, 'ClientException', message);
};

test('a queue or a definition that is not there is told with the one that was meant', async () => {
  const script = {
    submitjob: refused('nope'),
    listjobs: refused('nope'),
    describejobqueues: () => ({
      jobQueues: [{ jobQueueName: 'first-run-job-queue' }, { jobQueueName: 'urgent' }],
    }),
    describejobdefinitions: () => ({
      jobDefinitions: [
        { jobDefinitionName: 'render', revision: 1 },
        { jobDefinitionName: 'render', revision: 2 },
      ],
    }),
  };
  const cases: [argv: string[], hint: string][] = [
    [['submit', '--queue', 'urgnet', '--definition', 'render'], 'Did you mean urgent?\n'],
    [
      [
        'submit',
        '--queue',
        'arn:aws:batch:us-east-1:000000000000:job-queue/urgen',
        '--definition',
        'render',
      ],
      'Did you mean urgent?\n',
    ],
    [['submit', '--queue', 'urgent', '--definition', 'rendr:3'], 'Did you mean render?\n'],
    [['submit', '--queue', 'urgent', '--definition', 'render:9'], ''],
    [['submit', '--queue', 'zzzzzzzz', '--definition', 'render'], ''],
    [['jobs', '--queue', 'first-run-jobqueue'], 'Did you mean first-run-job-queue?\n'],
  ];
  for (const [argv, hint] of cases) {
    const { code, stderr } = await runAgainst(script, argv);
    assert.deepEqual(
      [code, stderr],
      [1, `longshore ${argv[0]}: nope (ClientException, 404)\n${hint}`],
      argv.join(' '),
    );
  }
});

const failed = {
  jobId: '0b5a1c5e-6f43-4d7e-9d3a-0d4fb5b5a9c1',
  jobName: 'a-name-that-goes-on-and-on',
  status: 'FAILED',
  statusReason: 'Essential container in task exited',
  createdAt: 1_699_999_990_000,
  startedAt: 1_699_999_990_000,
  stoppedAt: 1_699_999_990_040,
};

test('a table of jobs fits the terminal', async () => {
  const script = {
    describejobqueues: () => ({ jobQueues: [{ jobQueueName: 'first-run-job-queue' }] }),
    listjobs: () => ({ jobSummaryList: [failed] }),
  };
  const { stdout } = await runAgainst(
    script,
    ['jobs'],
    terminal({ NO_COLOR: '1' }, { outIsTty: true, columns: 80 }),
  );
  assert.equal(
    stdout,
    'ID                                    NAME      STATUS  CREATED  RAN   REASON\n0b5a1c5e-6f43-4d7e-9d3a-0d4fb5b5a9c1  a-name-…  FAILED  10s      40ms  Essentia…\n',
  );
  const piped = await runAgainst(script, ['jobs']);
  assert.match(
    piped.stdout,
    / a-name-that-goes-on-and-on {2}first-run-job-queue {2}FAILED {2}10 s ago {2}40 ms {2}Essential container in task exited\n$/,
  );
});

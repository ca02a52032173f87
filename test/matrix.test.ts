// The ways in which a job may end, as one table: what it does, what it was submitted under, and
// what a user asks for in which state; and what DescribeJobs then shows. Through the SDK on each
// engine; only what is slow there is left to the fake one.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CancelJobCommand,
  DescribeJobsCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
  type ContainerProperties,
  type JobDetail,
  type RetryStrategy,
} from '@aws-sdk/client-batch';
import { requirement } from './requirement.ts';
import { TestServer, type EngineName } from './server.ts';

const all: readonly EngineName[] = ['fake', 'process', 'docker'];
const real: readonly EngineName[] = ['process', 'docker'];
const images: readonly EngineName[] = ['fake', 'docker'];

/** What an attempt does, as each engine is told. */
interface Behaviour {
  readonly real: ContainerProperties;
  readonly fake?: Readonly<Record<string, string>>;
}
const shell = (script: string): ContainerProperties => ({ command: ['sh', '-c', script] });
const exits = (code: number): Behaviour => ({
  real: shell(`exit ${code}`),
  fake: { FAKE_EXIT_CODE: String(code) },
});
const untilTerm = (code: number): Behaviour => ({
  real: shell(`trap 'exit ${code}' TERM; while :; do sleep 0.1; done`),
  fake: { FAKE_DURATION_MS: '3600000' },
});
const does = {
  fail: exits(1),
  exit7: exits(7),
  exit17: exits(17),
  failOnce: { real: shell('[ $AWS_BATCH_JOB_ATTEMPT -gt 1 ]') },
  endAtTerm: untilTerm(143),
  succeedAtTerm: untilTerm(0),
  ignoreTerm: {
    real: shell('trap "" TERM; while :; do sleep 0.1; done'),
    fake: { FAKE_DURATION_MS: '3600000', FAKE_IGNORE_STOP: 'true' },
  },
  succeedSoon: { real: shell('sleep 2'), fake: { FAKE_DURATION_MS: '1000' } },
  failSoon: {
    real: shell('sleep 2; exit 1'),
    fake: { FAKE_DURATION_MS: '1000', FAKE_EXIT_CODE: '1' },
  },
  runOutOfMemory: {
    real: { command: ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=256M', 'count=1'] },
    fake: { FAKE_OOM: 'true' },
  },
  notStart: {
    real: { image: '127.0.0.1:1/no/such-image:1', command: ['true'] },
    fake: { FAKE_START_FAILURE: 'CannotPullContainerError: no such image' },
  },
} satisfies Record<string, Behaviour>;

interface Expected {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly statusReason: string;
  /** Each attempt's; undefined where none came of it. */
  readonly exitCodes: readonly (number | undefined)[];
  /** The last container's, from its beginning on; absent: none. */
  readonly reason?: string;
  readonly asked?: 'isCancelled' | 'isTerminated';
}

interface Case {
  readonly name: string;
  readonly engines?: readonly EngineName[];
  readonly does: Behaviour;
  readonly retryStrategy?: RetryStrategy;
  readonly timeoutSeconds?: number;
  /** What a user asks for, and when: `RETRIED` waits for its second attempt. */
  readonly ask?: {
    readonly by: 'cancel' | 'terminate';
    readonly when: 'RUNNABLE' | 'PENDING' | 'RUNNING' | 'RETRIED' | 'ENDED';
  };
  /** What DescribeJobs shows in the end. */
  readonly shows: Expected;
}

const exited = 'Essential container in task exited';
const timedOut = 'Job attempt duration exceeded timeout';
const oom = 'OutOfMemoryError: Container killed due to memory usage';
const theUsers = 'what the user said';
const stopped = (exitCodes: Expected['exitCodes'], asked: Expected['asked']): Expected => ({
  status: 'FAILED',
  statusReason: theUsers,
  exitCodes,
  ...(asked && { asked }),
});
const failed = (...exitCodes: number[]): Expected => ({
  status: 'FAILED',
  statusReason: exited,
  exitCodes,
});
const notStarted = (attempts: number): Expected => ({
  status: 'FAILED',
  statusReason: 'Task failed to start',
  exitCodes: Array.from({ length: attempts }, () => undefined),
  reason: 'CannotPullContainerError: ',
});
const rules = (
  attempts: number,
  ...evaluateOnExit: NonNullable<RetryStrategy['evaluateOnExit']>
): RetryStrategy => ({ attempts, evaluateOnExit });
const retry = (attempts: number): RetryStrategy => ({ attempts });

const cases: readonly Case[] = [
  // Cancel and terminate, by state.
  {
    name: 'RUNNABLE, cancelled',
    does: does.fail,
    retryStrategy: retry(2),
    ask: { by: 'cancel', when: 'RUNNABLE' },
    shows: stopped([], 'isCancelled'),
  },
  {
    name: 'RUNNABLE, terminated',
    does: does.fail,
    retryStrategy: retry(2),
    ask: { by: 'terminate', when: 'RUNNABLE' },
    shows: stopped([], 'isTerminated'),
  },
  {
    name: 'PENDING, cancelled',
    does: does.fail,
    ask: { by: 'cancel', when: 'PENDING' },
    shows: stopped([], 'isCancelled'),
  },
  {
    name: 'PENDING, terminated',
    does: does.fail,
    ask: { by: 'terminate', when: 'PENDING' },
    shows: stopped([], 'isTerminated'),
  },
  {
    name: 'RUNNING, cancelled: it goes on',
    does: does.succeedSoon,
    ask: { by: 'cancel', when: 'RUNNING' },
    shows: { status: 'SUCCEEDED', statusReason: exited, exitCodes: [0] },
  },
  {
    name: 'RUNNING, terminated: not tried again',
    does: does.endAtTerm,
    retryStrategy: retry(3),
    ask: { by: 'terminate', when: 'RUNNING' },
    shows: stopped([143], 'isTerminated'),
  },
  {
    name: 'RUNNING, terminated: FAILED though it ends with 0',
    engines: real,
    does: does.succeedAtTerm,
    retryStrategy: retry(3),
    ask: { by: 'terminate', when: 'RUNNING' },
    shows: stopped([0], 'isTerminated'),
  },
  {
    name: 'RUNNING, terminated: killed 30 s after SIGTERM',
    engines: ['fake'],
    does: does.ignoreTerm,
    retryStrategy: retry(3),
    ask: { by: 'terminate', when: 'RUNNING' },
    shows: stopped([137], 'isTerminated'),
  },
  {
    name: 'waiting to be tried again, cancelled',
    does: does.failSoon,
    retryStrategy: retry(2),
    ask: { by: 'cancel', when: 'RETRIED' },
    shows: stopped([1], 'isCancelled'),
  },
  {
    name: 'waiting to be tried again, terminated',
    does: does.failSoon,
    retryStrategy: retry(2),
    ask: { by: 'terminate', when: 'RETRIED' },
    shows: stopped([1], 'isTerminated'),
  },
  {
    name: 'ended, cancelled: unchanged',
    does: does.fail,
    ask: { by: 'cancel', when: 'ENDED' },
    shows: failed(1),
  },
  {
    name: 'ended, terminated: unchanged',
    does: does.fail,
    ask: { by: 'terminate', when: 'ENDED' },
    shows: failed(1),
  },

  // Timeouts.
  {
    name: 'timed out: not tried again',
    does: does.endAtTerm,
    timeoutSeconds: 1,
    retryStrategy: retry(3),
    shows: { status: 'FAILED', statusReason: timedOut, exitCodes: [143] },
  },
  {
    name: 'timed out: FAILED though it ends with 0',
    engines: real,
    does: does.succeedAtTerm,
    timeoutSeconds: 1,
    retryStrategy: retry(3),
    shows: { status: 'FAILED', statusReason: timedOut, exitCodes: [0] },
  },
  {
    name: 'timed out: killed 30 s after SIGTERM',
    engines: ['fake'],
    does: does.ignoreTerm,
    timeoutSeconds: 1,
    shows: { status: 'FAILED', statusReason: timedOut, exitCodes: [137] },
  },
  {
    name: 'timed out, though a rule would try it again',
    does: does.endAtTerm,
    timeoutSeconds: 1,
    retryStrategy: rules(3, { onExitCode: '143', action: 'RETRY' }),
    shows: { status: 'FAILED', statusReason: timedOut, exitCodes: [143] },
  },

  // Retries.
  {
    name: 'fails once, then succeeds',
    engines: real,
    does: does.failOnce,
    retryStrategy: retry(3),
    shows: { status: 'SUCCEEDED', statusReason: exited, exitCodes: [1, 0] },
  },
  {
    name: 'fails to the last attempt',
    does: does.fail,
    retryStrategy: retry(3),
    shows: failed(1, 1, 1),
  },
  { name: 'fails without a strategy', does: does.fail, shows: failed(1) },
  {
    name: 'does not start, to the last attempt',
    engines: images,
    does: does.notStart,
    retryStrategy: retry(2),
    shows: notStarted(2),
  },
  {
    name: 'runs out of memory, to the last attempt',
    engines: images,
    does: does.runOutOfMemory,
    retryStrategy: retry(2),
    shows: { ...failed(137, 137), reason: oom },
  },

  // evaluateOnExit.
  {
    name: 'onExitCode: EXIT at this code',
    does: does.exit7,
    retryStrategy: rules(3, { onExitCode: '7', action: 'EXIT' }),
    shows: failed(7),
  },
  {
    name: 'onExitCode: a code is matched as a whole',
    does: does.exit17,
    retryStrategy: rules(2, { onExitCode: '1', action: 'EXIT' }),
    shows: failed(17, 17),
  },
  {
    name: 'onExitCode: a prefix',
    does: does.exit17,
    retryStrategy: rules(2, { onExitCode: '1*', action: 'EXIT' }),
    shows: failed(17),
  },
  {
    name: 'the first rule that matches decides',
    does: does.exit7,
    retryStrategy: rules(
      2,
      { onExitCode: '7', action: 'RETRY' },
      { onExitCode: '*', action: 'EXIT' },
    ),
    shows: failed(7, 7),
  },
  {
    name: 'a rule whose conditions do not all match is passed over',
    does: does.exit7,
    retryStrategy: rules(2, { onExitCode: '7', onStatusReason: 'Host EC2*', action: 'EXIT' }),
    shows: failed(7, 7),
  },
  {
    name: 'no rule matches: tried again',
    does: does.exit7,
    retryStrategy: rules(2, { onExitCode: '8', action: 'EXIT' }),
    shows: failed(7, 7),
  },
  {
    name: 'onStatusReason: only a lost host is tried again',
    does: does.fail,
    retryStrategy: rules(
      3,
      { onStatusReason: 'Host EC2*', action: 'RETRY' },
      { onReason: '*', action: 'EXIT' },
    ),
    shows: failed(1),
  },
  {
    name: 'onStatusReason: a prefix',
    does: does.fail,
    retryStrategy: rules(3, { onStatusReason: 'Essential*', action: 'EXIT' }),
    shows: failed(1),
  },
  {
    name: 'onReason: EXIT where no image can be had',
    engines: images,
    does: does.notStart,
    retryStrategy: rules(3, { onReason: 'CannotPullContainerError:*', action: 'EXIT' }),
    shows: notStarted(1),
  },
  {
    name: 'onReason: only out of memory is tried again',
    engines: images,
    does: does.runOutOfMemory,
    retryStrategy: rules(
      2,
      { onReason: 'OutOfMemoryError*', action: 'RETRY' },
      { onExitCode: '*', action: 'EXIT' },
    ),
    shows: { ...failed(137, 137), reason: oom },
  },
  {
    name: 'onReason: what is not out of memory ends',
    does: does.fail,
    retryStrategy: rules(
      2,
      { onReason: 'OutOfMemoryError*', action: 'RETRY' },
      { onExitCode: '*', action: 'EXIT' },
    ),
    shows: failed(1),
  },
];

for (const engine of all) {
  describe(
    `on the ${engine} engine`,
    { skip: engine === 'docker' && requirement('docker').skip, concurrency: 4 },
    () => {
      let server: TestServer;
      let forever: string;
      before(async () => {
        server = await TestServer.start(engine, [
          '--timeout-min-seconds',
          '1',
          ...(engine === 'fake' ? [] : ['--capacity', 'vcpus=64,memory=65536']),
        ]);
        await server.prepare();
        await server.prepare('closed');
        await enable(server, 'closed', 'DISABLED');
        forever = await server.submit(
          await server.register('forever', propertiesOf(does.endAtTerm, engine)),
        );
        await server.whenStatus(forever, 'RUNNING');
      });
      after(() => server[Symbol.asyncDispose]());

      for (const [index, one] of cases.entries()) {
        if ((one.engines ?? all).includes(engine))
          test(one.name, async () =>
            assertEndedAs(
              await run(server, engine, { one, forever, name: `case-${index}` }),
              one.shows,
            ),
          );
      }

      // The fake engine does not know children apart.
      if (real.includes(engine))
        test('of an array, one child fails and is tried again, and the parent waits for it', async () => {
          const definition = await server.register(
            'child',
            shell('[ $AWS_BATCH_JOB_ARRAY_INDEX != 1 ] || [ $AWS_BATCH_JOB_ATTEMPT -gt 1 ]'),
          );
          const id = await server.submit(definition, {
            arrayProperties: { size: 3 },
            retryStrategy: retry(2),
          });
          assert.equal((await server.whenEnded(id)).status, 'SUCCEEDED');
          const { jobs = [] } = await server.batch.send(
            new DescribeJobsCommand({ jobs: [0, 1, 2].map((child) => `${id}:${child}`) }),
          );
          assert.deepEqual(jobs.map(exitCodes), [[0], [1, 0], [0]]);
        });

      test('of an array, each child is tried to its last attempt, and the parent fails', async () => {
        const id = await server.submit(
          await server.register('children', propertiesOf(does.fail, engine)),
          { arrayProperties: { size: 3 }, retryStrategy: retry(2) },
        );
        const parent = await server.whenEnded(id);
        assert.deepEqual(
          [parent.status, parent.statusReason, parent.arrayProperties?.statusSummary?.FAILED],
          ['FAILED', 'Array Child Job failed', 3],
        );
        const { jobs = [] } = await server.batch.send(
          new DescribeJobsCommand({ jobs: [0, 1, 2].map((child) => `${id}:${child}`) }),
        );
        assert.deepEqual(jobs.map(exitCodes), [
          [1, 1],
          [1, 1],
          [1, 1],
        ]);
      });

      test('what nobody knows is cancelled and terminated without a word', async () => {
        const stop = { jobId: '00000000-0000-7000-8000-000000000000', reason: theUsers };
        await server.batch.send(new CancelJobCommand(stop));
        await server.batch.send(new TerminateJobCommand(stop));
      });
    },
  );
}

// The fake engine's attempts die with its server: that is a host that is lost.
const lostHost = /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/;
const losses: readonly {
  name: string;
  flags?: readonly string[];
  retryStrategy?: RetryStrategy;
  attempts: number;
  isOver: boolean;
}[] = [
  { name: 'fails a job without attempts left', attempts: 1, isOver: true },
  {
    name: 'costs an attempt, and the next one begins',
    retryStrategy: retry(2),
    attempts: 1,
    isOver: false,
  },
  {
    name: 'ends a job whose rules say so',
    retryStrategy: rules(2, { onStatusReason: 'Host EC2*', action: 'EXIT' }),
    attempts: 1,
    isOver: true,
  },
  {
    name: 'costs no attempt where it is to be free',
    flags: ['--host-loss-free'],
    attempts: 1,
    isOver: false,
  },
];
describe('the loss of a host', () => {
  for (const { name, flags = [], retryStrategy, attempts, isOver } of losses) {
    test(name, async () => {
      await using server = await TestServer.start('fake', flags);
      await server.prepare();
      const id = await server.submit(
        await server.register('forever', propertiesOf(does.endAtTerm, 'fake')),
        retryStrategy && { retryStrategy },
      );
      await server.whenStatus(id, 'RUNNING');
      await server.restart();
      const job = await server.whenStatus(id, isOver ? 'FAILED' : 'RUNNING');
      assert.equal(job.attempts?.length, attempts);
      assert.match(job.attempts?.at(-1)?.statusReason ?? '', lostHost);
      if (isOver) assert.match(job.statusReason ?? '', lostHost);
    });
  }
});

function propertiesOf(behaviour: Behaviour, engine: EngineName): ContainerProperties {
  if (engine !== 'fake') return behaviour.real;
  assert(behaviour.fake, 'the fake engine can do this');
  return {
    image: 'fake',
    environment: Object.entries(behaviour.fake).map(([name, value]) => ({ name, value })),
  };
}

const enable = (server: TestServer, computeEnvironment: string, state: 'ENABLED' | 'DISABLED') =>
  server.batch.send(new UpdateComputeEnvironmentCommand({ computeEnvironment, state }));

/** Submits the case's job, asks for what the user asks for, and answers it at its end. */
async function run(
  server: TestServer,
  engine: EngineName,
  { one, forever, name }: { one: Case; forever: string; name: string },
): Promise<JobDetail> {
  const { retryStrategy, timeoutSeconds, ask } = one;
  const definition = await server.register(name, propertiesOf(one.does, engine));
  if (ask?.when === 'RETRIED') await server.prepare(name);
  const jobId = await server.submit(definition, {
    jobQueue: ask?.when === 'RUNNABLE' ? 'closed' : ask?.when === 'RETRIED' ? name : 'test',
    ...(retryStrategy && { retryStrategy }),
    ...(timeoutSeconds !== undefined && { timeout: { attemptDurationSeconds: timeoutSeconds } }),
    ...(ask?.when === 'PENDING' && { dependsOn: [{ jobId: forever }] }),
  });
  if (ask === undefined) return server.whenEnded(jobId);
  if (ask.when === 'RETRIED') {
    // Where nothing is placed any more, the second attempt has to wait.
    await server.whenStatus(jobId, 'RUNNING');
    await enable(server, name, 'DISABLED');
    await server.whenStatus(jobId, 'RUNNABLE');
  } else if (ask.when === 'ENDED') await server.whenEnded(jobId);
  else await server.whenStatus(jobId, ask.when);
  await server.batch.send(
    ask.by === 'cancel'
      ? new CancelJobCommand({ jobId, reason: theUsers })
      : new TerminateJobCommand({ jobId, reason: theUsers }),
  );
  return server.whenEnded(jobId);
}

const exitCodes = (job: JobDetail): (number | undefined)[] =>
  (job.attempts ?? []).map((attempt) => attempt.container?.exitCode);

function assertEndedAs(job: JobDetail, expected: Expected): void {
  const { status, statusReason, container } = job;
  assert.deepEqual(
    { status, statusReason, exitCodes: exitCodes(job) },
    { status: expected.status, statusReason: expected.statusReason, exitCodes: expected.exitCodes },
  );
  assert.equal(
    container?.exitCode,
    expected.exitCodes.at(-1),
    'the job shows what its last attempt ended with',
  );
  if (expected.reason === undefined) assert.equal(container?.reason, undefined);
  else assert.ok(container?.reason?.startsWith(expected.reason), container?.reason);
  assert.ok((job.stoppedAt ?? 0) >= (job.startedAt ?? 1), 'an ended job has an end');
  if (expected.exitCodes.every((code) => code === undefined))
    assert.equal(job.startedAt, undefined, 'what never ran has no start');
  if (expected.asked !== undefined) assert.equal(job[expected.asked], true);
}

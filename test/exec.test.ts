// `longshore exec` end to end: the program at a terminal and beside one, in jobs on Docker, on a
// host of the user's own, and by callers who may and may not.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { SubmitJobCommand, TerminateJobCommand } from '@aws-sdk/client-batch';
import { DescribeTasksCommand, ECSClient, ExecuteCommandCommand } from '@aws-sdk/client-ecs';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { must } from '../src/base/assert.ts';
import type { Credentials } from '../src/cli/sign.ts';
import { requirement } from './requirement.ts';
import { account, region, TestServer } from './server.ts';
import { until } from './until.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Until it is told to end. */
const lasting = ['sh', '-c', 'trap "exit 0" TERM; sleep 600 & wait'];

describe('commands in jobs', { skip: requirement('docker').skip }, () => {
  let server: TestServer;
  let job: string;

  before(async () => {
    server = await TestServer.start('docker', ['--auth', 'on', '--audit', 'changes']);
    await server.prepare();
    job = await server.submit(
      await server.register('sleeps', {
        command: lasting,
        environment: [{ name: 'GREETING', value: 'hello' }],
        enableExecuteCommand: true,
      }),
    );
    await server.whenStatus(job, 'RUNNING');
  });
  after(() => server[Symbol.asyncDispose]());

  const environment = (as?: Credentials): NodeJS.ProcessEnv => ({
    ...(as === undefined ? server.environment : server.environmentOf(as)),
    TERM: 'xterm',
  });

  /** Runs the program to its end; `input` is what is piped into it. */
  async function exec(words: readonly string[], input = '', as?: Credentials): Promise<Ended> {
    const child = spawn('node', ['bin/longshore.js', 'exec', ...words], { env: environment(as) });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  /** A user with this leave alone. */
  async function userOf(name: string, statement: object): Promise<Credentials> {
    const iam = new IAMClient(server.clientOptions());
    await iam.send(new CreateUserCommand({ UserName: name }));
    await iam.send(
      new PutUserPolicyCommand({
        UserName: name,
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      }),
    );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return {
      accessKeyId: must(AccessKey?.AccessKeyId, 'a key has an id'),
      secretAccessKey: must(AccessKey?.SecretAccessKey, 'and a secret'),
    };
  }

  test('a command prints, ends with its code, and has what the job has', async () => {
    const script = 'echo "$GREETING $AWS_BATCH_JOB_ID"; echo aside >&2; exit 9';
    assert.deepEqual(await exec([job, '--', 'sh', '-c', script]), {
      code: 9,
      stdout: `hello ${job}\n`,
      stderr: 'aside\n',
    });
  });

  test('what is piped in goes to it, and its end', async () => {
    const text = 'some lines\n'.repeat(20_000);
    const { code, stdout } = await exec(['-i', job, '--', 'cat'], text);
    assert.deepEqual([code, stdout.length, stdout === text], [0, text.length, true]);
    assert.deepEqual(await exec([job, '--', 'cat'], text), { code: 0, stdout: '', stderr: '' });
  });

  test(
    'at a terminal it has one',
    { skip: existsSync('/usr/bin/script') ? false : 'needs script, of util-linux' },
    async () => {
      const child = spawn(
        'script',
        [
          '-qec',
          `stty rows 33 cols 99; exec node bin/longshore.js exec -i ${job} -- sh`,
          '/dev/null',
        ],
        { env: { ...environment(), SHELL: '/bin/sh' } },
      );
      let shown = '';
      child.stdout.on('data', (chunk) => (shown += String(chunk)));
      await until(
        () => `the size in ${JSON.stringify(shown)}`,
        async () => {
          child.stdin.write('stty size\n');
          return shown.includes('33 99');
        },
      );
      child.stdin.write('sleep 777\n');
      const sleepers = ['sh', '-c', 'ps | grep -c "[s]leep 777"'];
      await until(
        'the shell to sleep',
        async () => (await exec([job, '--', ...sleepers])).stdout.trim() === '1',
      );
      // The key goes to the container, and ends nothing here.
      child.stdin.write('\x03');
      child.stdin.write('tty; echo $((6 * 7)); exit 3\n');
      const [code] = (await once(child, 'close')) as [number | null];
      assert.match(shown, /\/dev\/pts\/\d+\r+\n42\r+\n/);
      assert.equal(code, 3);
    },
  );

  test('a job that does not say so, or does not run, is refused', async () => {
    const plain = await server.submit(await server.register('plain', { command: lasting }));
    await server.whenStatus(plain, 'RUNNING');
    const { code, stderr } = await exec([plain, '--', 'true']);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /execute command was not enabled when job .* was run.*ClientException, 400/,
    );
    await server.batch.send(new TerminateJobCommand({ jobId: plain, reason: 'enough' }));
    await server.whenEnded(plain);
    assert.match(
      (await exec([plain, '--', 'true'])).stderr,
      /is (FAILED|SUCCEEDED): commands run only in RUNNING/,
    );
    assert.match((await exec([job])).stderr, /exec needs a command/);
  });

  test('it ends with its job', async () => {
    const { jobId = '' } = await server.batch.send(
      new SubmitJobCommand({ jobName: 'ends', jobQueue: 'test', jobDefinition: 'sleeps' }),
    );
    await server.whenStatus(jobId, 'RUNNING');
    const child = spawn(
      'node',
      ['bin/longshore.js', 'exec', jobId, '--', 'sh', '-c', 'echo on; sleep 600'],
      {
        env: environment(),
      },
    );
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    await server.batch.send(new TerminateJobCommand({ jobId, reason: 'enough' }));
    const [code] = (await closed) as [number | null];
    assert.notEqual(code, 0);
  });

  test('Ctrl-C ends it there as well', async () => {
    const child = spawn(
      'node',
      ['bin/longshore.js', 'exec', job, '--', 'sh', '-c', 'echo on; sleep 4242'],
      {
        env: environment(),
      },
    );
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    assert.deepEqual((await closed)[0], 130);
    await until('its sleep to end', async () => {
      const { stdout } = await exec([job, '--', 'sh', '-c', 'ps | grep -c "[s]leep 4242"']);
      return stdout.trim() === '0';
    });
  });

  test('it asks leave of its own, and a record is kept of it', async () => {
    const all = await userOf('all', {
      Effect: 'Allow',
      Action: ['batch:*', 'ecs:*'],
      Resource: '*',
    });
    const denied = await exec([job, '--', 'true'], '', all);
    assert.equal(denied.code, 1);
    assert.match(
      denied.stderr,
      /not authorized to perform: longshore:ExecuteCommand on resource: arn:aws:batch:.*:job\//,
    );
    const one = await userOf('one', {
      Effect: 'Allow',
      Action: 'longshore:ExecuteCommand',
      Resource: `arn:aws:batch:${region}:${account}:job/${job}`,
    });
    assert.deepEqual(await exec([job, '--', 'echo', 'leave'], '', one), {
      code: 0,
      stdout: 'leave\n',
      stderr: '',
    });
    const trail = new CloudTrailClient(server.clientOptions());
    await until('the record', async () => {
      const { Events = [] } = await trail.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'ExecuteCommand' }],
        }),
      );
      return Events.some(
        ({ Username, CloudTrailEvent }) =>
          Username === 'one' && /\[\\*"echo/.test(CloudTrailEvent ?? ''),
      );
    });
  });

  test("ECS's own is judged, and refused with what to do instead", async () => {
    const ecs = new ECSClient(server.clientOptions());
    const { container } = await server.job(job);
    const task = container?.taskArn ?? '';
    const cluster = task.split('/')[1] ?? '';
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
    assert.equal(tasks?.[0]?.enableExecuteCommand, true);
    const command = { cluster, task, command: 'sh', interactive: true };
    await assert.rejects(ecs.send(new ExecuteCommandCommand(command)), {
      name: 'TargetNotConnectedException',
      message: new RegExp(`longshore exec -i ${job} -- sh`),
    });
    await assert.rejects(ecs.send(new ExecuteCommandCommand({ ...command, container: 'x' })), {
      name: 'InvalidParameterException',
    });
    for (const [name, allowed] of [
      [task, 'TargetNotConnectedException'],
      [`${task}0`, 'AccessDeniedException'],
    ] as const) {
      const user = await userOf(`ecs-${allowed}`, {
        Effect: 'Allow',
        Action: 'ecs:ExecuteCommand',
        Resource: '*',
        Condition: { ArnEquals: { 'ecs:task': name } },
      });
      const theirs = new ECSClient({ ...server.clientOptions(), credentials: user });
      await assert.rejects(theirs.send(new ExecuteCommandCommand(command)), { name: allowed });
    }
  });

  test('the server ends at once though somebody is at a shell', async () => {
    const child = execFile(
      'node',
      ['bin/longshore.js', 'exec', '-i', job, '--', 'sh', '-c', 'echo on; cat'],
      {
        env: environment(),
      },
    );
    const closed = once(child, 'close');
    let told = '';
    child.stderr?.on('data', (chunk) => (told += String(chunk)));
    await once(must(child.stdout, 'it is piped'), 'data');
    const sinceMs = Date.now();
    await server.restart();
    await closed;
    assert.match(told, /The session has ended: the server ends\./);
    assert.ok(Date.now() - sinceMs < 20_000);
    assert.equal((await server.job(job)).status, 'RUNNING');
  });
});

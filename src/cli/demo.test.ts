// The demo against a scripted server: its lines, its reasons, its exit code. Starts no real server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDemo } from './demo.ts';
import { Answer, scriptedServer, terminal, type Script } from '../../test/house/scripted-server.ts';

const colors = ['red', 'orange', 'yellow', 'green', 'blue', 'indigo', 'violet'];

/** An array whose children are over after the first look, each with its line in its stream. */
function rainbowServer(over: Script = {}): Script {
  let looks = 0;
  const child = (id: string) => ({
    jobId: id,
    jobName: 'print-color',
    status: 'SUCCEEDED',
    container: { exitCode: 0, logStreamName: `print-color/default/${id.split(':')[1]}` },
  });
  return {
    registerjobdefinition: () => ({
      jobDefinitionName: 'print-color',
      jobDefinitionArn: 'arn:1',
      revision: 1,
    }),
    submitjob: ({ arrayProperties: { size } }: { arrayProperties: { size: number } }) => ({
      jobId: `array-of-${size}`,
      jobName: 'print-color',
    }),
    describejobs: ({ jobs }: { jobs: string[] }) => ({
      jobs: jobs.map((id) =>
        id.includes(':')
          ? child(id)
          : {
              jobId: id,
              jobName: 'print-color',
              status: looks++ === 0 ? 'PENDING' : 'SUCCEEDED',
              arrayProperties: { size: 7, statusSummary: { SUCCEEDED: 7 } },
            },
      ),
    }),
    GetLogEvents: ({ logStreamName }: { logStreamName: string }) => ({
      events: [
        {
          timestamp: 1,
          message: `My favorite color of the rainbow is ${colors[Number(logStreamName.split('/')[2])]}.`,
        },
      ],
      nextForwardToken: 'f',
    }),
    ...over,
  };
}

async function demo(script: Script, engine: 'docker' | 'process' | 'fake' = 'process') {
  await using server = await scriptedServer(script);
  const io = terminal({ AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'other' });
  let told = '';
  const code = await runDemo(
    {
      endpoint: server.url,
      engine,
      engineReason: 'no Docker engine answers',
      image: engine === 'docker' ? 'busybox' : undefined,
      out: { write: (text) => (told += text) },
    },
    io,
  );
  return { code, told, stderr: io.stderr, calls: server.calls };
}

/**
 * The same page again and again, with a token that says that the end is reached the second time.
 */
const once = (page: (input: never) => { events: unknown[] }) => (input: never) =>
  (input as { nextToken?: string }).nextToken === undefined
    ? page(input)
    : { ...page(input), events: [] };

test('the demo tells the seven colors in the order of their index, and with what', async () => {
  const script = rainbowServer();
  const { code, told, calls } = await demo({
    ...script,
    GetLogEvents: once(script['GetLogEvents'] as never),
  });
  assert.equal(code, 0);
  assert.deepEqual(
    told.match(/^My favorite.*$/gm),
    colors.map((color) => `My favorite color of the rainbow is ${color}.`),
  );
  assert.match(told, /7 of 7 children SUCCEEDED; .* in all/);
  assert.match(
    told,
    /They ran as processes of this machine, without containers \(no Docker engine answers\)\./,
  );
  assert.match(told, /^ {2}longshore up /m);
  assert.match(
    calls[0]?.authorization ?? '',
    /Credential=000000000000\//,
    "the demo's caller is its own, whoever the environment names",
  );
});

test('the demo fails with the reason when a child does', async () => {
  const failed = {
    status: 'FAILED',
    statusReason: 'Task failed to start',
    container: { reason: 'CannotPullContainerError: no busybox' },
  };
  const { code, stderr } = await demo(
    rainbowServer({
      describejobs: ({ jobs }: { jobs: string[] }) => ({
        jobs: jobs.map((id) => ({
          jobId: id,
          jobName: 'n',
          ...(id.endsWith(':1') || !id.includes(':') ? failed : { status: 'SUCCEEDED' }),
        })),
      }),
    }),
    'docker',
  );
  assert.equal(code, 1);
  assert.equal(
    stderr.split('\n').at(-2),
    'longshore demo: child array-of-7:1 FAILED: Task failed to start; CannotPullContainerError: no busybox',
  );
});

test('the demo fails with the reason when the server refuses', async () => {
  const refused = () => {
    throw new Answer(404, 'ClientException', 'Job queue first-run-job-queue does not exist');
  };
  const { code, stderr } = await demo(rainbowServer({ submitjob: refused }));
  assert.deepEqual(
    [code, stderr],
    [1, 'longshore demo: Job queue first-run-job-queue does not exist (ClientException, 404)\n'],
  );
});

test('the demo fails when lines are missing, except where nothing runs', async () => {
  const silent = rainbowServer({ GetLogEvents: () => ({ events: [], nextForwardToken: 'f' }) });
  const { code, stderr } = await demo(silent);
  assert.equal(code, 1);
  assert.match(stderr, /7 lines were to be in the logs, and there are 0/);
  assert.equal(
    (
      await demo(
        rainbowServer({ GetLogEvents: () => ({ events: [], nextForwardToken: 'f' }) }),
        'fake',
      )
    ).code,
    0,
  );
});

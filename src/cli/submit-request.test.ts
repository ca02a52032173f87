// Tables of what submit's flags and files become. Asks no server.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SubmitJobCommandInput } from '@aws-sdk/client-batch';
import { Failure, UsageError } from './failure.ts';
import { parseFlags } from './flags.ts';
import { definitionName } from './image-definition.ts';
import { terminal } from '../../test/house/scripted-server.ts';
import { baseRequest, requestOf, submitFlags } from './submit-request.ts';

function built(
  argv: string[],
  base: Partial<SubmitJobCommandInput> = {},
  env: Record<string, string> = {},
) {
  const { values, command } = parseFlags(argv, submitFlags);
  const { request, image } = requestOf(base, values, command, env);
  // As it is sent: without what is undefined.
  return { request: JSON.parse(JSON.stringify(request)) as object, image };
}

const minimal = { jobName: 'render', jobQueue: 'first-run-job-queue', jobDefinition: 'render:3' };

test('flags become the input of SubmitJob', () => {
  const cases: [argv: string[], more: object][] = [
    [[], {}],
    [['--name', 'a', '--queue', 'q'], { jobName: 'a', jobQueue: 'q' }],
    [
      ['--memory', '512m'],
      { containerOverrides: { resourceRequirements: [{ type: 'MEMORY', value: '512' }] } },
    ],
    [
      ['--memory', '2GiB'],
      { containerOverrides: { resourceRequirements: [{ type: 'MEMORY', value: '2048' }] } },
    ],
    [
      ['--vcpus', '2', '--memory', '2048', '--gpus', '1'],
      {
        containerOverrides: {
          resourceRequirements: [
            { type: 'VCPU', value: '2' },
            { type: 'MEMORY', value: '2048' },
            { type: 'GPU', value: '1' },
          ],
        },
      },
    ],
    [
      ['--vcpus', '0.25'],
      { containerOverrides: { resourceRequirements: [{ type: 'VCPU', value: '0.25' }] } },
    ],
    [
      ['-e', 'A=1=2', '-e', 'HERE'],
      {
        containerOverrides: {
          environment: [
            { name: 'A', value: '1=2' },
            { name: 'HERE', value: 'there' },
          ],
        },
      },
    ],
    [['-p', 'k=v', '--tag', 't=u'], { parameters: { k: 'v' }, tags: { t: 'u' } }],
    [['--array', '10000'], { arrayProperties: { size: 10_000 } }],
    [
      ['--attempts', '3', '--timeout', '2h'],
      { retryStrategy: { attempts: 3 }, timeout: { attemptDurationSeconds: 7200 } },
    ],
    [
      ['--attempts', '3', '--retry-delay', '30s..10m', '--after', 'any'],
      {
        retryStrategy: { attempts: 3 },
        tags: { 'longshore:retry-delay': '30s..10m', 'longshore:after': 'any' },
      },
    ],
    [
      ['--tag', 't=u', '--max-parallel', '2', '--group', 'g'],
      { tags: { t: 'u', 'longshore:max-parallel': '2', 'longshore:group': 'g' } },
    ],
    [['--timeout', '90'], { timeout: { attemptDurationSeconds: 90 } }],
    [
      [
        '--depends-on',
        'a',
        '--depends-on',
        'b:n_to_n',
        '--depends-on',
        'c:7',
        '--depends-on',
        'SEQUENTIAL',
        '--depends-on',
        ':SEQUENTIAL',
      ],
      {
        dependsOn: [
          { jobId: 'a' },
          { jobId: 'b', type: 'N_TO_N' },
          { jobId: 'c:7' },
          { type: 'SEQUENTIAL' },
          { type: 'SEQUENTIAL' },
        ],
      },
    ],
    [
      ['--', 'sh', '-c', 'echo --name'],
      { containerOverrides: { command: ['sh', '-c', 'echo --name'] } },
    ],
  ];
  for (const [argv, more] of cases) {
    assert.deepEqual(
      built(['--definition', 'render:3', ...argv], {}, { HERE: 'there' }),
      { request: { ...minimal, ...more }, image: undefined },
      argv.join(' '),
    );
  }
});

test('a job is called after its definition or its image', () => {
  const cases: [string[], string][] = [
    [['--definition', 'arn:aws:batch:us-east-1:000000000000:job-definition/render:3'], 'render'],
    [['--definition', 'render'], 'render'],
    [['--image', 'registry.local:5000/team/busybox:1.36'], 'busybox'],
    [['--image', 'busybox@sha256:00'], 'busybox'],
  ];
  for (const [argv, name] of cases)
    assert.equal((built(argv).request as { jobName: string }).jobName, name);
});

test("an image's definition has a name that AWS allows", () => {
  const cases: [string, string][] = [
    ['busybox', 'busybox'],
    ['registry.local:5000/team/tool:1.36', 'registry-local-5000-team-tool-1-36'],
    [`busybox@sha256:${'a'.repeat(64)}`, 'busybox-aaaaaaaaaaaa'],
    ['_odd_', 'odd_'],
    ['x'.repeat(200), 'x'.repeat(128)],
  ];
  for (const [image, name] of cases) assert.equal(definitionName(image), name);
});

test('flags are laid over what the file holds', () => {
  const base: Partial<SubmitJobCommandInput> = {
    ...minimal,
    shareIdentifier: 'blue',
    containerOverrides: {
      command: ['a'],
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'GPU', value: '2' },
      ],
    },
    parameters: { k: 'v', l: 'w' },
    dependsOn: [{ jobId: 'a' }],
  };
  assert.deepEqual(
    built(
      ['--name', 'again', '--vcpus', '4', '-e', 'A=3', '-p', 'k=x', '--depends-on', 'b', '--', 'b'],
      base,
    ).request,
    {
      jobName: 'again',
      jobQueue: 'first-run-job-queue',
      jobDefinition: 'render:3',
      shareIdentifier: 'blue',
      containerOverrides: {
        command: ['b'],
        environment: [
          { name: 'B', value: '2' },
          { name: 'A', value: '3' },
        ],
        resourceRequirements: [
          { type: 'GPU', value: '2' },
          { type: 'VCPU', value: '4' },
        ],
      },
      parameters: { k: 'x', l: 'w' },
      dependsOn: [{ jobId: 'a' }, { jobId: 'b' }],
    },
  );
  assert.deepEqual(built([], base).request, base);
});

test('flags that make no sense are usage errors', () => {
  const cases = [
    [],
    ['--image', 'a', '--definition', 'b'],
    ['--definition', 'a', '--array', '1'],
    ['--definition', 'a', '--array', '1.5'],
    ['--definition', 'a', '--vcpus', '0'],
    ['--definition', 'a', '--memory', '1.5'],
    ['--definition', 'a', '--memory', '1t'],
    ['--definition', 'a', '--memory', 'g'],
    ['--definition', 'a', '--timeout', '5d'],
    ['--definition', 'a', '--attempts', '11'],
    ['--definition', 'a', '--env', 'NOT_SET_HERE'],
    ['--definition', 'a', '--env', '=x'],
    ['--definition', 'a', '--param', 'x'],
    ['--definition', 'a', '--depends-on', 'b:AFTER'],
  ];
  for (const argv of cases) assert.throws(() => built(argv), UsageError, argv.join(' '));
});

test('a file holds the input of SubmitJob and nothing else', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-cli-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'job.json');
  const read = async (content: string) => {
    await writeFile(file, content);
    return baseRequest(file, terminal());
  };
  assert.deepEqual(await read(JSON.stringify(minimal)), minimal);
  assert.deepEqual(
    await baseRequest('-', terminal({}, { readStdin: () => Promise.resolve('{"jobName":"a"}') })),
    { jobName: 'a' },
  );
  await assert.rejects(read('{'), UsageError);
  await assert.rejects(read('[]'), UsageError);
  await assert.rejects(read('null'), UsageError);
  await assert.rejects(
    read('{"jobname":"a"}'),
    (error) => error instanceof UsageError && error.hint === 'Did you mean jobName?',
  );
  await assert.rejects(
    baseRequest(join(directory, 'none.json'), terminal()),
    (error) => error instanceof Failure && /no such file/.test(error.message),
  );
});

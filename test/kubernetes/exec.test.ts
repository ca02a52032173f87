// `longshore exec` into pods of a real cluster: jobs of Amazon EKS and ordinary ones, beside a
// terminal and at one.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  type EksContainer,
  type RegisterJobDefinitionCommandInput,
} from '@aws-sdk/client-batch';
import { account, computeResources, TestServer } from '../server.ts';
import { until } from '../until.ts';
import { clusterSkip, startCluster, type Cluster } from './cluster.ts';
import { makeNamespace } from './pods.ts';

/** Until it is told to end. */
const lasting = ['sh', '-c', 'trap "exit 0" TERM; sleep 600 & wait'];

describe('commands in pods', { skip: clusterSkip() }, () => {
  const ends = new AsyncDisposableStack();
  let cluster: Cluster;
  let server: TestServer;
  let job: string;

  before(async () => {
    cluster = ends.use(await startCluster());
    const namespace = ends.use(await makeNamespace(cluster.api)).name;
    const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
      'current-context': string;
    };
    const kubeconfig = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = cluster.kubeconfig;
    ends.defer(() => {
      if (kubeconfig === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = kubeconfig;
    });
    const clusters = ['--cluster', `lab=${config['current-context']}`];
    server = ends.use(await TestServer.start('fake', clusters));
    const eksClusterArn = `arn:aws:eks:us-east-1:${account}:cluster/lab`;
    for (const [name, more] of [
      ['ec2', { tags: { 'longshore:cluster': 'lab', 'longshore:namespace': namespace } }],
      ['eks', { eksConfiguration: { eksClusterArn, kubernetesNamespace: namespace } }],
    ] as const) {
      await server.batch.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: name,
          type: 'MANAGED',
          computeResources: { ...computeResources, allocationStrategy: 'BEST_FIT_PROGRESSIVE' },
          ...more,
        }),
      );
      await server.batch.send(
        new CreateJobQueueCommand({
          jobQueueName: name,
          priority: 1,
          ...(name === 'eks' && { jobQueueType: 'EKS' }),
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
        }),
      );
    }
    const container = (name: string): EksContainer => ({
      name,
      image: cluster.image,
      imagePullPolicy: 'IfNotPresent',
      command: lasting,
      env: [{ name: 'GREETING', value: `hello from ${name}` }],
      resources: { limits: { cpu: '0.25', memory: '64Mi' } },
    });
    const containers = [container('main'), container('side')];
    job = await running('eks', {
      eksProperties: { podProperties: { hostNetwork: false, containers } },
    });
  });
  after(() => ends.disposeAsync());

  /** The id of a job that has come to run. */
  async function running(
    jobQueue: 'ec2' | 'eks',
    definition: Partial<RegisterJobDefinitionCommandInput>,
  ): Promise<string> {
    const jobDefinitionName = `d-${Math.random().toString(36).slice(2)}`;
    await server.batch.send(
      new RegisterJobDefinitionCommand({ jobDefinitionName, type: 'container', ...definition }),
    );
    const { jobId = '' } = await server.batch.send(
      new SubmitJobCommand({ jobName: 'n', jobQueue, jobDefinition: jobDefinitionName }),
    );
    await server.whenStatus(jobId, 'RUNNING');
    return jobId;
  }

  const start = (words: readonly string[]) =>
    spawn('node', ['bin/longshore.js', 'exec', ...words], { env: server.environment });

  async function exec(words: readonly string[], input = '') {
    const child = start(words);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  test('a command prints, ends with its code, and has what its container has', async () => {
    const script = 'echo "$GREETING $AWS_BATCH_JOB_ID"; echo aside >&2; exit 9';
    assert.deepEqual(await exec([job, '--', 'sh', '-c', script]), {
      code: 9,
      stdout: `hello from main ${job}\n`,
      stderr: 'aside\n',
    });
    const side = await exec([job, '--container', 'side', '--', 'sh', '-c', script]);
    assert.equal(side.stdout, `hello from side ${job}\n`);
    assert.match((await exec([job, '-c', 'none', '--', 'true'])).stderr, /it has main, side/);
    assert.equal((await exec([job, '--', 'no-such-program'])).code, 127);
  });

  test('what is piped in goes to it, and its end', async () => {
    const text = 'some lines\n'.repeat(20_000);
    const { code, stdout } = await exec(['-i', job, '--', 'cat'], text);
    assert.deepEqual([code, stdout.length, stdout === text], [0, text.length, true]);
    assert.deepEqual(await exec([job, '--', 'cat'], text), { code: 0, stdout: '', stderr: '' });
  });

  test(
    'at a terminal it has one, of its size',
    { skip: existsSync('/usr/bin/script') ? false : 'needs script, of util-linux' },
    async () => {
      const line = `stty rows 33 cols 99; exec node bin/longshore.js exec -i ${job} -- sh`;
      const env = { ...server.environment, SHELL: '/bin/sh', TERM: 'xterm' };
      const child = spawn('script', ['-qec', line, '/dev/null'], { env });
      let shown = '';
      child.stdout.on('data', (chunk) => (shown += String(chunk)));
      await until(
        () => `the size in ${JSON.stringify(shown)}`,
        async () => {
          child.stdin.write('stty size\n');
          return shown.includes('33 99');
        },
      );
      child.stdin.write('tty; echo $((6 * 7)); exit 3\n');
      const [code] = (await once(child, 'close')) as [number | null];
      assert.match(shown, /\/dev\/pts\/\d+\r+\n42\r+\n/);
      assert.equal(code, 3);
    },
  );

  test('Ctrl-C ends it there as well', async () => {
    const child = start([job, '--', 'sh', '-c', 'echo on; sleep 4242']);
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    assert.deepEqual((await closed)[0], 130);
    await until('its sleep to end', async () => {
      const { stdout } = await exec([job, '--', 'sh', '-c', 'ps | grep -c "[s]leep 4242"']);
      return stdout.trim() === '0';
    });
  });

  test('ordinary jobs ask for it in their definition', async () => {
    const containerProperties = {
      image: cluster.image,
      command: lasting,
      resourceRequirements: [
        { type: 'VCPU' as const, value: '1' },
        { type: 'MEMORY' as const, value: '64' },
      ],
    };
    const plain = await running('ec2', { containerProperties });
    assert.match(
      (await exec([plain, '--', 'true'])).stderr,
      /execute command was not enabled when job .* was run/,
    );
    // One node has no room for two of them.
    await server.batch.send(new TerminateJobCommand({ jobId: plain, reason: 'enough' }));
    await server.whenEnded(plain);
    const enabled = await running('ec2', {
      containerProperties: { ...containerProperties, enableExecuteCommand: true },
    });
    assert.deepEqual(await exec([enabled, '--', 'sh', '-c', 'echo here; exit 4']), {
      code: 4,
      stdout: 'here\n',
      stderr: '',
    });
  });

  test('a server that comes back finds its pods, and runs commands in them', async () => {
    await server.restart();
    await until('a command to run', async () => (await exec([job, '--', 'true'])).code === 0);
  });
});

// Multi-node parallel jobs on real engines: the nodes of three groups meet at the main node over
// TCP. How Metaflow and Airflow read such a job stands in clients.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  DescribeJobsCommand,
  ListJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  type JobDetail,
  type NodeRangeProperty,
} from '@aws-sdk/client-batch';
import { AwsCli } from './aws-cli.ts';
import { DockerHost } from './docker-host.ts';
import { requirement } from './requirement.ts';
import { TestServer, type EngineName } from './server.ts';
import { until } from './until.ts';

interface Scripts {
  /** Gathers a line from each other node, answers each, and prints what came in order. */
  readonly main: string[];
  /** Tells the main node its index, prints the answer and ends. */
  readonly passing: string[];
  /** The same, and stays until it is stopped. */
  readonly staying: string[];
}

const shell = (script: string): string[] => ['sh', '-c', script];
const address = '$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS';
// Both sides say what is in a file: nc ends when the other side has said all, also if its own line
// came too late through a pipe.
const greet = `echo "node $AWS_BATCH_JOB_NODE_INDEX of $AWS_BATCH_JOB_NUM_NODES, group $GROUP" >line; until answer=$(nc ${address} 7411 <line 2>/dev/null) && [ -n "$answer" ]; do sleep 0.1; done; echo "$answer";`;
const busybox: Scripts = {
  main: shell(
    'touch got; echo "welcome from node $AWS_BATCH_JOB_NODE_INDEX" >answer; while [ "$(sort -u got | wc -l)" -lt 4 ]; do nc -l -p 7411 <answer >>got; done; sort -u got',
  ),
  passing: shell(greet),
  staying: shell(`trap 'exit 0' TERM; ${greet} sleep 1000 & wait; wait`),
};

const node = (script: string): string[] => [process.execPath, '-e', script];
const call = (then: string): string[] =>
  node(`const { AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: host, AWS_BATCH_JOB_NODE_INDEX: index, AWS_BATCH_JOB_NUM_NODES: all, GROUP } = process.env;
    const call = () => require('net').connect(7411, host, function () { this.end('node ' + index + ' of ' + all + ', group ' + GROUP + '\\n'); }).on('data', (data) => { process.stdout.write(data); ${then} }).on('error', () => setTimeout(call, 100));
    call();`);
/** Each node listens at its own address only. */
const javascript: Scripts = {
  main: node(`const got = new Set();
    const server = require('net').createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (data) => got.add(String(data))).on('end', () => { socket.end('welcome from node ' + process.env.AWS_BATCH_JOB_NODE_INDEX + '\\n'); if (got.size === 4 && server.listening) { process.stdout.write([...got].sort().join('')); server.close(); } });
    }).listen(7411, process.env.LONGSHORE_NODE_PRIVATE_IPV4_ADDRESS);`),
  passing: call(''),
  staying: call("process.on('SIGTERM', () => process.exit(0)); setInterval(() => 0, 1000);"),
};

const group = (targetNodes: string, name: string, command: string[]): NodeRangeProperty => ({
  targetNodes,
  container: {
    command,
    resourceRequirements: [
      { type: 'VCPU', value: '1' },
      { type: 'MEMORY', value: '64' },
    ],
    environment: [{ name: 'GROUP', value: name }],
  },
});

const scripts = (engine: EngineName): Scripts => (engine === 'docker' ? busybox : javascript);

const imagedFor = (
  { image }: TestServer,
  ranges: readonly NodeRangeProperty[],
): NodeRangeProperty[] =>
  ranges.map((range) => ({ ...range, container: { ...range.container, image } }));

async function register(
  server: TestServer,
  name: string,
  ranges: NodeRangeProperty[],
  numNodes: number,
  more: object = {},
): Promise<string> {
  await server.batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: name,
      type: 'multinode',
      nodeProperties: { numNodes, mainNode: 0, nodeRangeProperties: imagedFor(server, ranges) },
      ...more,
    }),
  );
  return name;
}

const describeJobs = async (server: TestServer, ...ids: string[]): Promise<JobDetail[]> =>
  (await server.batch.send(new DescribeJobsCommand({ jobs: ids }))).jobs ?? [];

async function nodesOf(server: TestServer, multiNodeJobId: string): Promise<unknown[]> {
  const { jobSummaryList = [] } = await server.batch.send(
    new ListJobsCommand({ multiNodeJobId, jobStatus: 'SUCCEEDED' }),
  );
  return jobSummaryList.map(({ jobId, nodeProperties }) => [jobId, nodeProperties]);
}

for (const engine of ['process', 'docker'] as const) {
  describe(
    `multi-node parallel jobs (${engine})`,
    { skip: engine === 'docker' && requirement('docker').skip },
    () => {
      let server: TestServer;
      before(async () => {
        server = await TestServer.start(engine);
        await server.prepare();
      });
      after(() => server[Symbol.asyncDispose]());

      test('the nodes of three groups meet at the main node, whose end is the end of the job', async () => {
        const { main, passing, staying } = scripts(engine);
        await register(
          server,
          'gathering',
          [
            group('0', 'main', main),
            group('1:2', 'passing', passing),
            group('3:', 'staying', staying),
          ],
          5,
        );
        const jobId = await server.submit('gathering');

        const ended = await server.whenEnded(jobId);
        assert.equal(ended.status, 'SUCCEEDED', ended.statusReason);
        const nodes = await describeJobs(
          server,
          ...[0, 1, 2, 3, 4].map((index) => `${jobId}#${index}`),
        );
        assert.deepEqual(
          nodes.map(({ nodeDetails }) => nodeDetails),
          [0, 1, 2, 3, 4].map((nodeIndex) => ({ nodeIndex, isMainNode: nodeIndex === 0 })),
        );
        assert.deepEqual(
          nodes.map(({ status }) => status),
          ['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'],
        );
        const lines = await Promise.all(nodes.map((each) => server.lines(each)));
        assert.deepEqual(lines[0], [
          'node 1 of 5, group passing',
          'node 2 of 5, group passing',
          'node 3 of 5, group staying',
          'node 4 of 5, group staying',
        ]);
        for (const said of lines.slice(1)) assert.deepEqual(said, ['welcome from node 0']);
        assert.equal(
          new Set(
            nodes.map(({ container }) => container?.networkInterfaces?.[0]?.privateIpv4Address),
          ).size,
          5,
          'each node has an address of its own',
        );
        for (const { startedAt } of nodes.slice(1))
          assert(
            Number(startedAt) >= Number(ended.startedAt),
            'no node starts before the main one',
          );

        assert.deepEqual(
          await nodesOf(server, jobId),
          [0, 1, 2, 3, 4].map((nodeIndex) => [
            `${jobId}#${nodeIndex}`,
            { isMainNode: nodeIndex === 0, numNodes: 5, nodeIndex },
          ]),
        );
        if (engine === 'docker')
          await until(
            'the network of the job to be gone',
            async () => (await DockerHost.here().networksOf(server.instance())).length === 0,
          );
      });

      test('terminating the job stops every node', async () => {
        await register(
          server,
          'waiting',
          [group(':', 'all', shell("trap 'exit 3' TERM; sleep 1000 & wait"))],
          3,
        );
        const jobId = await server.submit('waiting');
        const ids = [0, 1, 2].map((index) => `${jobId}#${index}`);
        await until('all nodes to run', async () =>
          (await describeJobs(server, ...ids)).every(({ status }) => status === 'RUNNING'),
        );
        await assert.rejects(
          server.batch.send(new TerminateJobCommand({ jobId: ids[1], reason: 'one' })),
          /cannot be stopped alone/,
        );
        await server.batch.send(new TerminateJobCommand({ jobId, reason: 'all of you' }));
        await server.whenEnded(jobId);
        for (const { status, statusReason } of await describeJobs(server, jobId, ...ids))
          assert.deepEqual([status, statusReason], ['FAILED', 'all of you']);
      });

      test('a failure of the main node is tried again with all nodes, and a server that is killed meanwhile goes on', async () => {
        const main = shell('[ "$AWS_BATCH_JOB_ATTEMPT" = 2 ] || { sleep 1; exit 9; }; sleep 1');
        await register(
          server,
          'twice',
          [
            group('0', 'main', main),
            group('1:', 'others', shell("trap 'exit 0' TERM; sleep 1000 & wait")),
          ],
          3,
          { retryStrategy: { attempts: 2 } },
        );
        const jobId = await server.submit('twice');
        await server.whenStatus(jobId, 'RUNNING');
        await server.kill('SIGKILL');
        await server.restart();
        const ended = await server.whenEnded(jobId);
        assert.equal(ended.status, 'SUCCEEDED', ended.statusReason);
        assert.deepEqual(
          ended.attempts?.map(({ container }) => container?.exitCode),
          [9, 0],
        );
        for (const { attempts } of await describeJobs(server, `${jobId}#1`, `${jobId}#2`))
          assert.equal(attempts?.length, 2);
      });
    },
  );
}

test('a queue lists the job once, as its main node stands', async () => {
  await using server = await TestServer.start('process');
  await server.prepare();
  await register(
    server,
    'listed',
    [group('0', 'main', shell('exit 0')), group('1:', 'others', shell('sleep 1000'))],
    2,
  );
  const job = await server.whenEnded(await server.submit('listed'));
  const { jobSummaryList } = await server.batch.send(
    new ListJobsCommand({ jobQueue: 'test', jobStatus: 'SUCCEEDED' }),
  );
  assert.deepEqual(
    jobSummaryList?.map(({ jobId, nodeProperties }) => [jobId, nodeProperties?.numNodes]),
    [[job.jobId, 2]],
  );
});

test(
  'the AWS CLI registers such a job, describes its nodes and lists them',
  { skip: requirement('awscli').skip },
  async () => {
    await using server = await TestServer.start('fake');
    await server.prepare();
    const aws = new AwsCli(server);
    const nodeProperties = {
      numNodes: 2,
      mainNode: 0,
      nodeRangeProperties: imagedFor(server, [group(':', 'all', ['true'])]),
    };
    await aws.json`batch register-job-definition --job-definition-name pair --type multinode --node-properties ${JSON.stringify(nodeProperties)}`;
    const jobId = await server.submit('pair');
    assert.equal((await server.whenEnded(jobId)).status, 'SUCCEEDED');
    assert.deepEqual(
      await aws.json`batch describe-jobs --jobs ${jobId}#0 ${jobId}#1 --query jobs[].nodeDetails`,
      [
        { nodeIndex: 0, isMainNode: true },
        { nodeIndex: 1, isMainNode: false },
      ],
    );
    assert.deepEqual(
      await aws.json`batch list-jobs --multi-node-job-id ${jobId} --job-status SUCCEEDED --query jobSummaryList[].[jobId,nodeProperties]`,
      await nodesOf(server, jobId),
    );
  },
);

test('a thousand nodes are placed and run', async () => {
  await using server = await TestServer.start('fake', ['--instance-limit', '2000']);
  await server.prepare('test', { maxvCpus: 4000 });
  await register(server, 'thousand', [group(':', 'all', ['true'])], 1000);
  const { jobId } = await server.batch.send(
    new SubmitJobCommand({ jobName: 'thousand', jobQueue: 'test', jobDefinition: 'thousand' }),
  );
  assert.equal((await server.whenEnded(jobId as string)).status, 'SUCCEEDED');
});

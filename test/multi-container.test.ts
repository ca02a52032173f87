// Jobs of several containers on real engines, by the AWS CLI and boto3: a database that a migration
// fills before the main container asks it, on one network and with a volume in common; and what
// Airflow sends and reads.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type EcsPropertiesOverride,
  type EcsTaskProperties,
  type JobDetail,
  type TaskContainerProperties,
} from '@aws-sdk/client-batch';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AwsCli } from './aws-cli.ts';
import { awscliThatTakes, pythonThatRuns, requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const sized = {
  resourceRequirements: [
    { type: 'VCPU' as const, value: '1' },
    { type: 'MEMORY' as const, value: '64' },
  ],
};
const shell = (script: string): string[] => ['sh', '-c', script];
const data = { mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] };

/**
 * A database of one table: what it is told it adds, and it answers with all that it has. It ends
 * when it is told to.
 */
const database = `trap 'echo database ends; exit 0' TERM
touch rows; while true; do nc -l -p 5432 -e sh -c 'read -r line; [ "$line" = all ] || echo "$line" >> rows; cat rows' & wait $!; done`;
const tell = (line: string): string =>
  `until answer=$(echo ${line} | nc 127.0.0.1 5432 2>/dev/null) && [ -n "$answer" ]; do sleep 0.1; done; echo "$answer"`;

const shop = (image: string): TaskContainerProperties[] => [
  { name: 'db', image, essential: false, command: shell(database), ...sized },
  {
    name: 'migrate',
    image,
    essential: false,
    dependsOn: [{ containerName: 'db', condition: 'START' }],
    command: shell(`${tell('forty-two')} > /data/migrated; echo migrated`),
    ...data,
    ...sized,
  },
  {
    name: 'main',
    image,
    dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }],
    command: shell(
      `echo "volume $(cat /data/migrated)"; echo "database $(${tell('all')})"; exit Ref::code`,
    ),
    ...data,
    ...sized,
  },
];

const containersOf = (job: JobDetail | undefined) =>
  job?.ecsProperties?.taskProperties?.[0]?.containers ?? [];

const docker = requirement('docker');
const skeleton =
  'batch register-job-definition --ecs-properties taskProperties=[] --generate-cli-skeleton';
/** Debian's are older than jobs of several containers. */
const cli = docker.skip ? undefined : awscliThatTakes(skeleton.split(' '));
const python = docker.skip
  ? undefined
  : pythonThatRuns(
      "import boto3; assert 'ecsPropertiesOverride' in boto3.client('batch', region_name='x').meta.service_model.operation_model('SubmitJob').input_shape.members",
    );

interface Client {
  readonly register: (task: EcsTaskProperties) => Promise<unknown>;
  readonly submit: (override: EcsPropertiesOverride) => Promise<string | undefined>;
  readonly describe: (jobId: string) => Promise<JobDetail | undefined>;
}

const parameters = { code: '0' };

const bySdk = ({ batch }: TestServer): Client => ({
  register: (task) =>
    batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'shop',
        type: 'container',
        parameters,
        ecsProperties: { taskProperties: [task] },
      }),
    ),
  submit: async (ecsPropertiesOverride) =>
    (
      await batch.send(
        new SubmitJobCommand({
          jobName: 'shop',
          jobQueue: 'test',
          jobDefinition: 'shop',
          ecsPropertiesOverride,
        }),
      )
    ).jobId,
  describe: async (jobId) =>
    (await batch.send(new DescribeJobsCommand({ jobs: [jobId] }))).jobs?.[0],
});

const byCli = (server: TestServer): Client => {
  const aws = new AwsCli(server, undefined, {}, cli);
  return {
    register: (task) =>
      aws.json`batch register-job-definition --job-definition-name shop --type container --parameters code=0 --ecs-properties ${JSON.stringify({ taskProperties: [task] })}`,
    submit: async (override) =>
      (
        (await aws.json`batch submit-job --job-name shop --job-queue test --job-definition shop --ecs-properties-override ${JSON.stringify(override)}`) as JobDetail
      ).jobId,
    describe: async (jobId) =>
      ((await aws.json`batch describe-jobs --jobs ${jobId}`) as { jobs: JobDetail[] }).jobs[0],
  };
};

const cases = [
  ['the SDK', 'host', bySdk, false],
  ['the SDK', 'bridge', bySdk, false],
  ['the AWS CLI', 'bridge', byCli, cli === undefined && 'no AWS CLI here knows ecsProperties'],
] as const;

for (const [title, network, client, lacking] of cases)
  test(
    `a migration fills the database that the main container asks, by ${title} on Docker's network ${network}`,
    { skip: docker.skip || lacking, timeout: 240_000 },
    async () => {
      await using server = await TestServer.start('docker', ['--job-network', network]);
      await server.prepare();
      const { register, submit, describe } = client(server);
      await register({ containers: shop(server.image), volumes: [{ name: 'data' }] });
      const environment = [{ name: 'A', value: 'b' }];
      const jobId =
        (await submit({ taskProperties: [{ containers: [{ name: 'main', environment }] }] })) ?? '';
      await server.whenEnded(jobId);
      const job = await describe(jobId);
      assert.equal(job?.status, 'SUCCEEDED', JSON.stringify(job));
      const shown = containersOf(job);
      const taskId = job?.ecsProperties?.taskProperties?.[0]?.taskArn?.split('/').at(-1);
      const names = ['db', 'migrate', 'main'];
      assert.deepEqual(
        shown.map((one) => [one.name, one.exitCode, one.logStreamName]),
        names.map((name) => [name, 0, `shop/${name}/${taskId}`]),
      );
      assert.deepEqual(shown[2]?.environment, environment);
      assert.equal(job?.container, undefined);
      assert.deepEqual(
        job?.attempts?.[0]?.taskProperties?.[0]?.containers?.map(({ name, exitCode }) => [
          name,
          exitCode,
        ]),
        names.map((name) => [name, 0]),
      );
      const output = [];
      for (const name of names) {
        const { events } = await server.logs.send(
          new GetLogEventsCommand({
            logGroupName: '/aws/batch/job',
            logStreamName: `shop/${name}/${taskId}`,
            startFromHead: true,
          }),
        );
        output.push(...(events ?? []).map(({ message }) => `${name}: ${message}`));
      }
      assert.deepEqual(output, [
        'db: database ends',
        'migrate: migrated',
        'main: volume forty-two',
        'main: database forty-two',
      ]);
      await until('nothing of the job is left on the engine', async () => {
        const of = `label=longshore.instance=${server.instance()}`;
        const left = [
          ['ps', '-aq'],
          ['volume', 'ls', '-q'],
        ].map(
          (list) => spawnSync('docker', [...list, '--filter', of], { encoding: 'utf8' }).stdout,
        );
        return left.join('') === '';
      });
    },
  );

test(
  'Airflow passes overrides on and reads a job that it has tried again, by boto3',
  {
    skip: docker.skip || (python === undefined && 'no boto3 here knows ecsPropertiesOverride'),
    timeout: 240_000,
  },
  async () => {
    await using server = await TestServer.start('docker');
    await server.prepare();
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'shop',
        type: 'container',
        parameters,
        ecsProperties: {
          taskProperties: [{ containers: shop(server.image), volumes: [{ name: 'data' }] }],
        },
        retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: '7', action: 'RETRY' }] },
      }),
    );
    // What BatchOperator passes on of ecs_properties_override, and how its hook reads the job.
    const program = `
import boto3, json, time
batch = boto3.client('batch')
job_id = batch.submit_job(
    jobName='shop', jobQueue='test', jobDefinition='shop', arrayProperties={}, parameters={'code': '7'}, tags={},
    ecsPropertiesOverride={'taskProperties': [{'containers': [{'name': 'main', 'environment': [{'name': 'A', 'value': 'b'}]}]}]},
)['jobId']
while True:
    jobs = [job for job in batch.describe_jobs(jobs=[job_id])['jobs'] if job['jobId'] == job_id]
    assert len(jobs) == 1
    if jobs[0]['status'] in ('SUCCEEDED', 'FAILED'): break
    time.sleep(0.5)
print(json.dumps(jobs[0]))
`;
    const job = JSON.parse(await outputOf(python ?? '', program, server)) as JobDetail;
    assert.equal(job.status, 'FAILED');
    assert.deepEqual(
      job.attempts?.map(({ container, taskProperties }) => [
        container,
        taskProperties?.[0]?.containers?.map(({ name, exitCode }) => [name, exitCode]),
      ]),
      Array.from({ length: 2 }, () => [
        undefined,
        [
          ['db', 0],
          ['migrate', 0],
          ['main', 7],
        ],
      ]),
    );
    assert.equal(job.statusReason, 'Essential container in task exited');
  },
);

/** Of a program that runs beside the server. */
async function outputOf(command: string, program: string, server: TestServer): Promise<string> {
  const { stdout } = await promisify(execFile)(command, ['-c', program], {
    env: server.environment,
  });
  return stdout;
}

test(
  'containers as plain processes reach each other, and the others are stopped with the essential one',
  { timeout: 120_000 },
  async () => {
    await using server = await TestServer.start('process');
    await server.prepare();
    const node = (script: string): string[] => [process.execPath, '-e', script];
    const listen =
      "const server = require('net').createServer((socket) => socket.end('from the side')).listen(0, '127.0.0.1', () => require('fs').writeFileSync(process.env.PORT_FILE, String(server.address().port)))";
    const portFile = `${server.dataDir}/port`;
    const ask =
      "const fs = require('fs'); const ask = () => fs.existsSync(process.env.PORT_FILE) && fs.readFileSync(process.env.PORT_FILE, 'utf8') ? require('net').connect(Number(fs.readFileSync(process.env.PORT_FILE, 'utf8')), '127.0.0.1').on('data', (data) => { console.log(String(data)); process.exit(0) }) : setTimeout(ask, 50); ask()";
    const environment = [{ name: 'PORT_FILE', value: portFile }];
    await server.batch.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName: 'pair',
        type: 'container',
        ecsProperties: {
          taskProperties: [
            {
              containers: [
                {
                  name: 'side',
                  image: 'unused',
                  essential: false,
                  command: node(listen),
                  environment,
                  ...sized,
                },
                {
                  name: 'main',
                  image: 'unused',
                  command: node(ask),
                  environment,
                  dependsOn: [{ containerName: 'side', condition: 'START' }],
                  ...sized,
                },
              ],
            },
          ],
        },
      }),
    );
    const { jobId = '' } = await server.batch.send(
      new SubmitJobCommand({ jobName: 'pair', jobQueue: 'test', jobDefinition: 'pair' }),
    );
    const job = await server.whenEnded(jobId);
    assert.deepEqual(
      [job.status, ...containersOf(job).map(({ exitCode }) => exitCode)],
      ['SUCCEEDED', 143, 0],
    );
  },
);

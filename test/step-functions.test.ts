// Step Functions' `batch:submitJob.sync`, as it goes about it: it submits, and learns of the end by
// the events of a rule that it keeps, and by DescribeJobs. Both here, by somebody who may do what
// AWS's page for that integration says and nothing else. The machine is the test's own.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  BatchClient,
  DescribeJobsCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  type JobDetail,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { must } from '../src/base/assert.ts';
import { JsonEndpoint } from './json-endpoint.ts';
import { account, region, TestServer } from './server.ts';
import { until } from './until.ts';

const managedRule = 'StepFunctionsGetEventsForBatchJobsRule';
const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['batch:SubmitJob', 'batch:DescribeJobs', 'batch:TerminateJob'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      Resource: [`arn:aws:events:${region}:${account}:rule/${managedRule}`],
    },
  ],
};

interface JobEvent {
  readonly 'detail-type': string;
  readonly detail: JobDetail;
}

type Job = Partial<SubmitJobCommandInput>;
const isOver = ({ status }: JobDetail): boolean => status === 'SUCCEEDED' || status === 'FAILED';

describe('a task that waits for a job', () => {
  let server: TestServer;
  let told: JsonEndpoint<JobEvent>;
  let batch: BatchClient;

  before(async () => {
    told = await JsonEndpoint.open<JobEvent>();
    const flags = ['--auth', 'on', '--send-to', `lambda=${told.url}`];
    server = await TestServer.start('fake', flags);
    await server.prepare();
    for (const [name, command] of Object.entries({ ok: ['true'], fails: ['exit', '3'] }))
      await server.register(name, { command });
    const credentials = await machine();
    batch = new BatchClient(server.clientOptions(credentials));
    const events = new EventBridgeClient(server.clientOptions(credentials));
    const EventPattern = JSON.stringify({
      source: ['aws.batch'],
      'detail-type': ['Batch Job State Change'],
    });
    await events.send(new PutRuleCommand({ Name: managedRule, EventPattern }));
    const Arn = `arn:aws:lambda:${region}:${account}:function:step-functions`;
    await events.send(
      new PutTargetsCommand({ Rule: managedRule, Targets: [{ Id: 'step-functions', Arn }] }),
    );
    const rule = await events.send(new DescribeRuleCommand({ Name: managedRule }));
    assert.equal(rule.State, 'ENABLED');
    events.destroy();
  });
  after(async () => {
    batch.destroy();
    await server[Symbol.asyncDispose]();
    await told[Symbol.asyncDispose]();
  });

  /** Keys of a user who may do what the page says. */
  async function machine(): Promise<{ accessKeyId: string; secretAccessKey: string }> {
    const iam = new IAMClient(server.clientOptions());
    const UserName = 'machine';
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = JSON.stringify(policy);
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'sync', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    iam.destroy();
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  }

  /** With the variable that tells a job who started it. */
  async function submit(jobDefinition: string, more: Job = {}): Promise<string> {
    const environment = [{ name: 'MANAGED_BY_AWS', value: 'STARTED_BY_STEP_FUNCTIONS' }];
    const { jobId } = await batch.send(
      new SubmitJobCommand({
        jobName: 'task',
        jobQueue: 'test',
        jobDefinition,
        containerOverrides: { environment },
        ...more,
      }),
    );
    return must(jobId, 'an id');
  }

  async function described(jobId: string): Promise<JobDetail> {
    const { jobs } = await batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
    return must(jobs?.[0], 'a job');
  }

  const byAsking = (jobId: string): Promise<JobDetail> =>
    until(`job ${jobId} to end`, async () => {
      const job = await described(jobId);
      return isOver(job) && job;
    });

  /** Its event may have come before the answer to its submission. */
  const byEvent = (jobId: string): Promise<JobDetail> =>
    until(`the end of ${jobId} to be told`, () => {
      const ends = told.done.filter(({ detail }) => detail.jobId === jobId && isOver(detail));
      return ends[0]?.detail;
    });

  /** Both ways lead to one end, and tell the same of it. */
  async function run(jobDefinition: string, more: Job = {}): Promise<JobDetail> {
    const jobId = await submit(jobDefinition, more);
    const [asked, heard] = await Promise.all([byAsking(jobId), byEvent(jobId)]);
    assert.deepEqual(heard, JSON.parse(JSON.stringify(asked)));
    return heard;
  }

  it('goes on with the job when it succeeds', async () => {
    const job = await run('ok');
    assert.deepEqual([job.status, job.container?.exitCode], ['SUCCEEDED', 0]);
  });

  it('fails with the job as its cause', async () => {
    const job = await run('fails', { retryStrategy: { attempts: 2 } });
    assert.equal(job.status, 'FAILED');
    assert.deepEqual(
      job.attempts?.map(({ container }) => container?.exitCode),
      [3, 3],
    );
  });

  it('waits for all children of an array, and hears of the array itself once', async () => {
    for (const [definition, status, counts] of [
      ['ok', 'SUCCEEDED', { SUCCEEDED: 3 }],
      ['fails', 'FAILED', { FAILED: 3 }],
    ] as const) {
      const job = await run(definition, { arrayProperties: { size: 3 } });
      assert.equal(job.status, status);
      const summary = Object.entries(job.arrayProperties?.statusSummary ?? {});
      assert.deepEqual(Object.fromEntries(summary.filter(([, count]) => count > 0)), counts);
      const ends = (): JobDetail[] => told.done.map(({ detail }) => detail).filter(isOver);
      await until('the ends of all children to be told', () => {
        const ofChildren = ends().filter(({ jobId = '' }) => jobId.startsWith(`${job.jobId}:`));
        return ofChildren.length === 3;
      });
      assert.equal(ends().filter(({ jobId }) => jobId === job.jobId).length, 1);
    }
  });

  it('hears of a job that has ended before anybody waits for it', async () => {
    const { jobId: failed = '' } = await run('fails');
    // It waits for one that has failed already, and fails in the turn that takes it.
    const job = await run('ok', { dependsOn: [{ jobId: failed }] });
    assert.equal(job.status, 'FAILED');
    assert.match(job.statusReason ?? '', /Dependent Job failed/);
  });

  it('ends its job when it is stopped itself', async () => {
    const jobId = await submit('ok', { containerOverrides: { command: ['sleep', '3600'] } });
    await server.whenStatus(jobId, 'RUNNING');
    const reason = 'Execution aborted by Step Functions';
    await batch.send(new TerminateJobCommand({ jobId, reason }));
    const job = await byEvent(jobId);
    assert.deepEqual([job.status, job.statusReason], ['FAILED', reason]);
  });

  it('misses no end though the server is killed in between', async () => {
    const jobId = await submit('ok', { containerOverrides: { command: ['sleep', '0.2'] } });
    await server.kill('SIGKILL');
    await server.restart();
    const job = await byEvent(jobId);
    assert.ok(isOver(job));
  });
});

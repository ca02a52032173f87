// EventBridge Scheduler through the AWS CLI against the real program: a schedule submits a job at
// once, is shown, changed and kept over a kill, and goes with its group.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { account, region, TestServer } from './server.ts';
import { until } from './until.ts';

const own = `arn:aws:scheduler:${region}:${account}`;

test(
  'the AWS CLI makes schedules that submit jobs',
  { skip: requirement('awscli').skip },
  async () => {
    await using server = await TestServer.start('fake');
    const cli = new AwsCli(server);
    const json = async (text: Promise<string>) => JSON.parse(await text) as Record<string, unknown>;
    const jobQueue = 'test';
    await server.prepare(jobQueue);
    const jobDefinition = await server.register('d', { command: ['true'] });
    const target = JSON.stringify({
      Arn: 'arn:aws:scheduler:::aws-sdk:batch:submitJob',
      RoleArn: `arn:aws:iam::${account}:role/clock`,
      Input: JSON.stringify({
        JobName: 'by-the-clock',
        JobQueue: jobQueue,
        JobDefinition: jobDefinition,
        Parameters: { attempt: '<aws.scheduler.attempt-number>' },
      }),
    });
    const off = '{"Mode": "OFF"}';
    await cli.text`scheduler create-schedule-group --name g --tags Key=team,Value=red`;
    assert.deepEqual(
      await json(
        cli.text`scheduler create-schedule --name s --group-name g --schedule-expression ${'rate(1 hour)'} --flexible-time-window ${off} --target ${target}`,
      ),
      { ScheduleArn: `${own}:schedule/g/s` },
    );
    await until('the job to succeed', async () => {
      const listed = cli.text`batch list-jobs --job-queue ${jobQueue} --job-status SUCCEEDED`;
      const { jobSummaryList } = (await json(listed)) as { jobSummaryList: { jobName: string }[] };
      return jobSummaryList.some(({ jobName }) => jobName === 'by-the-clock');
    });
    await cli.text`scheduler update-schedule --name s --group-name g --schedule-expression ${'cron(0 9 ? * MON-FRI *)'} --schedule-expression-timezone Europe/Berlin --flexible-time-window ${off} --target ${target}`;
    await server.kill('SIGKILL');
    await server.restart();
    const shown = await json(cli.text`scheduler get-schedule --name s --group-name g`);
    assert.equal(shown['ScheduleExpressionTimezone'], 'Europe/Berlin');
    const { code, stderr } =
      await cli.run`scheduler create-schedule --name t --schedule-expression ${'rate(1 second)'} --flexible-time-window ${off} --target ${target}`;
    assert.equal(code, 254);
    assert.match(
      stderr,
      /\(ValidationException\) .*: Invalid Schedule Expression rate\(1 second\)\./,
    );
    const tags = cli.text`scheduler list-tags-for-resource --resource-arn ${`${own}:schedule-group/g`}`;
    assert.deepEqual(await json(tags), { Tags: [{ Key: 'team', Value: 'red' }] });
    await cli.text`scheduler delete-schedule-group --name g`;
    assert.deepEqual(await json(cli.text`scheduler list-schedules`), { Schedules: [] });
  },
);

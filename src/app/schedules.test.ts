// Jobs by the clock, through the whole product: a week in which clocks change and the server is
// away for some hours, in which every job is submitted once and on time; and schedules that may do
// what their role may, and no more.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as iam from '@aws-sdk/client-iam';
import * as scheduler from '@aws-sdk/client-scheduler';
import { account } from '../../test/house/caller.ts';
import { CheckedServer, policyOf } from '../../test/house/checked-server.ts';
import { eventsCaller } from '../../test/house/events-caller.ts';
import { Rig } from '../../test/house/rig.ts';
import { schedulerCaller } from '../../test/house/scheduler-caller.ts';

const hour = 3_600_000;
const RoleArn = `arn:aws:iam::${account}:role/clock`;
const queue = `arn:aws:batch:eu-west-1:${account}:job-queue/q`;
const submitJob = 'arn:aws:scheduler:::aws-sdk:batch:submitJob';

it('submits jobs on time over a week with a change of clocks', async () => {
  const jobs: string[] = [];
  const noting = (of: Rig): Rig => {
    of.sent.push = (...asked) => {
      for (const one of asked)
        if (one.type === 'submit-job')
          jobs.push(
            `${one.request.jobName} ${new Date(of.clock.now()).toISOString().slice(5, 16)}`,
          );
      return 0;
    };
    return of;
  };
  let rig = noting(await Rig.open());
  // A Thursday; on Sunday, at two in the morning, it becomes three in Los Angeles.
  const start = Date.parse('2024-03-07T00:00:00Z');
  rig.clock.setBy(start - rig.clock.now());
  await rig.clock.pass();
  const events = eventsCaller(rig);
  for (const [Name, ScheduleExpression] of [
    ['nightly', 'cron(30 2 * * ? *)'],
    ['workdays', 'cron(0 18 ? * MON-FRI *)'],
  ]) {
    await events('PutRule', { Name, ScheduleExpression });
    const BatchParameters = { JobDefinition: 'd', JobName: Name };
    const Targets = [{ Id: 't', Arn: queue, RoleArn, BatchParameters }];
    await events('PutTargets', { Rule: Name, Targets });
  }
  const schedule = schedulerCaller(rig);
  for (const [Name, ScheduleExpression, ScheduleExpressionTimezone] of [
    ['skipped', 'cron(30 2 * * ? *)', 'America/Los_Angeles'],
    ['morning', 'cron(0 9 * * ? *)', 'America/Los_Angeles'],
    ['paced', 'rate(2 days)', 'America/Los_Angeles'],
    ['once', 'at(2024-03-12T12:00:00)', 'America/Los_Angeles'],
  ])
    await schedule('CreateSchedule', {
      Name,
      ScheduleExpression,
      ScheduleExpressionTimezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: submitJob,
        RoleArn,
        Input: JSON.stringify({ JobName: Name, JobQueue: 'q', JobDefinition: 'd' }),
      },
    });
  const until = async (day: string): Promise<void> =>
    rig.clock.pass(Date.parse(`2024-03-${day}T00:00:00Z`) - rig.clock.now());
  await until('12');
  rig.clock.stall(6 * hour);
  rig = await noting(rig.restart()).up();
  await until('14');
  assert.deepEqual(
    Object.fromEntries(
      [...Map.groupBy(jobs, (text) => text.split(' ')[0] ?? '')].map(([name, all]) => [
        name,
        all.map((text) => text.slice(name.length + 4)),
      ]),
    ),
    {
      nightly: [
        ...['07T02:30', '08T02:30', '09T02:30', '10T02:30', '11T02:30'],
        // Made up for when the server was back.
        ...['12T06:00', '13T02:30'],
      ],
      workdays: ['07T18:00', '08T18:00', '11T18:00', '12T18:00', '13T18:00'],
      skipped: ['07T10:30', '08T10:30', '09T10:30', '11T09:30', '12T09:30', '13T09:30'],
      morning: [
        ...['07T17:00', '08T17:00', '09T17:00'],
        ...['10T16:00', '11T16:00', '12T16:00', '13T16:00'],
      ],
      paced: ['07T00:00', '09T00:00', '11T00:00', '13T00:00'],
      once: ['12T19:00'],
    },
  );
  assert.deepEqual(rig.fatal, []);
});

it('does what the role of a schedule may, and no more', async () => {
  const server = await CheckedServer.open();
  const { rig, root } = server;
  const create = (Name: string) =>
    root(
      scheduler,
      new scheduler.CreateScheduleCommand({
        Name,
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: submitJob,
          RoleArn,
          Input: JSON.stringify({ JobName: Name, JobQueue: 'q', JobDefinition: 'd' }),
          DeadLetterConfig: { Arn: `arn:aws:sqs:eu-west-1:${account}:dead` },
        },
      }),
    );
  const trust = (Principal: object, more: object = {}) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
    });
  await assert.rejects(create('s'), {
    name: 'ValidationException',
    message:
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
  });
  const RoleName = 'clock';
  const AssumeRolePolicyDocument = trust({ Service: 'events.amazonaws.com' });
  await root(iam, new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await assert.rejects(create('s'), { name: 'ValidationException' });
  const PolicyDocument = trust(
    { Service: 'scheduler.amazonaws.com' },
    {
      Condition: {
        StringEquals: {
          'aws:SourceArn': `arn:aws:scheduler:eu-west-1:${account}:schedule-group/default`,
        },
      },
    },
  );
  await root(iam, new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  await create('s');
  await rig.clock.pass(1_000);
  const submitted = (): number => rig.sent.filter(({ type }) => type === 'submit-job').length;
  const letters = (): string[] =>
    rig.elsewhere.calls.map(({ input }) => JSON.stringify(input)).map((text) => text);
  assert.equal(submitted(), 0);
  assert.match(letters()[0] ?? '', /"ERROR_CODE":\{[^}]*"AccessDeniedException"/);
  await root(
    iam,
    new iam.PutRolePolicyCommand({
      RoleName,
      PolicyName: 'p',
      PolicyDocument: policyOf({ Action: 'batch:SubmitJob' }),
    }),
  );
  await rig.clock.pass(60_000);
  assert.equal(submitted(), 1);
  const user = await server.user(
    'u',
    { Action: 'scheduler:*' },
    { Action: 'iam:PassRole', Resource: `${RoleArn}-other` },
  );
  await assert.rejects(
    user(
      scheduler,
      new scheduler.UpdateScheduleCommand({
        Name: 's',
        ScheduleExpression: 'rate(1 day)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: submitJob, RoleArn, Input: '{}' },
      }),
    ),
    { name: 'AccessDeniedException', message: /iam:PassRole/ },
  );
});

// Rules from the event to what comes of it, through the whole product: a job that ends submits
// another one, by the user guide's example; who may not is told so in a dead letter; messages,
// lines and buses get their events; and a server that is killed in between does nothing twice.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as sns from '@aws-sdk/client-sns';
import type { JobId } from '../base/ids.ts';
import type { ServiceCaller } from '../port/own-services.ts';
import { describeJobs } from '../service/batch/job/describe-jobs.ts';
import { account, scope } from '../../test/house/caller.ts';
import { CheckedServer, policyOf } from '../../test/house/checked-server.ts';
import { eventsCaller } from '../../test/house/events-caller.ts';
import { Rig } from '../../test/house/rig.ts';

const queue = `arn:aws:batch:eu-west-1:${account}:job-queue/q`;
const role = `arn:aws:iam::${account}:role/events`;
const as: ServiceCaller = { service: 'test', sourceArn: 'test', scope };

const echo = {
  Id: 'echo',
  Arn: queue,
  RoleArn: role,
  BatchParameters: { JobDefinition: 'echo-parameters', JobName: 'echo' },
  InputTransformer: {
    InputPathsMap: { name: '$.detail.jobName', id: '$.detail.jobId' },
    InputTemplate: '{"Parameters" : {"S3bucket": <name>, "S3key": <id>}}',
  },
};
const pattern = JSON.stringify({
  source: ['aws.batch'],
  detail: { status: ['FAILED'], jobName: ['n'] },
});

/** The jobs that were submitted, but by the test itself. */
const submitted = (rig: Rig): JobId[] =>
  rig.sent.flatMap((one) =>
    one.type === 'submit-job' && one.request.jobName === 'echo' ? [one.jobId] : [],
  );

async function failing(rig: Rig): Promise<JobId> {
  const id = await rig.submit();
  const attempt = rig.attempt(id);
  await rig.started(attempt);
  await rig.exited(attempt, 1);
  await rig.clock.pass();
  return id;
}

/** What a service answers to anybody. */
async function ask<Answer>(rig: Rig, service: string, operation: string, input: object) {
  const call = { service, operation, region: 'eu-west-1', input };
  const answer = await rig.answered(rig.app.ownServices.call(call, as));
  assert.ok('output' in answer, JSON.stringify(answer));
  return answer.output as Answer;
}

interface Letter {
  readonly MessageBody: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly StringValue: string }>>;
}
const isLetter = (input: object): boolean =>
  (input as Partial<Letter>).MessageAttributes?.['ERROR_CODE'] !== undefined;
const lettersOf = (rig: Rig): Letter[] =>
  rig.elsewhere.calls.flatMap(({ input }) => (isLetter(input) ? [input as Letter] : []));

/** What a letter says of what went wrong. */
const told = (letter: Letter | undefined, name: string): string | undefined =>
  letter?.MessageAttributes[name]?.StringValue;

async function withRule(): Promise<Rig> {
  const rig = await Rig.open();
  await rig.define('echo-parameters', { command: ['echo', 'Ref::S3bucket', 'Ref::S3key'] });
  const call = eventsCaller(rig);
  await call('PutRule', { Name: 'failed', EventPattern: pattern });
  await call('PutTargets', { Rule: 'failed', Targets: [echo] });
  return rig;
}

describe('a rule that submits jobs', () => {
  it('submits one for each event, with parameters out of it', async () => {
    const rig = await withRule();
    const id = await failing(rig);
    const [echoed = '', ...more] = submitted(rig);
    assert.deepEqual(more, []);
    const { jobs: [job] = [] } = await rig.call(describeJobs, { jobs: [echoed] });
    assert.deepEqual(job?.parameters, { S3bucket: 'n', S3key: id });
    assert.deepEqual(rig.engine.specs.get(rig.container(echoed as JobId))?.command, [
      'echo',
      'n',
      id,
    ]);
    assert.deepEqual([rig.problems, rig.fatal], [[], []]);
  });

  it('submits none twice, though the server is killed before it notes the first', async () => {
    const rig = await withRule();
    const { commit } = rig.store;
    let isGone = false;
    rig.store.commit = (what) => {
      if (isGone) throw new Error('it is gone');
      const outcomes = commit.call(rig.store, what);
      isGone = submitted(rig).length > 0;
      return outcomes;
    };
    await failing(rig);
    const [first = ''] = submitted(rig);
    assert.ok(isGone);
    rig.store.commit = commit;
    const next = await rig.restart().up();
    await next.clock.pass();
    assert.ok(next.job(first as JobId));
    assert.deepEqual(submitted(next), []);
    assert.deepEqual(next.store.reader.outbox.waitingLanes(), []);
  });

  it('may do what its role may, and no more', async () => {
    const server = await CheckedServer.open();
    const { rig, root } = server;
    await rig.define('echo-parameters');
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: '',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    });
    const RoleName = 'events';
    await root(iam, new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const dead = `arn:aws:sqs:eu-west-1:${account}:dead`;
    await root(events, new events.PutRuleCommand({ Name: 'failed', EventPattern: pattern }));
    const Targets = [{ ...echo, DeadLetterConfig: { Arn: dead } }];
    await root(events, new events.PutTargetsCommand({ Rule: 'failed', Targets }));
    const id = await rig.answered(failing(rig));
    await rig.clock.pass();
    assert.deepEqual(submitted(rig), []);
    const [letter, ...more] = lettersOf(rig);
    assert.deepEqual(more, []);
    const event = JSON.parse(letter?.MessageBody ?? '') as { detail: { jobId: string } };
    assert.equal(event.detail.jobId, id);
    assert.equal(told(letter, 'ERROR_CODE'), 'NO_PERMISSIONS');
    assert.equal(told(letter, 'RETRY_ATTEMPTS'), '0');

    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSBatchServiceEventTargetRole';
    await root(iam, new iam.AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await rig.answered(failing(rig));
    assert.equal(submitted(rig).length, 1);
    assert.equal(lettersOf(rig).length, 1);
  });
});

describe('other targets of this server', () => {
  it('a bus hands the event to its rules, and they to a log group', async () => {
    const rig = await Rig.open();
    const call = eventsCaller(rig);
    await call('CreateEventBus', { Name: 'other' });
    await ask(rig, 'logs', 'CreateLogGroup', { logGroupName: '/aws/events/all' });
    const bus = (name: string) => `arn:aws:events:eu-west-1:${account}:event-bus/${name}`;
    await call('PutRule', { Name: 'on', EventPattern: pattern });
    await call('PutTargets', { Rule: 'on', Targets: [{ Id: 'bus', Arn: bus('other') }] });
    await call('PutRule', { Name: 'back', EventBusName: 'other', EventPattern: pattern });
    await call('PutTargets', {
      Rule: 'back',
      EventBusName: 'other',
      Targets: [
        { Id: 'log', Arn: `arn:aws:logs:eu-west-1:${account}:log-group:/aws/events/all` },
        {
          Id: 'bus',
          Arn: bus('default'),
          DeadLetterConfig: { Arn: `arn:aws:sqs:eu-west-1:${account}:dead` },
        },
      ],
    });
    const id = await failing(rig);
    await rig.clock.pass();
    const { events: lines = [] } = await ask<FilterLogEventsResponse>(
      rig,
      'logs',
      'FilterLogEvents',
      { logGroupName: '/aws/events/all' },
    );
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0]?.message ?? '') as { detail: { jobId: string } };
    assert.equal(line.detail.jobId, id);
    const [letter] = lettersOf(rig);
    assert.equal(told(letter, 'ERROR_CODE'), 'THIRD_ACCOUNT_HOP_DETECTED');
    assert.deepEqual(JSON.parse(letter?.MessageBody ?? ''), line, 'it tells of no hop');
  });

  it('a topic gets a message, where its policy lets EventBridge publish', async () => {
    const server = await CheckedServer.open();
    const { rig, root } = server;
    const { TopicArn } = await root(sns, new sns.CreateTopicCommand({ Name: 'news' }));
    const arn = String(TopicArn);
    await root(
      sns,
      new sns.SubscribeCommand({
        TopicArn: arn,
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:eu-west-1:${account}:news`,
      }),
    );
    const dead = `arn:aws:sqs:eu-west-1:${account}:dead`;
    await root(events, new events.PutRuleCommand({ Name: 'failed', EventPattern: pattern }));
    const Targets = [{ Id: 't', Arn: arn, DeadLetterConfig: { Arn: dead } }];
    await root(events, new events.PutTargetsCommand({ Rule: 'failed', Targets }));
    await rig.answered(failing(rig));
    assert.equal(told(lettersOf(rig)[0], 'ERROR_CODE'), 'NO_PERMISSIONS');
    const Policy = policyOf({
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: arn,
    });
    await root(
      sns,
      new sns.SetTopicAttributesCommand({
        TopicArn: arn,
        AttributeName: 'Policy',
        AttributeValue: Policy,
      }),
    );
    await rig.answered(failing(rig));
    assert.equal(lettersOf(rig).length, 1);
    const sent = rig.elsewhere.calls.filter(({ input }) => !isLetter(input));
    const waiting = rig.store.reader.outbox.waitingLanes();
    assert.match(JSON.stringify([sent, waiting]), /news/);
  });
});

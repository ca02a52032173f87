// What becomes of events at the targets that this server has itself, over the whole product: jobs
// by the user guide's own example, lines of a log group, other buses; and what is said of those
// that do not arrive.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  DescribeLogStreamsResponse,
  FilterLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import { scopeOf, type JobId } from '../../../base/ids.ts';
import type { Delivery, NewBusEvent, NewDelivery } from '../../../port/delivery.ts';
import { describeJobs } from '../../batch/job/describe-jobs.ts';
import { targetLane } from '../rule/rule-book.ts';
import type { SnsDeps } from '../../sns/deps.ts';
import type { EventsDeps } from '../deps.ts';
import { account, scope } from '../../../../test/house/caller.ts';
import { CheckedServer, policyOf } from '../../../../test/house/checked-server.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { deliveryBody } from './hops.ts';
import { RuleTargetSender } from './rule-target-sender.ts';
import { targetSenders } from './senders.ts';

const queue = `arn:aws:batch:eu-west-1:${account}:job-queue/q`;
const role = `arn:aws:iam::${account}:role/invoke`;
const dead = `arn:aws:sqs:eu-west-1:${account}:dead`;
const other = '999999999999';
const event = {
  version: '0',
  id: 'e1',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.s3',
  account,
  time: '2023-11-14T22:13:20Z',
  region: 'eu-west-1',
  resources: [],
  detail: { requestParameters: { bucketName: 'my-bucket', key: 'in/"a".csv' } },
};

/** A rule with one target, and what sends to it. */
class Scene {
  readonly rig: Rig;
  readonly put: NewBusEvent[] = [];
  readonly sender: RuleTargetSender;
  /** What putting events on buses fails with. */
  fault: Error | undefined;
  readonly faults: unknown[] = [];
  #number = 0;

  constructor(rig: Rig) {
    this.rig = rig;
    const { ownServices: own, ruleBook: rules } = rig.app;
    this.sender = new RuleTargetSender({
      rules,
      kinds: targetSenders({
        own,
        elsewhere: rig.elsewhere,
        http: rig.http,
        sealer: rig.sealer,
        clock: rig.clock,
        events: rig.depsOf<EventsDeps>('events').space,
        topics: rig.depsOf<SnsDeps>('sns').space,
        intake: {
          put: (all) => {
            if (this.fault !== undefined) return Promise.reject(this.fault);
            this.put.push(...all);
            return Promise.resolve();
          },
        },
      }),
      onFault: (error) => void this.faults.push(error),
    });
  }

  static async open(Target: object): Promise<Scene> {
    const rig = await Rig.open();
    const call = eventsCaller(rig);
    await call('PutRule', { Name: 'r', EventPattern: '{"source":["aws.s3"]}' });
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', ...Target }] });
    return new Scene(rig);
  }

  delivery(body = JSON.stringify(event)): Delivery {
    return {
      scope,
      lane: { kind: 'rule-target', id: targetLane({ bus: 'default', name: 'r' }, 't') },
      sinceMs: this.rig.clock.now(),
      body,
      number: ++this.#number,
      attempts: 0,
    };
  }

  send(delivery = this.delivery()) {
    return this.rig.answered(this.sender.send(delivery, new AbortController().signal));
  }

  /** The jobs that were submitted. */
  get jobs(): JobId[] {
    return this.rig.sent.flatMap((one) => (one.type === 'submit-job' ? [one.jobId] : []));
  }

  /** What CloudWatch Logs answers. */
  async logs<Answer>(operation: string, input: object): Promise<Answer> {
    const own = this.rig.app.ownServices;
    const call = { service: 'logs', operation, region: 'eu-west-1', input };
    const as = { service: 'test', sourceArn: 'test', scope };
    const answer = await this.rig.answered(own.call(call, as));
    assert.ok('output' in answer);
    return answer.output as Answer;
  }

  async job() {
    const [id = '', ...more] = this.jobs;
    assert.deepEqual(more, []);
    const { jobs = [] } = await this.rig.call(describeJobs, { jobs: [id] });
    return jobs[0];
  }
}

const batch = (more: object = {}): object => ({
  Arn: queue,
  RoleArn: role,
  BatchParameters: { JobDefinition: 'd', JobName: 'n' },
  ...more,
});

/** A server that verifies, whose rule leads to a target by a role that may do so much. */
async function checked(
  statement: object,
  target: object = batch({ DeadLetterConfig: { Arn: dead } }),
  service = 'events.amazonaws.com',
): Promise<Scene> {
  const server = await CheckedServer.open();
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: '', Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
    ],
  });
  const RoleName = 'invoke';
  const PolicyDocument = policyOf(statement);
  await server.root(iam, new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await server.root(
    iam,
    new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }),
  );
  const EventPattern = '{"source":["aws.s3"]}';
  await server.root(events, new events.PutRuleCommand({ Name: 'r', EventPattern }));
  const Targets = [{ Id: 't', ...target }] as events.Target[];
  await server.root(events, new events.PutTargetsCommand({ Rule: 'r', Targets }));
  return new Scene(server.rig);
}

describe('a job queue', () => {
  it('gets a job with parameters of the event, as the user guide has it', async () => {
    const scene = await Scene.open(
      batch({
        BatchParameters: { JobDefinition: 'echo-parameters', JobName: 'echo' },
        InputTransformer: {
          InputPathsMap: {
            S3BucketValue: '$.detail.requestParameters.bucketName',
            S3KeyValue: '$.detail.requestParameters.key',
          },
          InputTemplate: '{"Parameters" : {"S3bucket": <S3BucketValue>, "S3key": <S3KeyValue>}}',
        },
      }),
    );
    await scene.rig.define('echo-parameters', {
      command: ['echo', 'Ref::S3bucket', 'Ref::S3key'],
    });
    assert.equal(await scene.send(), undefined);
    const job = await scene.job();
    assert.equal(job?.jobName, 'echo');
    assert.deepEqual(job?.parameters, { S3bucket: 'my-bucket', S3key: 'in/"a".csv' });
  });

  it('takes nothing of the event itself, but all that its input says', async () => {
    const plain = await Scene.open(
      batch({
        BatchParameters: {
          JobDefinition: 'd',
          JobName: 'n',
          ArrayProperties: { Size: 3 },
          RetryStrategy: { Attempts: 2 },
        },
      }),
    );
    assert.equal(await plain.send(), undefined);
    const job = await plain.job();
    assert.deepEqual(job?.parameters, {});
    assert.equal(job?.arrayProperties?.size, 3);
    assert.equal(job?.retryStrategy?.attempts, 2);

    const Input = JSON.stringify({
      JobName: 'not-this',
      jobQueue: 'nor-that',
      Parameters: { a: '1' },
      ContainerOverrides: { Command: ['echo'], Environment: [{ Name: 'A', Value: 'b' }] },
      RetryStrategy: { Attempts: 4 },
      ShareIdentifier: '',
    });
    const said = await Scene.open(batch({ Input }));
    assert.equal(await said.send(), undefined);
    const overridden = await said.job();
    assert.equal(overridden?.jobName, 'n');
    assert.deepEqual(overridden?.parameters, { a: '1' });
    assert.deepEqual(overridden?.container?.command, ['echo']);
    assert.deepEqual(overridden?.container?.environment, [{ name: 'A', value: 'b' }]);
    assert.equal(overridden?.retryStrategy?.attempts, 4);
  });

  it('gets one job of an event, however often that comes', async () => {
    const scene = await Scene.open(batch());
    const delivery = scene.delivery();
    assert.equal(await scene.send(delivery), undefined);
    assert.equal(await scene.send(delivery), undefined);
    const [id] = scene.jobs;
    assert.equal(scene.jobs.length, 1);
    await scene.rig.terminate(id as JobId);
    assert.equal(await scene.send(delivery), undefined);
    // Held against its rule once more, after a crash, the event is another delivery.
    assert.equal(await scene.send(scene.delivery()), undefined);
    assert.equal(scene.jobs.length, 1);
    for (const eventId of ['2', '3'])
      await scene.send(scene.delivery(JSON.stringify({ ...event, id: eventId })));
    assert.equal(new Set(scene.jobs).size, 3);
  });

  it('that cannot take it says why', async () => {
    const code = async (target: object) => {
      const failure = await (await Scene.open(target)).send();
      return [failure?.code, failure?.isFinal];
    };
    assert.deepEqual(await code(batch({ Input: '"text"' })), ['INVALID_JSON', true]);
    assert.deepEqual(await code(batch({ InputPath: '$.detail.none' })), ['INVALID_JSON', true]);
    assert.deepEqual(await code(batch({ Input: '{"Timeout":"soon"}' })), [
      'INVALID_PARAMETER',
      true,
    ]);
    const without = { JobDefinition: 'none', JobName: 'n' };
    assert.deepEqual(await code(batch({ BatchParameters: without })), ['NO_RESOURCE', true]);
  });
});

describe('a role', () => {
  it('that may submit jobs is all that is needed', async () => {
    const scene = await checked({ Action: ['batch:SubmitJob'] });
    assert.equal(await scene.send(), undefined);
    assert.equal(scene.jobs.length, 1);
  });

  it('that may not leads to a dead letter which says so', async () => {
    const scene = await checked({ Action: 'batch:ListJobs' });
    const delivery = scene.delivery();
    const failure = await scene.send(delivery);
    assert.ok(failure?.isFinal);
    const letter = scene.sender.insteadOf(delivery, failure, 'final') as NewDelivery;
    assert.deepEqual(letter.lane, { kind: 'dead-letter', id: dead });
    const { message, attributes } = JSON.parse(letter.body) as {
      message: string;
      attributes: Record<string, { StringValue: string }>;
    };
    assert.deepEqual(JSON.parse(message), event);
    const told = (name: string): string | undefined => attributes[name]?.StringValue;
    assert.equal(told('ERROR_CODE'), 'NO_PERMISSIONS');
    assert.match(
      told('ERROR_MESSAGE') ?? '',
      /assumed-role\/invoke\/[0-9a-f]{32} is not authorized to perform: batch:SubmitJob/,
    );
    assert.equal(told('RULE_ARN'), `arn:aws:events:eu-west-1:${account}:rule/r`);
    assert.equal(told('TARGET_ARN'), queue);
    assert.equal(told('RETRY_ATTEMPTS'), '0');
    assert.equal(told('EXHAUSTED_RETRY_CONDITION'), undefined);
  });

  it('that does not trust EventBridge is not taken on', async () => {
    const scene = await checked({ Action: '*' }, batch(), 'scheduler.amazonaws.com');
    const failure = await scene.send();
    assert.deepEqual([failure?.code, failure?.isFinal], ['FAILED_TO_ASSUME_ROLE', true]);
  });
});

describe('a log group', () => {
  const group = '/aws/events/all';
  const arn = `arn:aws:logs:eu-west-1:${account}:log-group:${group}`;

  it('gets a line of each event, in a stream of the rule’s', async () => {
    const scene = await Scene.open({ Arn: arn });
    await scene.logs('CreateLogGroup', { logGroupName: group });
    const first = scene.delivery();
    const more = Array.from({ length: 20 }, (_, at) =>
      scene.delivery(JSON.stringify({ ...event, id: `more-${at}` })),
    );
    const signal = new AbortController().signal;
    const failures = await scene.rig.answered(
      Promise.all([first, ...more].map((each) => scene.sender.send(each, signal))),
    );
    assert.deepEqual(new Set(failures), new Set([undefined]));
    const { events: lines = [] } = await scene.logs<FilterLogEventsResponse>('FilterLogEvents', {
      logGroupName: group,
    });
    assert.equal(lines.length, 21);
    assert.deepEqual(JSON.parse(lines[0]?.message ?? ''), event);
    assert.equal(lines[0]?.timestamp, Date.parse(event.time));
    const { logStreams = [] } = await scene.logs<DescribeLogStreamsResponse>('DescribeLogStreams', {
      logGroupName: group,
    });
    assert.equal(logStreams.length, 1);
    assert.match(logStreams[0]?.logStreamName ?? '', /^r-[0-9a-f-]{36}$/);
  });

  it('gets the line that a transformer makes', async () => {
    const scene = await Scene.open({
      Arn: arn,
      InputTransformer: {
        InputPathsMap: { key: '$.detail.requestParameters.key', time: '$.time' },
        InputTemplate: '{"timestamp": <time>, "message": <key>}',
      },
    });
    await scene.logs('CreateLogGroup', { logGroupName: group });
    assert.equal(await scene.send(), undefined);
    const { events: [line] = [] } = await scene.logs<FilterLogEventsResponse>('FilterLogEvents', {
      logGroupName: group,
    });
    assert.equal(line?.message, 'in/"a".csv');
    assert.equal(line?.timestamp, Date.parse(event.time));
  });

  it('that is not there, or takes no line of that time, says so', async () => {
    const scene = await Scene.open({ Arn: arn });
    assert.equal((await scene.send())?.code, 'NO_RESOURCE');
    await scene.logs('CreateLogGroup', { logGroupName: group });
    const old = JSON.stringify({ ...event, time: '2023-10-01T00:00:00Z' });
    const failure = await scene.send(scene.delivery(old));
    assert.deepEqual([failure?.code, failure?.isFinal], ['ERROR_FROM_TARGET', true]);
    assert.equal(await scene.send(), undefined);
  });
});

describe('another bus', () => {
  const bus = (of = account, region = 'eu-west-1') =>
    `arn:aws:events:${region}:${of}:event-bus/default`;

  it('gets the event as it is, and hands it on no further', async () => {
    const near = await Scene.open({ Arn: bus(other) });
    assert.equal(await near.send(), undefined);
    const [put] = near.put;
    assert.deepEqual(put?.event, event);
    assert.equal(put?.scope, scopeOf(other, 'eu-west-1'));
    const again = deliveryBody(JSON.stringify(event), put?.hops);
    assert.equal((await near.send(near.delivery(again)))?.code, 'THIRD_ACCOUNT_HOP_DETECTED');

    const far = await Scene.open({ Arn: bus(account, 'us-east-1'), RoleArn: role });
    assert.equal(await far.send(far.delivery(again)), undefined);
    const beyond = deliveryBody(JSON.stringify(event), far.put[0]?.hops);
    assert.equal((await far.send(far.delivery(beyond)))?.code, 'THIRD_REGION_HOP_DETECTED');
  });

  it('that is not there says so', async () => {
    const scene = await Scene.open({ Arn: bus().replace('default', 'none') });
    assert.equal((await scene.send())?.code, 'NO_RESOURCE');
  });

  it('is tried again after a fault of ours, which is told to the operator alone', async () => {
    const scene = await Scene.open({ Arn: bus() });
    scene.fault = new Error('hush');
    const failure = await scene.send();
    assert.deepEqual([failure?.code, failure?.isFinal], ['INTERNAL_ERROR', false]);
    assert.ok(!failure?.message.includes('hush'));
    assert.deepEqual(scene.faults, [scene.fault]);
  });
});

describe('a target elsewhere', () => {
  const stream = `arn:aws:kinesis:eu-west-1:${account}:stream/s`;
  const keyOf = async (Target: object): Promise<unknown> => {
    const scene = await Scene.open({ Arn: stream, RoleArn: role, ...Target });
    assert.equal(await scene.send(), undefined);
    const [call] = scene.rig.elsewhere.calls;
    assert.equal(call?.operation, 'PutRecord');
    return (call.input as { PartitionKey: unknown }).PartitionKey;
  };

  it('gets what the target makes of the event, with what that says', async () => {
    assert.equal(await keyOf({}), event.id);
    const at = (PartitionKeyPath: string) => keyOf({ KinesisParameters: { PartitionKeyPath } });
    assert.equal(await at('$.source'), 'aws.s3');
    assert.equal(await at('$.detail.none'), event.id);
    assert.equal(await at('$.resources'), '[]');
    const scene = await Scene.open({
      Arn: `arn:aws:sqs:eu-west-1:${account}:jobs.fifo`,
      Input: '{"a":1}',
      SqsParameters: { MessageGroupId: 'g' },
    });
    assert.equal(await scene.send(), undefined);
    const [call] = scene.rig.elsewhere.calls;
    assert.deepEqual(call?.input, {
      QueueUrl: `http://127.0.0.1:9324/${account}/jobs.fifo`,
      MessageBody: '{"a":1}',
      MessageGroupId: 'g',
      MessageAttributes: undefined,
    });
  });

  it('is sent nothing that the target’s role may not send', async () => {
    const scene = await checked({ Action: 'batch:SubmitJob' }, { Arn: stream, RoleArn: role });
    const failure = await scene.send();
    assert.equal(failure?.code, 'NO_PERMISSIONS');
    assert.match(failure.message, /not authorized to perform: kinesis:PutRecord on resource/);
    assert.deepEqual(scene.rig.elsewhere.calls, []);
    const allowed = await checked({ Action: 'kinesis:*' }, { Arn: stream, RoleArn: role });
    assert.equal(await allowed.send(), undefined);
  });

  it('may be a topic that is not here', async () => {
    const Arn = `arn:aws:sns:eu-west-1:${account}:news`;
    const scene = await Scene.open({ Arn });
    assert.equal(await scene.send(), undefined);
    assert.equal(scene.rig.elsewhere.calls[0]?.operation, 'Publish');
    scene.rig.elsewhere.place = undefined;
    assert.equal((await scene.send())?.code, 'NO_RESOURCE');
  });
});

it('what leads nowhere any more is dropped, and kept policies are AWS’s', async () => {
  const scene = await Scene.open(batch({ RetryPolicy: { MaximumRetryAttempts: 3 } }));
  const { lane } = scene.delivery();
  assert.deepEqual(scene.sender.policyOf(scope, lane.id), {
    retries: 3,
    maxAgeMs: 86_400_000,
    atOnce: 10,
    perSecond: undefined,
  });
  const before = scene.delivery();
  await eventsCaller(scene.rig)('RemoveTargets', { Rule: 'r', Ids: ['t'] });
  assert.equal(scene.sender.policyOf(scope, lane.id), undefined);
  assert.equal(await scene.send(before), undefined);
  assert.deepEqual(scene.jobs, []);
});

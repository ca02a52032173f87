// Good requests of EventBridge, its Scheduler and SNS, for hostile ones to be made of, and what is
// asked before each attack so that there is something to attack.

import { account, region } from './server.ts';

const events = `arn:aws:events:${region}:${account}`;
const topic = `arn:aws:sns:${region}:${account}:topic`;
const sqs = `arn:aws:sqs:${region}:${account}:letters`;
const archive = `${events}:archive/archive`;
const bus = `${events}:event-bus/default`;
/** An id that the sender replaces by a real one. */
export const someId = '<id>';
const connection = `${events}:connection/connection/${someId}`;
const subscription = `${topic}:${someId}`;

type Requests = Readonly<Record<string, object>>;

const tags = [{ Key: 'a', Value: 'b' }];
const auth = {
  AuthorizationType: 'API_KEY',
  AuthParameters: {
    ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'hush' },
    InvocationHttpParameters: {
      HeaderParameters: [{ Key: 'x-more', Value: 'v', IsValueSecret: true }],
      QueryStringParameters: [{ Key: 'q', Value: 'v' }],
      BodyParameters: [{ Key: 'b', Value: 'v' }],
    },
  },
};
const destination = {
  ConnectionArn: connection,
  InvocationEndpoint: 'http://192.0.2.1/*',
  HttpMethod: 'POST',
  InvocationRateLimitPerSecond: 10,
};
const archived = {
  EventSourceArn: bus,
  EventPattern: '{"source":["my.app"]}',
  RetentionDays: 1,
};
const targets = [
  {
    Id: 'log',
    Arn: `arn:aws:logs:${region}:${account}:log-group:g`,
    InputTransformer: {
      InputPathsMap: { a: '$.detail.a', b: '$.detail.list[0]' },
      InputTemplate: '{"message": <a>, "timestamp": <b>, "all": <aws.events.event>}',
    },
    RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
    DeadLetterConfig: { Arn: sqs },
  },
  {
    Id: 'job',
    Arn: `arn:aws:batch:${region}:${account}:job-queue/test`,
    RoleArn: `arn:aws:iam::${account}:role/events`,
    BatchParameters: {
      JobDefinition: 'test',
      JobName: 'event',
      ArrayProperties: { Size: 2 },
      RetryStrategy: { Attempts: 1 },
    },
    InputPath: '$.detail',
  },
  { Id: 'topic', Arn: topic, Input: '"hello"' },
];
const replay = {
  ReplayName: 'replay',
  EventSourceArn: archive,
  EventStartTime: 0,
  EventEndTime: 1_700_000_000,
  Destination: { Arn: bus, FilterArns: [`${events}:rule/rule`] },
};

export const goodOfEvents: Requests = {
  CancelReplay: { ReplayName: 'replay' },
  CreateApiDestination: { Name: 'second', ...destination },
  CreateArchive: { ArchiveName: 'second', ...archived },
  CreateConnection: { Name: 'second', ...auth },
  CreateEventBus: { Name: 'second', Tags: tags },
  DeauthorizeConnection: { Name: 'connection' },
  DeleteApiDestination: { Name: 'destination' },
  DeleteArchive: { ArchiveName: 'archive' },
  DeleteConnection: { Name: 'connection' },
  DeleteEventBus: { Name: 'bus' },
  DeleteRule: { Name: 'empty' },
  DescribeApiDestination: { Name: 'destination' },
  DescribeArchive: { ArchiveName: 'archive' },
  DescribeConnection: { Name: 'connection' },
  DescribeEventBus: { Name: bus },
  DescribeReplay: { ReplayName: 'replay' },
  DescribeRule: { Name: 'rule' },
  DisableRule: { Name: 'rule' },
  EnableRule: { Name: 'rule' },
  ListApiDestinations: { NamePrefix: 'd', Limit: 1 },
  ListArchives: { NamePrefix: 'a', Limit: 1 },
  ListConnections: { NamePrefix: 'c', Limit: 1 },
  ListEventBuses: { NamePrefix: 'd', Limit: 1 },
  ListReplays: { NamePrefix: 'r', Limit: 1 },
  ListRuleNamesByTarget: { TargetArn: topic, Limit: 1 },
  ListRules: { NamePrefix: 'r', Limit: 1 },
  ListTagsForResource: { ResourceARN: `${events}:rule/rule` },
  ListTargetsByRule: { Rule: 'rule', Limit: 1 },
  PutEvents: {
    Entries: [
      {
        Source: 'my.app',
        DetailType: 'type',
        Detail: '{"a":{"b":["c",1e400]},"list":["x"]}',
        Resources: ['r'],
        Time: 1,
        EventBusName: 'default',
      },
      { Source: 'my.app', DetailType: 'type', Detail: '{}' },
    ],
  },
  PutPermission: { Action: 'events:PutEvents', Principal: '222222222222', StatementId: 'other' },
  PutRule: {
    Name: 'rule',
    EventPattern:
      '{"source":["my.app",{"prefix":"my."}],"detail":{"a":[{"anything-but":{"wildcard":"x*"}},{"numeric":[">",1]}]}}',
    State: 'ENABLED',
    Tags: tags,
  },
  PutTargets: { Rule: 'rule', Targets: targets },
  RemovePermission: { StatementId: 'other' },
  RemoveTargets: { Rule: 'rule', Ids: ['log'] },
  StartReplay: { ...replay, ReplayName: 'second' },
  TagResource: { ResourceARN: `${events}:rule/rule`, Tags: tags },
  TestEventPattern: {
    EventPattern: '{"source":["a"]}',
    Event:
      '{"id":"1","source":"a","account":"1","time":"2026-01-01T00:00:00Z","region":"r","resources":[],"detail-type":"t","detail":{}}',
  },
  UntagResource: { ResourceARN: `${events}:rule/rule`, TagKeys: ['a'] },
  UpdateApiDestination: { Name: 'destination', ...destination },
  UpdateArchive: { ArchiveName: 'archive', RetentionDays: 2 },
  UpdateConnection: { Name: 'connection', ...auth },
  UpdateEventBus: { Name: 'bus', Description: 'd' },
};

export const groundworkOfEvents: readonly (readonly [operation: string, input: object])[] = [
  ['DeleteApiDestination', { Name: 'second' }],
  ['DeleteConnection', { Name: 'second' }],
  ['CreateEventBus', { Name: 'bus' }],
  ['CreateConnection', { Name: 'connection', ...auth }],
  ['CreateApiDestination', { Name: 'destination', ...destination }],
  ['CreateArchive', { ArchiveName: 'archive', ...archived }],
  ['PutRule', { Name: 'rule', EventPattern: '{"source":["my.app"]}' }],
  ['PutRule', { Name: 'empty', EventPattern: '{"source":["none"]}' }],
  ['PutTargets', { Rule: 'rule', Targets: targets }],
  [
    'PutPermission',
    { Action: 'events:PutEvents', Principal: '222222222222', StatementId: 'other' },
  ],
  ['PutEvents', { Entries: [{ Source: 'my.app', DetailType: 't', Detail: '{"a":1}' }] }],
  ['StartReplay', replay],
];

const message = {
  TopicArn: topic,
  Message: '{"default":"a","http":"b"}',
  MessageStructure: 'json',
  Subject: 'subject',
  MessageAttributes: {
    a: { DataType: 'String', StringValue: 'b' },
    n: { DataType: 'Number', StringValue: '1' },
    l: { DataType: 'String.Array', StringValue: '["x",1,null]' },
  },
};

export const goodOfSns: Requests = {
  AddPermission: {
    TopicArn: topic,
    Label: 'label',
    AWSAccountId: ['222222222222'],
    ActionName: ['Publish'],
  },
  ConfirmSubscription: { TopicArn: topic, Token: 'f'.repeat(256) },
  CreateTopic: { Name: 'topic', Attributes: { DisplayName: 'name' }, Tags: tags },
  DeleteTopic: { TopicArn: `${topic}-2` },
  GetSubscriptionAttributes: { SubscriptionArn: subscription },
  GetTopicAttributes: { TopicArn: topic },
  ListSubscriptions: {},
  ListSubscriptionsByTopic: { TopicArn: topic },
  ListTagsForResource: { ResourceArn: topic },
  ListTopics: {},
  Publish: message,
  PublishBatch: {
    TopicArn: topic,
    PublishBatchRequestEntries: [
      { Id: '1', Message: 'a' },
      { Id: '2', Message: 'b', MessageAttributes: message.MessageAttributes },
    ],
  },
  RemovePermission: { TopicArn: topic, Label: 'label' },
  SetSubscriptionAttributes: {
    SubscriptionArn: subscription,
    AttributeName: 'FilterPolicy',
    AttributeValue: '{"a":["b",{"numeric":["<",1]}]}',
  },
  SetTopicAttributes: {
    TopicArn: topic,
    AttributeName: 'DeliveryPolicy',
    AttributeValue:
      '{"http":{"defaultHealthyRetryPolicy":{"numRetries":0,"minDelayTarget":1,"maxDelayTarget":1}}}',
  },
  Subscribe: {
    TopicArn: topic,
    Protocol: 'http',
    Endpoint: 'http://192.0.2.1/',
    ReturnSubscriptionArn: true,
    Attributes: { FilterPolicyScope: 'MessageBody', RawMessageDelivery: 'true' },
  },
  TagResource: { ResourceArn: topic, Tags: tags },
  Unsubscribe: { SubscriptionArn: subscription },
  UntagResource: { ResourceArn: topic, TagKeys: ['a'] },
};

export const groundworkOfSns: readonly (readonly [operation: string, input: object])[] = [
  ['CreateTopic', { Name: 'topic' }],
  ['CreateTopic', { Name: 'topic-2' }],
  ['Subscribe', { TopicArn: topic, Protocol: 'http', Endpoint: 'http://192.0.2.1/' }],
  ['Subscribe', { TopicArn: topic, Protocol: 'sqs', Endpoint: sqs }],
];

const schedule = {
  GroupName: 'group',
  ScheduleExpression: 'cron(0 12 * * ? *)',
  ScheduleExpressionTimezone: 'Europe/Berlin',
  FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
  StartDate: 4_000_000_000,
  Target: {
    Arn: 'arn:aws:scheduler:::aws-sdk:batch:submitJob',
    RoleArn: `arn:aws:iam::${account}:role/clock`,
    Input: '{"JobName":"a","JobQueue":"test","JobDefinition":"test"}',
    RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
    DeadLetterConfig: { Arn: sqs },
  },
};
const now = {
  ...schedule,
  ScheduleExpression: 'rate(1 minute)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  StartDate: undefined,
};
const group = `arn:aws:scheduler:${region}:${account}:schedule-group/group`;

export const goodOfScheduler: Requests = {
  CreateSchedule: { Name: 'second', ...schedule },
  CreateScheduleGroup: { Name: 'third', Tags: tags },
  DeleteSchedule: { Name: 'schedule', GroupName: 'group' },
  DeleteScheduleGroup: { Name: 'second' },
  GetSchedule: { Name: 'schedule', GroupName: 'group' },
  GetScheduleGroup: { Name: 'group' },
  ListScheduleGroups: { NamePrefix: 'g', MaxResults: 1 },
  ListSchedules: { GroupName: 'group', NamePrefix: 's', MaxResults: 1 },
  ListTagsForResource: { ResourceArn: group },
  TagResource: { ResourceArn: group, Tags: tags },
  UntagResource: { ResourceArn: group, TagKeys: ['a'] },
  UpdateSchedule: { Name: 'schedule', ...schedule },
};

export const groundworkOfScheduler: readonly (readonly [operation: string, input: object])[] = [
  ['CreateScheduleGroup', { Name: 'group' }],
  ['CreateScheduleGroup', { Name: 'second' }],
  ['DeleteSchedule', { Name: 'second', GroupName: 'group' }],
  ['CreateSchedule', { Name: 'schedule', ...now }],
];

// What the service authorization reference says of Amazon EventBridge (September 2026), of what is
// built.

import { on, type Reference } from './reference.ts';

const rule = 'rule-on-custom-event-bus rule-on-default-event-bus';
const ofRule = 'events:creatorAccount';
const changing = 'events:creatorAccount events:ManagedBy';

export const events: Reference = {
  types: {
    'api-destination': 'arn:*:events:*:*:api-destination/*',
    alias: 'arn:*:kms:*:*:alias/*',
    archive: 'arn:*:events:*:*:archive/*',
    connection: 'arn:*:events:*:*:connection/*',
    key: 'arn:*:kms:*:*:key/*',
    replay: 'arn:*:events:*:*:replay/*',
    'event-bus': 'arn:*:events:*:*:event-bus/*',
    'rule-on-custom-event-bus': 'arn:*:events:*:*:rule/*/*',
    'rule-on-default-event-bus': 'arn:*:events:*:*:rule/*',
  },
  actions: {
    CancelReplay: on('replay*'),
    CreateApiDestination: on('api-destination* connection*'),
    CreateArchive: on('alias archive* event-bus* key'),
    CreateConnection: on('connection*'),
    CreateEventBus: on('event-bus', 'aws:RequestTag aws:TagKeys'),
    DeauthorizeConnection: on('connection*'),
    DeleteApiDestination: on('api-destination*'),
    DeleteArchive: on('archive*'),
    DeleteConnection: on('connection*'),
    DeleteEventBus: on('event-bus'),
    DeleteRule: on(rule, changing),
    DescribeApiDestination: on('api-destination* connection*'),
    DescribeArchive: on('archive*'),
    DescribeConnection: on('connection*'),
    DescribeEventBus: on('event-bus'),
    DescribeReplay: on('replay*'),
    DescribeRule: on(rule, ofRule),
    DisableRule: on(rule, changing),
    EnableRule: on(rule, changing),
    ListApiDestinations: on(),
    ListArchives: on(),
    ListConnections: on(),
    ListEventBuses: on(),
    ListReplays: on(),
    ListRuleNamesByTarget: on(),
    ListRules: on(),
    ListTagsForResource: on(`event-bus ${rule}`, ofRule),
    ListTargetsByRule: on(rule, ofRule),
    PutEvents: on(
      'event-bus',
      'events:detail-type events:eventBusInvocation events:source events:SystemMetadata',
    ),
    PutPermission: on(),
    PutRule: on(
      rule,
      `${changing} aws:RequestTag aws:TagKeys events:detail-type events:detail.eventTypeCode events:detail.service events:detail.userIdentity.principalId events:source`,
    ),
    PutTargets: on(rule, `${changing} events:TargetArn`),
    RemovePermission: on(),
    RemoveTargets: on(rule, changing),
    StartReplay: on('archive* event-bus* replay*'),
    TagResource: on(`event-bus ${rule}`, `aws:RequestTag aws:TagKeys ${ofRule}`),
    TestEventPattern: on(),
    UntagResource: on(`event-bus ${rule}`, `aws:TagKeys ${ofRule}`),
    UpdateApiDestination: on('api-destination*'),
    UpdateArchive: on('alias archive* key'),
    UpdateConnection: on('connection*'),
    UpdateEventBus: on('event-bus'),
  },
  operations: {
    CreateEventBus: 'events:CreateEventBus events:TagResource',
    PutRule: 'events:PutRule events:TagResource iam:PassRole',
    PutTargets: 'events:PutTargets iam:PassRole',
  },
  members: {
    Destination: { Arn: 'arn:aws:events:eu-west-1:123456789012:event-bus/b' },
    EventSourceArn: 'arn:aws:events:eu-west-1:123456789012:archive/a',
    ConnectionArn: 'arn:aws:events:eu-west-1:123456789012:connection/c/1',
    ResourceARN: 'arn:aws:events:eu-west-1:123456789012:rule/r',
    EventPattern: JSON.stringify({
      source: ['a'],
      'detail-type': ['b'],
      detail: { service: ['c'], eventTypeCode: ['d'], userIdentity: { principalId: ['e'] } },
    }),
    RoleArn: 'arn:aws:iam::123456789012:role/r',
  },
  deviations: {
    'CreateArchive: events:CreateArchive on no event-bus':
      'What is a bus here is an archive of StartReplay, by the same name, and requests are made up alike.',
    'DescribeApiDestination: events:DescribeApiDestination on no connection':
      'Only what is there tells which it is: leave for it is asked then.',
    'PutEvents: events:PutEvents without events:SystemMetadata':
      'It is of events that other operations take.',
    '*: iam:PassRole without iam:AssociatedResourceArn': 'AWS names none for events.',
    '*: events:* without events:ManagedBy':
      'Rules of archives are managed, and what a request says does not tell which they are: nothing changes them but who forces it.',
  },
};

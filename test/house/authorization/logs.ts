// What the service authorization reference says of Amazon CloudWatch Logs (September 2026).

import { on, type Reference } from './reference.ts';

export const logs: Reference = {
  types: {
    'anomaly-detector': 'arn:*:logs:*:*:anomaly-detector:*',
    delivery: 'arn:*:logs:*:*:delivery:*',
    'delivery-destination': 'arn:*:logs:*:*:delivery-destination:*',
    'delivery-source': 'arn:*:logs:*:*:delivery-source:*',
    destination: 'arn:*:logs:*:*:destination:*',
    'log-group': 'arn:*:logs:*:*:log-group:*',
    'log-stream': 'arn:*:logs:*:*:log-group:*:log-stream:*',
    'lookup-table': 'arn:*:logs:*:*:lookup-table:*',
    'scheduled-query': 'arn:*:logs:*:*:scheduled-query:*',
  },
  actions: {
    CreateLogGroup: on('log-group*', 'aws:RequestTag aws:TagKeys'),
    CreateLogStream: on('log-stream*'),
    DeleteLogGroup: on('log-group*'),
    DeleteLogStream: on('log-stream*'),
    DeleteResourcePolicy: on(),
    DeleteRetentionPolicy: on('log-group*'),
    DescribeLogGroups: on(),
    DescribeLogStreams: on('log-group*'),
    DescribeResourcePolicies: on(),
    FilterLogEvents: on('log-group*'),
    GetLogEvents: on('log-stream*'),
    ListTagsForResource: on(
      'anomaly-detector delivery delivery-destination delivery-source destination log-group lookup-table',
    ),
    ListTagsLogGroup: on('log-group*'),
    PutLogEvents: on('log-stream*'),
    PutResourcePolicy: on(),
    PutRetentionPolicy: on('log-group*'),
    TagLogGroup: on('log-group*', 'aws:RequestTag aws:TagKeys'),
    TagResource: on(
      'anomaly-detector delivery delivery-destination delivery-source destination log-group lookup-table scheduled-query',
      'aws:RequestTag aws:TagKeys',
    ),
    UntagLogGroup: on('log-group*', 'aws:TagKeys'),
    UntagResource: on(
      'anomaly-detector delivery delivery-destination delivery-source destination log-group lookup-table scheduled-query',
      'aws:TagKeys',
    ),
  },
  operations: {
    CreateLogGroup: 'logs:CreateLogGroup logs:TagResource',
  },
  members: {
    resourceArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:g',
    logGroupIdentifier: 'g',
  },
  deviations: {
    'DescribeLogGroups: logs:DescribeLogGroups on log-group':
      "So AWS's denials tell it, and so policies name it.",
  },
};

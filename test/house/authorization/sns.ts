// What the service authorization reference says of Amazon SNS (September 2026).

import { on, type Reference } from './reference.ts';

export const sns: Reference = {
  types: {
    topic: 'arn:*:sns:*:*:*',
  },
  actions: {
    AddPermission: on('topic*'),
    ConfirmSubscription: on('topic*'),
    CreateTopic: on('topic*', 'aws:RequestTag aws:TagKeys'),
    DeleteTopic: on('topic*'),
    GetSubscriptionAttributes: on(),
    GetTopicAttributes: on('topic*'),
    ListSubscriptions: on(),
    ListSubscriptionsByTopic: on('topic*'),
    ListTagsForResource: on('topic'),
    ListTopics: on(),
    Publish: on('topic*'),
    RemovePermission: on('topic*'),
    SetSubscriptionAttributes: on(),
    SetTopicAttributes: on('topic*'),
    Subscribe: on('topic*', 'sns:Endpoint sns:Protocol'),
    TagResource: on('topic', 'aws:RequestTag aws:TagKeys'),
    UntagResource: on('topic', 'aws:TagKeys'),
    Unsubscribe: on(),
  },
  operations: {
    CreateTopic: 'sns:CreateTopic sns:TagResource',
    PublishBatch: 'sns:Publish',
  },
  members: {
    TopicArn: 'arn:aws:sns:eu-west-1:123456789012:t',
    TargetArn: 'arn:aws:sns:eu-west-1:123456789012:t',
    ResourceArn: 'arn:aws:sns:eu-west-1:123456789012:t',
    SubscriptionArn: 'arn:aws:sns:eu-west-1:123456789012:t:00000000-0000-0000-0000-000000000000',
  },
  deviations: {
    'Publish: sns:Publish on *': 'A request that names no topic publishes nothing.',
  },
};

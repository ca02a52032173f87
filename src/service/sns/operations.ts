// The operations of Amazon SNS that are built, by AWS's name. Text messages, push to phones and
// data protection are not.

import type { OperationTable } from '../../wire/operation.ts';
import type { SnsDeps } from './deps.ts';
import { publish } from './publish/publish.ts';
import { publishBatch } from './publish/publish-batch.ts';
import { confirmSubscription } from './subscription/confirm-subscription.ts';
import { getSubscriptionAttributes } from './subscription/get-subscription-attributes.ts';
import { listSubscriptions } from './subscription/list-subscriptions.ts';
import { listSubscriptionsByTopic } from './subscription/list-subscriptions-by-topic.ts';
import { setSubscriptionAttributes } from './subscription/set-subscription-attributes.ts';
import { subscribe } from './subscription/subscribe.ts';
import { unsubscribe } from './subscription/unsubscribe.ts';
import { listTagsForResource } from './tag/list-tags-for-resource.ts';
import { tagResource } from './tag/tag-resource.ts';
import { untagResource } from './tag/untag-resource.ts';
import { addPermission } from './topic/add-permission.ts';
import { createTopic } from './topic/create-topic.ts';
import { deleteTopic } from './topic/delete-topic.ts';
import { getTopicAttributes } from './topic/get-topic-attributes.ts';
import { listTopics } from './topic/list-topics.ts';
import { removePermission } from './topic/remove-permission.ts';
import { setTopicAttributes } from './topic/set-topic-attributes.ts';

export const snsOperations: OperationTable<SnsDeps> = {
  AddPermission: addPermission,
  ConfirmSubscription: confirmSubscription,
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  GetTopicAttributes: getTopicAttributes,
  ListSubscriptions: listSubscriptions,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
  ListTagsForResource: listTagsForResource,
  ListTopics: listTopics,
  Publish: publish,
  PublishBatch: publishBatch,
  RemovePermission: removePermission,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  SetTopicAttributes: setTopicAttributes,
  Subscribe: subscribe,
  TagResource: tagResource,
  UntagResource: untagResource,
  Unsubscribe: unsubscribe,
};

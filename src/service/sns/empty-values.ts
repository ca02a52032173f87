// Empty parameters of SNS's forms. An empty optional one is an absent one, but where SNS means
// something by it: an attribute that is taken away, and a subject that is none. It reads no request
// itself.

import type { EmptySays } from '../../wire/schema.ts';

const members = new Set([
  'SetTopicAttributesInput.AttributeValue',
  'SetSubscriptionAttributesInput.AttributeValue',
  'PublishInput.Subject',
  'PublishBatchRequestEntry.Subject',
  'MessageAttributeValue.StringValue',
]);

export const emptySays: EmptySays = (structure, member) => members.has(`${structure}.${member}`);

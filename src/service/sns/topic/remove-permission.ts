// RemovePermission: a statement of the topic's policy, by its label.

import type {
  RemovePermissionCommandInput,
  RemovePermissionCommandOutput,
} from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { changeTopic, type SnsOperation } from '../deps.ts';
import { withoutPermission } from './policy.ts';

export const removePermission: SnsOperation<
  RemovePermissionCommandInput,
  RemovePermissionCommandOutput
> = {
  authorizes: (input) => onTopic('RemovePermission', input.TopicArn),

  async handle(deps, input, context) {
    await changeTopic(deps, input.TopicArn, context, (topic, scope) =>
      withoutPermission(scope, topic, input.Label ?? ''),
    );
    return {};
  },
};

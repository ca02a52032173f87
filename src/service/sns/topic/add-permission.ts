// AddPermission: a statement in the topic's policy that lets accounts take actions.

import type { AddPermissionCommandInput, AddPermissionCommandOutput } from '@aws-sdk/client-sns';
import { onTopic } from '../access.ts';
import { changeTopic, type SnsOperation } from '../deps.ts';
import { invalidParameter } from '../error.ts';
import { withPermission } from './policy.ts';

export const addPermission: SnsOperation<AddPermissionCommandInput, AddPermissionCommandOutput> = {
  authorizes: (input) => onTopic('AddPermission', input.TopicArn),

  async handle(deps, input, context) {
    const { Label: label = '', AWSAccountId: accounts = [], ActionName: names = [] } = input;
    if (!/^[\w-]{1,80}$/.test(label)) throw invalidParameter('Label');
    if (accounts.length === 0 || accounts.some((one) => !/^\d{12}$/.test(one)))
      throw invalidParameter('AWSAccountId');
    if (names.length === 0) throw invalidParameter('ActionName');
    await changeTopic(deps, input.TopicArn, context, (topic, scope) =>
      withPermission(scope, topic, { label, accounts, names }),
    );
    return {};
  },
};

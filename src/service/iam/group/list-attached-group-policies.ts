// ListAttachedGroupPolicies: managed policies, by ARN.

import type {
  ListAttachedGroupPoliciesCommandInput,
  ListAttachedGroupPoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { attachedPage } from '../entity/attached.ts';
import { foundGroup, onGroup } from './group.ts';

export const listAttachedGroupPolicies: IamOperation<
  ListAttachedGroupPoliciesCommandInput,
  ListAttachedGroupPoliciesCommandOutput
> = {
  authorizes: (input, context) => onGroup('ListAttachedGroupPolicies', input.GroupName, context),
  handle: async (deps, input, context) =>
    attachedPage(foundGroup(await view(deps, context), input.GroupName), input),
};

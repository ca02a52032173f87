// ListGroupPolicies: the names of inline policies.

import type {
  ListGroupPoliciesCommandInput,
  ListGroupPoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { inlinePage } from '../entity/inline.ts';
import { foundGroup, onGroup } from './group.ts';

export const listGroupPolicies: IamOperation<
  ListGroupPoliciesCommandInput,
  ListGroupPoliciesCommandOutput
> = {
  authorizes: (input, context) => onGroup('ListGroupPolicies', input.GroupName, context),
  handle: async (deps, input, context) =>
    inlinePage(foundGroup(await view(deps, context), input.GroupName), input),
};

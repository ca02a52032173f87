// GetAccountAuthorizationDetails: users, groups, roles and policies with all that they permit.

import type {
  GetAccountAuthorizationDetailsCommandInput,
  GetAccountAuthorizationDetailsCommandOutput,
} from '@aws-sdk/client-iam';
import { onAll } from '../../access.ts';
import { oneOf } from '../check.ts';
import { view, type IamOperation } from '../deps.ts';
import { page } from '../page.ts';
import { detailsOf, entityTypes } from './details.ts';

export const getAccountAuthorizationDetails: IamOperation<
  GetAccountAuthorizationDetailsCommandInput,
  GetAccountAuthorizationDetailsCommandOutput
> = {
  authorizes: () => onAll('iam:GetAccountAuthorizationDetails'),

  async handle(deps, input, context) {
    const only = new Set(input.Filter?.map((one) => oneOf(entityTypes, one, 'filter')));
    const all = detailsOf(await view(deps, context), context).filter(
      ({ type }) => only.size === 0 || only.has(type),
    );
    const { items, ...more } = page(all, ({ key }) => key, input);
    return {
      UserDetailList: items.flatMap((one) => (one.type === 'User' ? [one.show()] : [])),
      GroupDetailList: items.flatMap((one) => (one.type === 'Group' ? [one.show()] : [])),
      RoleDetailList: items.flatMap((one) => (one.type === 'Role' ? [one.show()] : [])),
      Policies: items.flatMap((one) =>
        one.type === 'LocalManagedPolicy' || one.type === 'AWSManagedPolicy' ? [one.show()] : [],
      ),
      ...more,
    };
  },
};

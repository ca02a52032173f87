// CreateUser: who may do nothing yet and has no key.

import type { CreateUserCommandInput, CreateUserCommandOutput } from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { path, tags, userName } from '../check.ts';
import { change, newId, type IamOperation } from '../deps.ts';
import { boundaryIfGiven, ofBoundary } from '../entity/boundary.ts';
import { exists, limitExceeded } from '../error.ts';
import { isSameName } from '../names.ts';
import type { User } from '../resources.ts';
import { creation } from '../show.ts';
import { onUser, putUser, wholeUser } from './user.ts';

export const createUser: IamOperation<CreateUserCommandInput, CreateUserCommandOutput> = {
  authorizes: (input, context) =>
    creation(
      'User',
      input.Tags,
      (action, more) =>
        onUser(action, input.UserName ?? '', context, { ...more, path: input.Path }),
      ofBoundary(input.PermissionsBoundary),
    ),

  async handle(deps, input, context) {
    const name = userName(input.UserName);
    const known = {
      name,
      id: newId(deps.ids, 'AIDA'),
      path: path(input.Path),
      createdAtMs: deps.clock.now(),
      tags: tags(input.Tags),
      attached: [],
      inline: {},
      groups: [],
    };
    return change(deps, context, (draft) => {
      const users = draft.all('user');
      if (users.some(isSameName(name))) throw exists('User', name);
      if (users.length >= limit.iam.users) throw limitExceeded('UsersPerAccount', limit.iam.users);
      const boundary = boundaryIfGiven(draft, input.PermissionsBoundary, context);
      const user: User = { ...known, boundary };
      putUser(draft, user);
      return { User: wholeUser(user, context) };
    });
  },
};

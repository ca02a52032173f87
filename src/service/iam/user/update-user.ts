// UpdateUser: another name or path. Its id, keys, groups and policies stay its own.

import type { UpdateUserCommandInput, UpdateUserCommandOutput } from '@aws-sdk/client-iam';
import { path, userName } from '../check.ts';
import { change, view, type IamOperation } from '../deps.ts';
import { exists } from '../error.ts';
import { isSameName } from '../names.ts';
import { foundUser, onUser, putUser } from './user.ts';

export const updateUser: IamOperation<UpdateUserCommandInput, UpdateUserCommandOutput> = {
  authorizes: ({ UserName: name }, context) => onUser('UpdateUser', name ?? '', context),

  /** Leave is needed for what it becomes as well. */
  async authorizesFound(deps, { UserName: name = '', NewUserName, NewPath }, context) {
    if (NewUserName === undefined && NewPath === undefined) return [];
    const its = NewPath ?? (await view(deps, context)).get('user', name)?.path;
    return onUser('UpdateUser', NewUserName ?? name, context, { path: its });
  },

  async handle(deps, input, context) {
    const newName = input.NewUserName === undefined ? undefined : userName(input.NewUserName);
    const newPath = input.NewPath === undefined ? undefined : path(input.NewPath);
    await change(deps, context, (draft) => {
      const user = foundUser(draft, input.UserName);
      const name = newName ?? user.name;
      const others = draft.all('user').filter((one) => one.name !== user.name);
      if (others.some(isSameName(name))) throw exists('User', name);
      draft.remove('user', user.name);
      putUser(draft, { ...user, name, path: newPath ?? user.path });
      if (name !== user.name)
        for (const key of draft.all('access-key'))
          if (key.user === user.name) draft.put('access-key', key.id, { ...key, user: name });
    });
    return {};
  },
};

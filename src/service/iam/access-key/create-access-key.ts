// CreateAccessKey: of a user, of whoever asks, or of the root. This answer alone has the secret.

import type {
  CreateAccessKeyCommandInput,
  CreateAccessKeyCommandOutput,
} from '@aws-sdk/client-iam';
import { limit } from '../../../core/limit.ts';
import { change, type IamOperation } from '../deps.ts';
import { limitExceeded } from '../error.ts';
import type { AccessKey } from '../resources.ts';
import { foundUser, meantUser, onUser } from '../user/user.ts';
import { aboutKey, keysOf, newKeyId, newSecret, shownKey } from './access-key.ts';

export const createAccessKey: IamOperation<
  CreateAccessKeyCommandInput,
  CreateAccessKeyCommandOutput
> = {
  authorizes: (input, context) => onUser('CreateAccessKey', input.UserName, context),

  async handle(deps, input, context) {
    const user = meantUser(input.UserName, context);
    const { sealer, clock } = deps;
    const id = newKeyId(sealer, context.account);
    const secret = newSecret(sealer);
    const key: AccessKey = {
      id,
      user,
      status: 'Active',
      createdAtMs: clock.now(),
      sealed: sealer.seal(secret, aboutKey(id)),
    };
    await change(deps, context, (draft) => {
      if (user !== undefined) foundUser(draft, user);
      if (keysOf(draft, user).length >= limit.iam.accessKeysPerUser)
        throw limitExceeded('AccessKeysPerUser', limit.iam.accessKeysPerUser);
      draft.put('access-key', id, key);
    });
    const { UserName, Status, CreateDate } = shownKey(key);
    return {
      AccessKey: { UserName, AccessKeyId: id, Status, SecretAccessKey: secret, CreateDate },
    };
  },
};

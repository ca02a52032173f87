// UntagResource: of a secret.

import type {
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { requestTagKeys } from '../access.ts';
import { withoutTags } from '../tag-list.ts';
import { onSecret } from './access.ts';
import { change, usable, type SecretsManagerOperation } from './deps.ts';

export const untagResource: SecretsManagerOperation<
  UntagResourceCommandInput,
  UntagResourceCommandOutput
> = {
  authorizes: (input, context) =>
    onSecret('UntagResource', input, context, () => requestTagKeys(input.TagKeys)),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const secret = usable(deps, draft, context, input.SecretId);
      draft.put('secret', secret.name, {
        ...secret,
        tags: withoutTags(secret.tags, input.TagKeys),
        changedAtMs: deps.clock.now(),
      });
    });
    return {};
  },
};

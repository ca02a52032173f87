// TagResource: of a secret.

import type {
  TagResourceCommandInput,
  TagResourceCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { requestTags, tagsOfList } from '../access.ts';
import { onSecret } from './access.ts';
import { tags } from './check.ts';
import { change, usable, type SecretsManagerOperation } from './deps.ts';

export const tagResource: SecretsManagerOperation<
  TagResourceCommandInput,
  TagResourceCommandOutput
> = {
  authorizes: (input, context) =>
    onSecret('TagResource', input, context, () => requestTags(tagsOfList(input.Tags))),

  async handle(deps, input, context) {
    await change(deps, context, (draft) => {
      const secret = usable(deps, draft, context, input.SecretId);
      draft.put('secret', secret.name, {
        ...secret,
        tags: tags(input.Tags, secret.tags),
        changedAtMs: deps.clock.now(),
      });
    });
    return {};
  },
};

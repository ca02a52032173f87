// CreateSecret: with its first version, where a value is given. What a secret cannot have here
// (replicas, a key of KMS) is refused, never taken and forgotten.

import type {
  CreateSecretCommandInput,
  CreateSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { lengthIn } from '../constraint.ts';
import { requestTags, tagsOfList } from '../access.ts';
import { arnOf, said } from './access.ts';
import { secretArn, suffixAlphabet, suffixLength } from './arn.ts';
import {
  kmsKey,
  refuse,
  requestToken,
  secretName,
  secretValue,
  tags,
  type Value,
} from './check.ts';
import { change, named, secretOf, sweep, type SecretsManagerOperation } from './deps.ts';
import { invalidRequest, secretExists, tokenTaken } from './error.ts';
import type { Secret, SecretDraft } from './resources.ts';
import { current, opened, withVersion } from './versions.ts';

export const createSecret: SecretsManagerOperation<
  CreateSecretCommandInput,
  CreateSecretCommandOutput
> = {
  authorizes(input, context) {
    const resources = [arnOf(context, input.Name ?? '')];
    const tagging = input.Tags && input.Tags.length > 0 ? ['TagResource'] : [];
    return ['CreateSecret', ...tagging].map((action) => ({
      action: `secretsmanager:${action}`,
      resources,
      conditions: () => ({
        ...said('Name', input.Name),
        ...said('Description', input.Description),
        ...said('KmsKeyId', input.KmsKeyId),
        ...requestTags(tagsOfList(input.Tags)),
      }),
    }));
  },

  async handle(deps, input, context) {
    const { clock, ids, sealer } = deps;
    refuse(input, 'AddReplicaRegions', 'ForceOverwriteReplicaSecret', 'Type');
    const token = requestToken(input.ClientRequestToken);
    const value = secretValue(input);
    const nowMs = clock.now();
    const bare: Secret = {
      name: secretName(input.Name),
      suffix: sealer.random(suffixLength, suffixAlphabet),
      description: lengthIn(input.Description, 0, 2048, 'description'),
      kmsKeyId: kmsKey(input.KmsKeyId),
      tags: tags(input.Tags),
      createdAtMs: nowMs,
      changedAtMs: nowMs,
      versions: [],
    };
    const id = token ?? ids.uuid();
    const secret = await change(deps, context, (draft) => {
      const there = secretOf(draft, context.scope, bare.name, nowMs);
      if (there !== undefined) {
        assertSame(draft, there, value);
        return there;
      }
      sweep(draft, nowMs);
      const made =
        value === undefined
          ? bare
          : withVersion(draft, sealer, bare, { id, value, stages: [current], nowMs }, context);
      draft.put('secret', made.name, made);
      return made;
    });
    return { ...named(secret, context), VersionId: value && id };

    /** The same request once more, whose answer was lost, is answered as it was. */
    function assertSame(draft: SecretDraft, there: Secret, sent: Value | undefined): void {
      if (there.deletedAtMs !== undefined)
        throw invalidRequest(
          "You can't create this secret because a secret with this name is already scheduled for deletion.",
        );
      if (token === undefined || !there.versions.some((version) => version.id === token))
        throw secretExists(there.name);
      const kept = opened(sealer, draft, there, token, context);
      if (kept.text !== sent?.text || kept.isBinary !== sent.isBinary)
        throw tokenTaken(token, secretArn(context.scope, there));
    }
  },
};

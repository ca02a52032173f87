// DeleteSecret: after a window in which it can be restored, or at once.

import type {
  DeleteSecretCommandInput,
  DeleteSecretCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { arnOf, onSecret, said } from './access.ts';
import { anySuffix } from './arn.ts';
import {
  change,
  found,
  named,
  remove,
  secretOf,
  sweep,
  type SecretsManagerOperation,
} from './deps.ts';
import { invalidParameter, markedForDeletion } from './error.ts';

const dayMs = 86_400_000;
const longestWindowDays = 30;

export const deleteSecret: SecretsManagerOperation<
  DeleteSecretCommandInput,
  DeleteSecretCommandOutput
> = {
  authorizes: (input, context) =>
    onSecret('DeleteSecret', input, context, () => ({
      ...said('RecoveryWindowInDays', input.RecoveryWindowInDays),
      ...said('ForceDeleteWithoutRecovery', input.ForceDeleteWithoutRecovery),
    })),

  async handle(deps, input, context) {
    const {
      RecoveryWindowInDays: days,
      ForceDeleteWithoutRecovery: isForced,
      SecretId: id,
    } = input;
    if (isForced && days !== undefined)
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    if (days !== undefined && (!Number.isInteger(days) || days < 7 || days > longestWindowDays))
      throw invalidParameter(
        'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
      );
    const nowMs = deps.clock.now();
    return change(deps, context, (draft) => {
      sweep(draft, nowMs);
      if (isForced) {
        // One that is not there is as good as deleted: a repetition is answered like the first.
        const secret = secretOf(draft, context.scope, id ?? '', nowMs);
        if (secret !== undefined) remove(draft, secret);
        return {
          ...(secret === undefined ? absent(id ?? '') : named(secret, context)),
          DeletionDate: new Date(nowMs),
        };
      }
      const secret = found(deps, draft, context, id);
      if (secret.deletedAtMs !== undefined) throw markedForDeletion();
      const deletedAtMs = nowMs + (days ?? longestWindowDays) * dayMs;
      draft.put('secret', secret.name, { ...secret, deletedAtMs, changedAtMs: nowMs });
      return { ...named(secret, context), DeletionDate: new Date(deletedAtMs) };
    });

    function absent(given: string): { ARN: string; Name: string } {
      const arn = arnOf(context, given);
      return {
        ARN: arn.endsWith(anySuffix) ? arn.slice(0, -anySuffix.length) : arn,
        Name: given.slice(given.lastIndexOf(':') + 1),
      };
    }
  },
};

// ListPublicKeys: those of the caller's account and region that digests were signed with in a time.
// There are so few that they are one page.

import type {
  ListPublicKeysCommandInput,
  ListPublicKeysCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { onAll } from '../access.ts';
import type { CloudTrailOperation } from './deps.ts';
import { invalidNextToken, invalidTimeRange } from './error.ts';

/** A key signs until the server's own key is another one. */
const validMs = 10 * 365 * 86_400_000;

export const listPublicKeys: CloudTrailOperation<
  ListPublicKeysCommandInput,
  ListPublicKeysCommandOutput
> = {
  authorizes: () => onAll('cloudtrail:ListPublicKeys'),

  async handle({ space }, input, { scope }) {
    if (input.NextToken !== undefined) throw invalidNextToken();
    const fromMs = input.StartTime?.getTime() ?? 0;
    const toMs = input.EndTime?.getTime() ?? Infinity;
    if (fromMs > toMs)
      throw invalidTimeRange('Invalid time range: StartTime is later than EndTime.');
    const keys = (await space.view(scope)).all('digest-key');
    return {
      PublicKeyList: keys
        .filter(({ madeAtMs }) => madeAtMs <= toMs && madeAtMs + validMs >= fromMs)
        .map(({ fingerprint, publicKey, madeAtMs }) => ({
          Value: Buffer.from(publicKey, 'base64'),
          ValidityStartTime: new Date(madeAtMs),
          ValidityEndTime: new Date(madeAtMs + validMs),
          Fingerprint: fingerprint,
        })),
    };
  },
};

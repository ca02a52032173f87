// GetSessionToken: a session of the user, or the root, that asks. Needs no leave, as on AWS, and
// cannot be had by a session.

import type {
  GetSessionTokenCommandInput,
  GetSessionTokenCommandOutput,
} from '@aws-sdk/client-sts';
import { scopeOf } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import { noSession } from '../iam/identity/session-limits.ts';
import { seconds, tokenSize } from './check.ts';
import type { StsOperation } from './deps.ts';
import { accessDenied } from './error.ts';
import { shownCredentials, tokenMeasures } from './role-session.ts';
import type { UserSession } from './session.ts';

const twelveHours = 43_200;
/** What the root may have. */
const oneHour = 3_600;

export const getSessionToken: StsOperation<
  GetSessionTokenCommandInput,
  GetSessionTokenCommandOutput
> = {
  authorizes: () => [],

  handle(deps, input, { principal, region }) {
    if (principal.session !== undefined || principal.kind === 'assumed-role')
      throw accessDenied(noSession('GetSessionToken'));
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
      throw accessDenied(
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
      );
    const least = tokenSize(input.MinimumSessionTokenSize);
    const asked = seconds(input.DurationSeconds, 900, 129_600) ?? twelveHours;
    // A caller that nobody verified is taken for the root, and may be anybody.
    const forSeconds =
      principal.kind === 'root' && deps.isVerifying ? Math.min(asked, oneHour) : asked;
    const { account, accessKeyId } = principal;
    const partition = partitionOf(region);
    const iam = deps.iam.current(scopeOf(account, `${partition}-global`));
    const nowMs = deps.clock.now();
    const user =
      principal.kind === 'user'
        ? iam.get('user', principal.arn.slice(principal.arn.lastIndexOf('/') + 1))
        : undefined;
    const session: UserSession = {
      kind: 'user',
      account,
      partition,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + forSeconds * 1000,
      user: user && { name: user.name, id: user.id },
      keyId: deps.isVerifying ? accessKeyId : undefined,
      isUnverified: deps.isVerifying ? undefined : true,
    };
    const credentials = deps.sessions.issue(session, least);
    return { Credentials: shownCredentials(credentials), ...tokenMeasures(credentials) };
  },
};

// Bounds how many requests a second each caller may make, once it is known, or believed, who that
// is. Who is turned away by this may come again: SDKs wait and do.

import { TokenBuckets } from '../base/token-buckets.ts';
import type { Principal } from '../base/principal.ts';
import type { Authenticator } from './authentication.ts';

/** `perSecond` is a whole number from 1. */
export function ratedAuthenticator(
  authenticator: Authenticator,
  perSecond: number,
  now: () => number,
): Authenticator {
  const buckets = new TokenBuckets(perSecond);
  return {
    authenticate(request) {
      const take = (principal: Principal): Principal => {
        if (!buckets.take(callerOf(principal), now())) throw request.dialect.throttled();
        return principal;
      };
      const known = authenticator.authenticate(request);
      return known instanceof Promise ? known.then(take) : take(known);
    },
  };
}

/**
 * Sessions of a role are one caller, for whoever assumes it names them as they like; those of jobs
 * are named here, and stand for themselves.
 */
const callerOf = ({ arn, session }: Principal): string =>
  session?.jobId === undefined ? (session?.roleArn ?? arn) : arn;

// Whose an access key is, of whichever kind: a long-term one, which IAM keeps; a session's, whose
// token says it; or one that the operator gave to a role's jobs. It finds; whether a signature is
// right is asked elsewhere.

import { partitionOf } from '../../base/partition.ts';
import type { Principal } from '../../base/principal.ts';
import type { Credentials } from '../iam/identity/authenticator.ts';
import type { Identity } from '../iam/identity/identity.ts';
import type { JobRoles } from './job-role.ts';
import type { Sessions } from './session.ts';

const unknown = { fault: 'unknown-key' } as const;

interface CredentialParts {
  readonly identity: Pick<Identity, 'keys'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly jobRoles: Pick<JobRoles, 'findGiven'>;
}

export function knownCredentials({ identity, sessions, jobRoles }: CredentialParts): Credentials {
  return {
    find(keyId, sessionToken, region) {
      const temporary =
        jobRoles.findGiven(keyId, sessionToken) ??
        (sessionToken === undefined ? undefined : sessions.find(keyId, sessionToken));
      if (temporary !== undefined) return isOf(temporary.principal, region) ? temporary : unknown;
      if (sessionToken !== undefined) return unknown;
      const found = identity.keys.find(keyId, region);
      return found instanceof Promise ? found.then(keyOr) : keyOr(found);
    },
  };
}

/** Whether somebody is of a region's partition: the same account is another one's in another. */
const isOf = ({ arn }: Principal, region: string): boolean =>
  arn.startsWith(`arn:${partitionOf(region)}:`);

/** Nobody is told why a key is not to be used. */
const keyOr = (answer: Awaited<ReturnType<Identity['keys']['find']>>) =>
  typeof answer === 'string' ? unknown : answer;

/**
 * Whom a server takes a caller for that believes what requests say: who has the key, as long as
 * that holds. Undefined: nobody that is known.
 */
export function believed(
  credentials: Credentials,
  nowMs: () => number,
): (
  keyId: string,
  sessionToken: string | undefined,
  region: string,
) => Principal | undefined | Promise<Principal | undefined> {
  type Found = Awaited<ReturnType<Credentials['find']>>;
  const holding = (found: Found): Principal | undefined =>
    'fault' in found || (found.expiresAtMs ?? Infinity) <= nowMs() ? undefined : found.principal;
  return (keyId, sessionToken, region) => {
    const found = credentials.find(keyId, sessionToken, region);
    return found instanceof Promise ? found.then(holding) : holding(found);
  };
}

// The authenticator of a server with access control: nobody is believed who does not sign. It knows
// no key and no principal, and finds both through the Credentials that it is given; what is signed,
// and whether it is right, is for wire/sigv4 to say.

import type { Principal } from '../../../base/principal.ts';
import type { Hidden } from '../../../base/hidden.ts';
import type { Clock } from '../../../port/clock.ts';
import type { Authenticator } from '../../../wire/authentication.ts';
import type { SignatureFault } from '../../../wire/sigv4/fault.ts';
import { signingKey, SigningKeys } from '../../../wire/sigv4/signing-key.ts';
import { examine, verify } from '../../../wire/sigv4/verify.ts';

/** Whose an access key is, and what it signs with. */
interface Found {
  readonly secret: Hidden;
  readonly principal: Principal;
  /** When it ends, of temporary credentials. */
  readonly expiresAtMs?: number;
}

export interface Credentials {
  /**
   * Where the access key is nobody's, is inactive, or is another's than the session token's:
   * `unknown-key`; where its session has ended: `token-expired`. The ids and tokens are what
   * callers say, and the region that which they signed for. A promise only where it must wait: it
   * costs every request.
   */
  find(
    accessKeyId: string,
    sessionToken: string | undefined,
    region: string,
  ): Found | NotFound | Promise<Found | NotFound>;
}

type NotFound = Extract<SignatureFault, { fault: 'unknown-key' | 'token-expired' }>;

/** Who calls what anybody may, as IAM's `aws:userid` names it. */
const anonymous: Principal = {
  kind: 'anonymous',
  account: 'anonymous',
  arn: 'anonymous',
  userId: 'anonymous',
  accessKeyId: undefined,
};

export function signatureAuthenticator(
  credentials: Credentials,
  clock: Pick<Clock, 'now'>,
): Authenticator {
  const keys = new SigningKeys();
  return {
    authenticate(request) {
      const { head, signingName, mayBeUnsigned, dialect } = request;
      const nowMs = clock.now();
      const signature = examine(head, signingName, nowMs);
      if ('fault' in signature) {
        if (signature.fault === 'missing' && mayBeUnsigned) return anonymous;
        throw dialect.signature(signature);
      }
      const judge = (found: Found | NotFound): Principal => {
        if ('fault' in found) throw dialect.signature(found);
        // The signature first: who did not sign is not even told that a session is over.
        const fault = faultUnder(found.secret) ?? endFault(found, nowMs);
        if (fault !== undefined) throw dialect.signature(fault);
        return found.principal;
      };
      const faultUnder = (secret: Hidden): SignatureFault | undefined => {
        const { credential } = signature;
        const kept = keys.find(credential, secret);
        const key = kept ?? signingKey(secret, credential);
        const fault = verify(signature, head, request.bodyDigest(), key);
        if (kept === undefined && fault === undefined) keys.keep(credential, secret, key);
        return fault;
      };
      const found = credentials.find(
        signature.credential.accessKeyId,
        signature.sessionToken,
        request.region,
      );
      return found instanceof Promise ? found.then(judge) : judge(found);
    },
  };
}

const endFault = ({ expiresAtMs }: Found, nowMs: number): SignatureFault | undefined =>
  expiresAtMs !== undefined && expiresAtMs <= nowMs ? { fault: 'token-expired' } : undefined;

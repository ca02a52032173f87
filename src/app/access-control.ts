// Who gets in, and who may do what: nobody is asked who they are, or everybody is. The server
// chooses one of the two; the parts that it needs are the app's own.

import type { Clock } from '../port/clock.ts';
import type { Sealer } from '../port/sealer.ts';
import { signatureAuthenticator, type Credentials } from '../service/iam/identity/authenticator.ts';
import { policyAuthorizer } from '../service/iam/identity/authorizer.ts';
import type { Identity } from '../service/iam/identity/identity.ts';
import type { IamKinds } from '../service/iam/resources.ts';
import type { ResourceSpace } from '../service/resource-space.ts';
import { believed } from '../service/sts/credentials.ts';
import type { Authenticator } from '../wire/authentication.ts';
import type { Authorizer } from '../wire/authorization.ts';
import { ratedAuthenticator } from '../wire/rated-authenticator.ts';
import { trustingAuthenticator } from '../wire/trusting-authenticator.ts';

interface AccessParts {
  readonly iam: ResourceSpace<IamKinds>;
  readonly identity: Identity;
  readonly credentials: Credentials;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

export interface AccessControl {
  /** Callers are verified, and what they may do is judged. */
  readonly isOn: boolean;
  readonly of: (parts: AccessParts) => {
    readonly authenticator: Authenticator;
    readonly authorizer: Authorizer;
  };
}

/**
 * Everybody is who they say they are, the root of `account` at least, and may do anything.
 * `perSecond`: requests of each caller; absent: any number.
 */
export const openAccess = (account: string, perSecond?: number): AccessControl => ({
  isOn: false,
  of: ({ credentials, clock }) => ({
    authenticator: rated(
      trustingAuthenticator(
        account,
        believed(credentials, () => clock.now()),
      ),
      perSecond,
      clock,
    ),
    authorizer: { authorize: () => undefined },
  }),
});

/** Every request is signed, and allowed by policies; `perSecond` as of {@link openAccess}. */
export const checkedAccess = (perSecond?: number): AccessControl => ({
  isOn: true,
  of: ({ iam, identity, credentials, sealer, clock }) => ({
    authenticator: rated(signatureAuthenticator(credentials, clock), perSecond, clock),
    authorizer: policyAuthorizer({ iam, policies: identity.policies, sealer, clock }),
  }),
});

const rated = (
  authenticator: Authenticator,
  perSecond: number | undefined,
  clock: Pick<Clock, 'now'>,
): Authenticator =>
  perSecond === undefined
    ? authenticator
    : ratedAuthenticator(authenticator, perSecond, () => clock.now());

// The question who asks: what it is judged by, and what the answer is. Whom to believe is decided
// by the Authenticator that the server plugs in.

import type { Principal } from '../base/principal.ts';
import type { ErrorDialect } from './error-catalogue.ts';
import type { RequestHead } from './protocol.ts';
import type { SigV4Credential } from './sigv4/parse.ts';

/** A request as an authenticator sees it: nothing of it was decoded, inflated or believed. */
interface Authentication {
  readonly head: RequestHead;
  /** Undefined where there is none, or none that can be read. */
  readonly credential: SigV4Credential | undefined;
  /** That of the credential's scope, else the server's own. */
  readonly region: string;
  /** The name of the service that is asked, e.g. `batch`. */
  readonly service: string;
  /** What stands for that service in a credential scope. */
  readonly signingName: string;
  /** The operation needs no signature; where there is one it counts all the same. */
  readonly mayBeUnsigned: boolean;
  /** How that service words what it turns away. */
  readonly dialect: ErrorDialect;
  /**
   * SHA-256 of the body as it arrived, before it was inflated; in hexadecimal. It is worked out
   * anew at each call.
   */
  bodyDigest(): string;
}

export interface Authenticator {
  /** Who the caller is, at once or later. Throws or rejects with AwsError to turn it away. */
  authenticate(request: Authentication): Principal | Promise<Principal>;
}

// Who asks, and where: made of a request's head in one way for all that the server offers.

import { scopeOf } from '../base/ids.ts';
import type { Authenticator, RequestContext, SigV4Credential } from './operation.ts';
import type { RequestHead } from './protocol.ts';
import { isRegion } from './sigv4.ts';

export interface ContextSource {
  readonly authenticator: Authenticator;
  /** The region of requests that carry none. */
  readonly region: string;
}

interface Asked {
  readonly requestId: string;
  readonly head: RequestHead;
  readonly credential: SigV4Credential | undefined;
}

/** Throws AwsError where the authenticator turns the request away. */
export function contextOf(source: ContextSource, { requestId, head, credential }: Asked): RequestContext {
  const { account, caller } = source.authenticator.authenticate({ credential, sourceAddress: head.sourceAddress });
  const region = credential !== undefined && isRegion(credential.region) ? credential.region : source.region;
  const userAgent = head.headers['user-agent'];
  return {
    requestId,
    account,
    region,
    scope: scopeOf(account, region),
    caller,
    sourceAddress: head.sourceAddress,
    userAgent: typeof userAgent === 'string' ? userAgent : '',
  };
}

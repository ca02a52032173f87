// Who asks, and where: made of a request's head in one way for all that the server offers.

import { scopeOf } from '../base/ids.ts';
import { isRegion } from '../base/partition.ts';
import type { ErrorDialect } from './error-catalogue.ts';
import type { Authenticator, RequestContext, SigV4Credential } from './operation.ts';
import type { RequestHead } from './protocol.ts';

export interface ContextSource {
  readonly authenticator: Authenticator;
  /** The region of requests that carry none. */
  readonly region: string;
}

interface Asked {
  readonly requestId: string;
  readonly head: RequestHead;
  readonly credential: SigV4Credential | undefined;
  readonly service: string;
  readonly operation: string;
}

/**
 * The region is that of the credential's scope. Throws AwsError where that can be none, or the
 * authenticator turns the request away.
 */
export function contextOf(
  source: ContextSource,
  { requestId, head, credential, service, operation }: Asked,
  dialect: Pick<ErrorDialect, 'noRegion'>,
): RequestContext {
  const region = credential?.region ?? source.region;
  if (!isRegion(region)) throw dialect.noRegion(region);
  const principal = source.authenticator.authenticate({
    credential,
    region,
    sourceAddress: head.sourceAddress,
  });
  const { account } = principal;
  const userAgent = head.headers['user-agent'];
  return {
    requestId,
    account,
    region,
    scope: scopeOf(account, region),
    principal,
    service,
    operation,
    sourceAddress: head.sourceAddress,
    userAgent: typeof userAgent === 'string' ? userAgent : '',
  };
}

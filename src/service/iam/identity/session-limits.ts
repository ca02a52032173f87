// What AWS keeps from temporary credentials whatever policies say (the STS API reference, at
// GetSessionToken). Policies are asked elsewhere, after this.

import type { AwsError } from '../../../wire/aws-error.ts';
import type { ErrorDialect } from '../../../wire/error-catalogue.ts';
import type { RequestContext } from '../../../wire/operation.ts';

/** Of STS, what a session of a user or the root may call. */
const ofSts: ReadonlySet<string> = new Set(['AssumeRole', 'GetCallerIdentity']);

/**
 * Why a session from GetSessionToken may not call the operation: nothing of IAM, unless it was
 * asked for with MFA, and little of STS. Undefined: this does not stand in the way.
 */
export function sessionLimit(
  { principal, service, operation }: Pick<RequestContext, 'principal' | 'service' | 'operation'>,
  dialect: Pick<ErrorDialect, 'signature' | 'denied'>,
): AwsError | undefined {
  const { kind, session } = principal;
  if (session === undefined || kind === 'assumed-role') return undefined;
  // IAM answers as if it did not know the token.
  if (service === 'iam' && session.isMfaAuthenticated !== true)
    return dialect.signature({ fault: 'unknown-key' });
  if (service === 'sts' && !ofSts.has(operation)) return dialect.denied(noSession(operation));
  return undefined;
}

/** As STS says it of what takes long-term keys alone. */
export const noSession = (operation: string): string =>
  `Cannot call ${operation} with session credentials`;

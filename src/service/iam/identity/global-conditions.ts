// AWS's global condition keys (`aws:…`), as far as a request and its caller say them: the same for
// every operation of every service. What an operation says for keys of its own stands beside it.
// What nobody sent, as where the server acts by itself, came from nowhere: its keys are absent.

import type { Conditions, RequestContext } from '../../../wire/operation.ts';
import { serviceConditions } from './asker.ts';

const typeOf = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  anonymous: 'Anonymous',
} as const;

/** Who asks, and where; and how it was sent, if it was. */
export type Asking = Pick<RequestContext, 'principal' | 'region'> &
  Partial<Pick<RequestContext, 'sourceAddress' | 'userAgent' | 'isEncrypted' | 'invokedBy'>>;

/** `tags` are the caller's: of a session with those that it was given. */
export function globalConditions(
  { principal, region, sourceAddress, userAgent, isEncrypted = false, invokedBy }: Asking,
  tags: Readonly<Record<string, string>>,
  nowMs: number,
): Conditions {
  const { kind, session, account, arn, userId } = principal;
  const tagKeys = Object.keys(tags);
  return {
    ...(sourceAddress !== undefined && {
      // A service of AWS's calls from no address that a policy could name.
      ...(invokedBy === undefined && {
        'aws:SourceIp': sourceAddress.replace(/^::ffff:(?=\d+\.)/i, ''),
      }),
      'aws:SecureTransport': String(isEncrypted),
    }),
    ...(userAgent !== undefined && { 'aws:UserAgent': userAgent }),
    ...timeConditions(nowMs),
    'aws:RequestedRegion': region,
    ...(kind === 'service'
      ? serviceConditions({ name: arn, sourceArn: principal.sourceArn, account }, region)
      : { 'aws:PrincipalType': typeOf[kind], 'aws:PrincipalIsAWSService': 'false' }),
    // No service here calls another with a caller's rights.
    'aws:ViaAWSService': 'false',
    ...(kind !== 'anonymous' &&
      kind !== 'service' && {
        'aws:PrincipalArn': session?.roleArn ?? arn,
        'aws:PrincipalAccount': account,
        'aws:userid': userId,
      }),
    ...(kind === 'user' && { 'aws:username': arn.slice(arn.lastIndexOf('/') + 1) }),
    ...(session && {
      'aws:TokenIssueTime': new Date(session.createdAtMs).toISOString(),
      'aws:MultiFactorAuthPresent': String(session.isMfaAuthenticated ?? false),
      ...(session.sourceIdentity !== undefined && { 'aws:SourceIdentity': session.sourceIdentity }),
    }),
    ...Object.fromEntries(tagKeys.map((key) => [`aws:PrincipalTag/${key}`, tags[key] ?? ''])),
  };
}

/** The caller's tags: what its session was given stands in place of its own, in whichever case. */
export function tagsOfCaller(
  own: Readonly<Record<string, string>> = {},
  ofSession: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const given = new Set(Object.keys(ofSession).map((key) => key.toLowerCase()));
  const left = Object.entries(own).filter(([key]) => !given.has(key.toLowerCase()));
  return { ...Object.fromEntries(left), ...ofSession };
}

export const timeConditions = (nowMs: number): Conditions => ({
  'aws:CurrentTime': new Date(nowMs).toISOString(),
  'aws:EpochTime': String(Math.floor(nowMs / 1000)),
});

// A record as CloudTrail writes it, made of what the store keeps of a call. It reads and decides
// nothing.

import { never } from '../../../base/assert.ts';
import { scopeParts } from '../../../base/ids.ts';
import type { Principal } from '../../../base/principal.ts';
import type { CallRecordRow } from '../../../port/store.ts';
import type { RecordedCall, RecordedOutcome } from './call.ts';
import { eventSourceOf, isReadOnly } from './kind.ts';
import { resourcesIn, typeOf } from './resource.ts';

/** A record, as far as others than its reader look into it. */
export interface TrailEvent {
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly userIdentity: UserIdentity;
  readonly resources?: readonly EventResource[];
}

interface EventResource {
  readonly ARN: string;
  readonly accountId: string;
  readonly type?: string;
}

interface UserIdentity {
  readonly type: string;
  readonly accountId?: string;
  readonly userName?: string;
  readonly principalId?: string;
  readonly accessKeyId?: string;
  readonly invokedBy?: string;
}

/** The format of the fields below. */
const eventVersion = '1.11';

/** In the order in which CloudTrail writes them. */
export function eventOf(row: CallRecordRow): TrailEvent {
  const call = JSON.parse(row.call) as RecordedCall;
  const outcome =
    row.outcome === undefined ? call.outcome : (JSON.parse(row.outcome) as RecordedOutcome);
  const { account, region } = scopeParts(row.scope);
  const resources = [...new Set([...(call.resources ?? []), ...resourcesIn(outcome?.elements)])];
  return {
    eventVersion,
    userIdentity: {
      ...identityOf(call),
      ...(call.invokedBy !== undefined && { invokedBy: call.invokedBy }),
    },
    eventTime: isoSeconds(row.atMs),
    eventSource: eventSourceOf(call.service),
    eventName: call.operation,
    awsRegion: region,
    sourceIPAddress: call.address,
    userAgent: call.agent,
    errorCode: outcome?.error?.code,
    errorMessage: outcome?.error?.message,
    requestParameters: call.parameters ?? null,
    responseElements: outcome?.elements ?? null,
    requestID: call.requestId,
    eventID: eventId(call.requestId, row.number),
    readOnly: isReadOnly(call.service, call.operation),
    ...(resources.length > 0 && {
      resources: resources.map((ARN) => ({
        accountId: ARN.split(':', 5)[4] || account,
        type: typeOf(ARN),
        ARN,
      })),
    }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    ...(call.tls !== undefined && {
      tlsDetails: {
        tlsVersion: call.tls.version,
        cipherSuite: call.tls.cipherSuite,
        clientProvidedHostHeader: call.host,
      },
    }),
  } as TrailEvent;
}

/**
 * A UUID that holds the record's number, so that it leads to its record without an index; what
 * stands before it is of the request's id, which is random.
 */
function eventId(requestId: string, number: number): string {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-/.exec(requestId);
  const head = form?.[0] ?? '00000000-0000-4000-8000-';
  return head + number.toString(16).padStart(12, '0');
}

/** By what Event history calls the caller; undefined: nobody knows. */
export function userNameOf({ userIdentity }: TrailEvent): string | undefined {
  const { type, userName, principalId = '' } = userIdentity;
  if (type === 'Root') return 'root';
  return type === 'AssumedRole' ? principalId.slice(principalId.indexOf(':') + 1) : userName;
}

/** The number of the record that an id may belong to. */
export const numberOfEventId = (id: string): number | undefined =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? parseInt(id.slice(-12), 16) : undefined;

function identityOf({ caller, claimedKeyId }: RecordedCall): UserIdentity {
  if (caller === undefined)
    return { type: 'Unknown', ...(claimedKeyId !== undefined && { accessKeyId: claimedKeyId }) };
  const { account, arn, userId, accessKeyId } = caller;
  const known = {
    principalId: userId,
    arn,
    accountId: account,
    ...(accessKeyId !== undefined && { accessKeyId }),
  };
  switch (caller.kind) {
    case 'anonymous':
      return { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' };
    case 'service':
      return { type: 'AWSService' };
    case 'root':
      return { type: 'Root', ...known, ...sessionContext(caller) };
    case 'user':
      return { type: 'IAMUser', ...known, userName: lastPart(arn), ...sessionContext(caller) };
    case 'assumed-role':
      return { type: 'AssumedRole', ...known, ...sessionContext(caller) };
    default:
      return never(caller.kind);
  }
}

/** Of temporary credentials; whoever assumed a role has it always. */
function sessionContext({ kind, arn, account, userId, session }: Principal): object {
  if (session === undefined && kind !== 'assumed-role') return {};
  const [, roleName = ''] = arn.split('/');
  const roleArn =
    session?.roleArn ?? arn.replace(/:sts:(.*):assumed-role\/.*/, `:iam:$1:role/${roleName}`);
  return {
    sessionContext: {
      ...(kind === 'assumed-role' && {
        sessionIssuer: {
          type: 'Role',
          principalId: session?.roleId ?? userId.split(':', 1)[0],
          arn: roleArn,
          accountId: account,
          userName: lastPart(roleArn),
        },
      }),
      ...(session?.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
      attributes: {
        ...(session !== undefined && { creationDate: isoSeconds(session.createdAtMs) }),
        mfaAuthenticated: String(session?.isMfaAuthenticated ?? false),
      },
    },
  };
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

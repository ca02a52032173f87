// What the store keeps of a call: its facts, secrets hidden, as short as they can be said. The form
// that CloudTrail gives them is made when somebody reads (event.ts).

import type { Principal } from '../../../base/principal.ts';
import type { CallFacts } from '../../../wire/audit.ts';
import type { AwsError } from '../../../wire/aws-error.ts';
import { handsOut, isReadOnly } from './kind.ts';
import { Shapes, tellUntyped } from './shape.ts';

/** A call's row is this as JSON. */
export interface RecordedCall {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  /** Undefined: nobody knows who it was. */
  readonly caller?: Principal | undefined;
  /** What the request says its key is, where that is all there is. */
  readonly claimedKeyId?: string | undefined;
  readonly address: string;
  /** The service of AWS's that called with the caller's rights. */
  readonly invokedBy?: string | undefined;
  readonly agent?: string | undefined;
  readonly host?: string | undefined;
  readonly tls?: { readonly version: string; readonly cipherSuite: string } | undefined;
  readonly parameters?: unknown;
  /** ARNs. */
  readonly resources?: readonly string[] | undefined;
  /** Absent: it is in a row of its own, or nobody knows. */
  readonly outcome?: RecordedOutcome | undefined;
}

/** What came of it; as JSON the row beside a call's. */
export interface RecordedOutcome {
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly elements?: unknown;
}

/** CloudTrail's bounds: what is larger is left out, and the record says so. */
const most = { shown: 102_400, text: 1_024, resources: 100 } as const;

const shapes = new Map<string, Shapes>();

/** Of a service, whose name is one of few. */
function shapesOf(service: string): Shapes {
  let of = shapes.get(service);
  if (of === undefined) shapes.set(service, (of = new Shapes(service)));
  return of;
}

/** A {@link RecordedCall} as JSON: as much as is known by now; `outcome` is JSON, too. */
export function recordedCall(call: CallFacts, outcome?: string): string {
  const { head, context, credential, service, bound } = call;
  const { host, 'user-agent': agent } = head.headers;
  const schema = bound?.schema;
  const tell = schema === undefined ? tellUntyped : shapesOf(service.name).of(schema.input);
  const facts = JSON.stringify({
    requestId: call.requestId,
    service: service.name,
    operation: bound?.name ?? '',
    caller: context && callerOf(context.principal),
    claimedKeyId: context === undefined ? cut(credential?.accessKeyId) : undefined,
    address: head.sourceAddress,
    invokedBy: call.invokedBy,
    agent: cut(agent),
    host: cut(host),
    tls: head.tls,
    resources: resourcesOf(call),
  } satisfies RecordedCall);
  const more =
    (call.input === undefined
      ? ''
      : `,"parameters":${bounded(tell(call.input), 'requestParameters')}`) +
    (outcome === undefined ? '' : `,"outcome":${outcome}`);
  return `${facts.slice(0, -1)}${more}}`;
}

/**
 * A {@link RecordedOutcome} as JSON. What was answered is told of changes alone, and where
 * credentials were handed out.
 */
export function recordedOutcome(
  { service, bound }: CallFacts,
  output: unknown,
  error: AwsError | undefined,
): string {
  if (error !== undefined)
    return JSON.stringify({
      error: { code: errorCode(service.name, error), message: cut(error.message) ?? '' },
    } satisfies RecordedOutcome);
  const operation = bound?.name ?? '';
  if (isReadOnly(service.name, operation) && !handsOut(service.name, operation)) return '{}';
  const schema = bound?.schema;
  const tell = schema === undefined ? tellUntyped : shapesOf(service.name).of(schema.output);
  const elements = tell(output);
  const isNothing =
    typeof elements !== 'object' || elements === null || Object.keys(elements).length === 0;
  return isNothing ? '{}' : `{"elements":${bounded(elements, 'responseElements')}}`;
}

/** What CloudTrail tells of a caller. */
function callerOf({ kind, account, arn, userId, accessKeyId, session }: Principal): Principal {
  const who = { kind, account, arn, userId, accessKeyId };
  if (session === undefined) return who;
  const { createdAtMs, roleArn, roleId, isMfaAuthenticated, sourceIdentity } = session;
  return { ...who, session: { createdAtMs, roleArn, roleId, isMfaAuthenticated, sourceIdentity } };
}

/** EC2's errors are the caller's or the server's. */
const errorCode = (service: string, { name, status }: AwsError): string =>
  service === 'ec2' ? `${status < 500 ? 'Client' : 'Server'}.${name}` : name;

/** As JSON, where that is small enough; else a note of its size. */
function bounded(told: unknown, what: string): string {
  const text = JSON.stringify(told) ?? 'null';
  // A character has three bytes at most.
  if (text.length * 3 <= most.shown) return text;
  const originalSize = Buffer.byteLength(text);
  return originalSize <= most.shown
    ? text
    : JSON.stringify({ omitted: true, originalSize, reason: `${what} too large` });
}

/**
 * The role that somebody without credentials asks for. Its trust policy alone gives leave, so that
 * it is among nothing that leave was asked for.
 */
export function roleOfStranger({ context, input }: CallFacts): string | undefined {
  if (context?.principal.kind !== 'anonymous') return undefined;
  const { RoleArn: arn } = (input ?? {}) as { readonly RoleArn?: unknown };
  return typeof arn === 'string' && /^arn:[\w-]+:iam::\d{12}:role\//.test(arn) ? arn : undefined;
}

function resourcesOf(call: CallFacts): readonly string[] | undefined {
  const { access } = call;
  const role = roleOfStranger(call);
  const arns = new Set(role === undefined ? [] : [role]);
  for (const { resources } of access)
    for (const arn of resources)
      if (arn.startsWith('arn:') && !arn.includes('*') && arns.size < most.resources)
        // What is asked about a log group is asked about all of its streams.
        arns.add(arn.replace(/(:log-group:[^:]+):log-stream:$/, '$1'));
  return arns.size === 0 ? undefined : [...arns];
}

const cut = (text: string | readonly string[] | undefined): string | undefined =>
  typeof text === 'string' ? text.slice(0, most.text) : undefined;

// Calls that a part of the server makes of an operation, for a rule or a schedule: how their input
// is read, which is JSON by the names of members, whichever protocol the service speaks. It calls
// no operation.

import { NormalizedSchema } from '@smithy/core/schema';
import type { Principal } from '../base/principal.ts';
import { AwsError } from './aws-error.ts';
import { catalogue } from './error-catalogue.ts';
import { parseJson } from './json.ts';
import { notBuilt } from './operation.ts';
import type { BoundOperation, RequestHead } from './protocol.ts';
import {
  compileRequest,
  operationsOf,
  Reading,
  SchemaFault,
  setOwn,
  within,
  type OperationSchema,
  type SchemaModule,
} from './schema.ts';
import type { AnyAwsService } from './service.ts';

/**
 * A call's input is JSON, by the names of members, which may all begin with a capital, as they do
 * in Step Functions and in universal targets.
 */
export interface InnerCall {
  /** By its name in ARNs, e.g. `batch`. */
  readonly service: string;
  /** By AWS's name, e.g. `SubmitJob`. */
  readonly operation: string;
  /** As whom it is called; its account is where. */
  readonly principal: Principal;
  readonly region: string;
  /** The service of AWS's that calls, e.g. `events.amazonaws.com`. */
  readonly invokedBy: string;
  /** As of a context. */
  readonly once?: string | undefined;
}

/** In place of a request's: nobody sent one. AWS's records name the service so. */
export const innerHead = (invokedBy: string): RequestHead => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: { 'user-agent': invokedBy },
  rawHeaders: [],
  sourceAddress: invokedBy,
});

/** Operations as calls from within carry them: the body is JSON. */
export class InnerBindings {
  readonly #bound = new WeakMap<AnyAwsService, Map<string, BoundOperation>>();

  /** Throws or rejects with AwsError where the service has no such operation. */
  of(service: AnyAwsService, operation: string): BoundOperation | Promise<BoundOperation> {
    const known = this.#bound.get(service)?.get(operation);
    if (known !== undefined) return known;
    const { schemas } = service;
    return typeof schemas === 'function'
      ? schemas().then((module) => this.#bind(service, module, operation))
      : this.#bind(service, schemas, operation);
  }

  #bind(service: AnyAwsService, module: SchemaModule, operation: string): BoundOperation {
    const schema = operationsOf(module).get(operation);
    if (schema === undefined) throw noOperation(service.name, operation);
    const bound = { name: operation, schema, read: readerOf(service, schema), write: unwritten };
    const all = this.#bound.get(service) ?? new Map<string, BoundOperation>();
    this.#bound.set(service, all.set(operation, bound));
    return bound;
  }
}

export const noOperation = (service: string, operation: string): AwsError =>
  new AwsError(
    catalogue.unknownOperation.name,
    catalogue.unknownOperation.status,
    `${service} has no operation ${operation.slice(0, 128)}`,
  );

const unwritten = (): never => {
  throw new Error('the output of a call from within is never written');
};

function readerOf(
  service: AnyAwsService,
  { name, input }: OperationSchema,
): BoundOperation['read'] {
  // What is not built is answered before it is read; its shapes may be such as JSON has none of.
  if ((service.operations[name] ?? notBuilt) === notBuilt) return unwritten;
  const emptySays =
    service.protocol.operationIn === 'body'
      ? (service.emptySays ?? (() => false))
      : service.emptySays;
  const read = compileRequest(input, { reading: new Reading(emptySays) });
  const schema = NormalizedSchema.of(input);
  return (_head, body) => read(asSent(schema, parseJson(body), 0));
}

/** No schema is deeper; what lies deeper in a document is read as it is. */
const deepest = 100;

/** The value as a client of the SDK's would have sent it: names and times as the wire has them. */
function asSent(schema: NormalizedSchema, value: unknown, depth: number): unknown {
  if (depth > deepest || value === null) return value;
  if (schema.isTimestampSchema()) return sentTime(schema, value);
  if (typeof value !== 'object') return value;
  if (schema.isListSchema())
    return Array.isArray(value)
      ? value.map((each, at) =>
          step(`[${at}]`, () => asSent(schema.getValueSchema(), each, depth + 1)),
        )
      : value;
  if (Array.isArray(value)) return value;
  if (schema.isMapSchema())
    return mapped(value, (name, each) => [
      name,
      step(name, () => asSent(schema.getValueSchema(), each, depth + 1)),
    ]);
  if (!schema.isStructSchema()) return value;
  const members = membersOf(schema);
  return mapped(value, (name, each) => {
    const member = members.get(name);
    if (member === undefined) return [name, each];
    if (name !== member.name && Object.hasOwn(value, member.name))
      throw new SchemaFault('type', `${name} and ${member.name} are the same`, name);
    return [member.wire, step(name, () => asSent(member.schema, each, depth + 1))];
  });
}

function mapped(
  value: object,
  of: (name: string, value: unknown) => readonly [string, unknown],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) setOwn(result, ...of(name, each));
  return result;
}

/** Times are written as text there; JSON protocols want seconds. */
function sentTime(schema: NormalizedSchema, value: unknown): unknown {
  const format = schema.getSchema() as number;
  const isText = format === 5 || format === 6;
  if (typeof value === 'string' && !isText) {
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? value : ms / 1000;
  }
  return typeof value === 'number' && isText ? new Date(value * 1000).toISOString() : value;
}

interface Member {
  readonly name: string;
  readonly wire: string;
  readonly schema: NormalizedSchema;
}

const known = new WeakMap<object, ReadonlyMap<string, Member>>();

/** By each name that a member may be given. */
function membersOf(schema: NormalizedSchema): ReadonlyMap<string, Member> {
  const key = schema.getSchema() as object;
  const before = known.get(key);
  if (before !== undefined) return before;
  const members = new Map<string, Member>();
  for (const [name, member] of schema.structIterator()) {
    const { jsonName } = member.getMergedTraits() as { jsonName?: string };
    const entry = { name, wire: jsonName ?? name, schema: member };
    members.set(name, entry);
    const capital = name.charAt(0).toUpperCase() + name.slice(1);
    if (!members.has(capital)) members.set(capital, entry);
  }
  known.set(key, members);
  return members;
}

function step<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw within(error, name);
  }
}

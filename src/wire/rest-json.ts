// The rest-json protocol (AWS Batch): the operation is in the method and path, the input in path,
// query and a JSON body. It carries just the HTTP bindings that our services use and refuses at
// start-up any schema that asks for another.

import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from './aws-error.ts';
import { parseJson, unread, writeJsonError } from './json.ts';
import type { Binding, BoundOperation, HeadProtocol, RequestHead, Unrouted } from './protocol.ts';
import {
  compileRequest,
  compileResponse,
  Reading,
  SchemaFault,
  type OperationSchema,
} from './schema.ts';

export const restJson: HeadProtocol = {
  operationIn: 'head',
  contentType: 'application/json',
  unknownOperationStatus: 404,
  writeError: writeJsonError,
  bind(operations, namesOnly, emptySays) {
    const reading = new Reading(emptySays);
    const fixed = new Map<string, Map<string, BoundOperation>>();
    const labelled = new Map<string, Map<string, BoundOperation>>();
    for (const operation of operations) {
      const { method, prefix, label } = httpOf(operation);
      const bound = namesOnly.has(operation.name)
        ? { name: operation.name, ...unread }
        : bindOperation(operation, prefix, label, reading);
      const table = label === undefined ? fixed : labelled;
      const methods = table.get(prefix) ?? new Map<string, BoundOperation>();
      table.set(prefix, methods.set(method, bound));
    }
    return new RestBinding(fixed, labelled);
  },
};

class RestBinding implements Binding {
  readonly #fixed: ReadonlyMap<string, ReadonlyMap<string, BoundOperation>>;
  readonly #labelled: readonly (readonly [string, ReadonlyMap<string, BoundOperation>])[];
  constructor(
    fixed: ReadonlyMap<string, ReadonlyMap<string, BoundOperation>>,
    labelled: ReadonlyMap<string, ReadonlyMap<string, BoundOperation>>,
  ) {
    this.#fixed = fixed;
    this.#labelled = [...labelled];
  }

  route(head: RequestHead): BoundOperation | Unrouted {
    const methods =
      this.#fixed.get(head.path) ??
      this.#labelled.find(
        ([prefix]) => head.path.length > prefix.length && head.path.startsWith(prefix),
      )?.[1];
    if (methods === undefined) return { unrouted: 'unknown' };
    return (
      methods.get(head.method) ?? { unrouted: 'method', allow: [...methods.keys()].join(', ') }
    );
  }
}

function bindOperation(
  operation: OperationSchema,
  prefix: string,
  label: string | undefined,
  reading: Reading,
): BoundOperation {
  const elsewhere = elsewhereIn(operation);
  const write = compileResponse(operation.output);
  if (label === undefined && elsewhere.length === 0) {
    const parse = compileRequest(operation.input, { reading });
    return {
      name: operation.name,
      schema: operation,
      read: (_head, body) => parse(parseJson(body)),
      write,
    };
  }
  const parse = compileRequest(operation.input, {
    reading,
    bound: new Set([
      ...elsewhere.map((member) => member.name),
      ...(label === undefined ? [] : [label]),
    ]),
  });
  return {
    name: operation.name,
    schema: operation,
    read(head, body) {
      // Without a body there is nothing to be wrong in one: clients send stray bytes with GET and
      // DELETE.
      const input = {
        ...parse(head.method === 'POST' || head.method === 'PUT' ? parseJson(body) : undefined),
      };
      if (label !== undefined) input[label] = decodeLabel(head.path.slice(prefix.length));
      for (const member of elsewhere) {
        const value = member.read(head.query);
        if (value !== undefined) input[member.name] = value;
        else if (member.required) throw new SchemaFault('missing', '', member.name);
      }
      return input;
    },
    write,
  };
}

/**
 * Where an operation lives, e.g. `/v1/tags/` with the label `resourceArn`. A label is only
 * understood at the end.
 */
function httpOf(operation: OperationSchema): {
  method: string;
  prefix: string;
  label: string | undefined;
} {
  const { http } = operation.traits as { http?: readonly [string, string, number] };
  if (!http) throw new Error(`${operation.name} has no http trait`);
  const [, prefix, label] = /^([^{?]*)(?:\{(\w+)\})?$/.exec(http[1]) ?? [];
  if (prefix === undefined || http[2] !== 200)
    throw new Error(`${operation.name}: ${http[1]} answering ${http[2]} cannot be bound`);
  return { method: http[0], prefix, label };
}

interface QueryMember {
  readonly name: string;
  readonly required: boolean;
  read(query: string): string | number | string[] | undefined;
}

/** The members in the query. Any other binding but the path's label is refused. */
function elsewhereIn(operation: OperationSchema): QueryMember[] {
  const schema = NormalizedSchema.of(operation.input);
  if (schema.isUnitSchema()) return [];
  const required = (schema.getSchema() as unknown as readonly unknown[])[6] as number | undefined;
  const found: QueryMember[] = [];
  let at = 0;
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMemberTraits() as Record<string, unknown>;
    for (const trait of ['httpHeader', 'httpPayload', 'httpPrefixHeaders', 'httpQueryParams']) {
      if (traits[trait])
        throw new Error(
          `${operation.name}: ${name} is bound by ${trait}, which the wire cannot carry`,
        );
    }
    const key = traits['httpQuery'];
    if (typeof key === 'string') {
      const list = member.isListSchema();
      const isNumber = member.isNumericSchema();
      if (!isNumber && !(list ? member.getValueSchema() : member).isStringSchema())
        throw new Error(`${operation.name}: ${name} in the query is neither text nor a number`);
      found.push({
        name,
        required: at < (required ?? 0),
        read: (query) =>
          isNumber ? numberIn(fromQuery(query, key, false), name) : fromQuery(query, key, list),
      });
    }
    at++;
  }
  return found;
}

function fromQuery(query: string, key: string, list: boolean): string | string[] | undefined {
  const values = new URLSearchParams(query).getAll(key);
  return values.length === 0 ? undefined : list ? values : values[0];
}

function numberIn(given: string | string[] | undefined, name: string): number | undefined {
  if (typeof given !== 'string') return undefined;
  if (!/^-?\d{1,15}(?:\.\d{1,15})?$/.test(given))
    throw new SchemaFault('type', 'a number was expected', name);
  return Number(given);
}

/**
 * Clients send ARNs percent-encoded; some send them raw, with their slashes and colons, and both
 * mean the same.
 */
function decodeLabel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('SerializationException', 400, 'The path is not validly percent-encoded');
  }
}

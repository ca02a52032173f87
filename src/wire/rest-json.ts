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
      const { method, template } = httpOf(operation);
      const bound = namesOnly.has(operation.name)
        ? { name: operation.name, ...unread }
        : bindOperation(operation, template, reading);
      const table = template.includes('{') ? labelled : fixed;
      // What labels are called is the affair of whoever reads them.
      const place = template.replace(/\{\w+\}/g, '{}');
      const methods = table.get(place) ?? new Map<string, BoundOperation>();
      table.set(place, methods.set(method, bound));
    }
    return new RestBinding(fixed, labelled);
  },
};

type Methods = ReadonlyMap<string, BoundOperation>;

class RestBinding implements Binding {
  readonly #fixed: ReadonlyMap<string, Methods>;
  readonly #labelled: readonly { readonly form: RegExp; readonly methods: Methods }[];
  constructor(fixed: ReadonlyMap<string, Methods>, labelled: ReadonlyMap<string, Methods>) {
    this.#fixed = fixed;
    // The last label takes all that is left: whatever says more of the path comes first.
    this.#labelled = [...labelled]
      .toSorted(([one], [other]) => depthOf(other) - depthOf(one))
      .map(([place, methods]) => ({ form: formOf(place), methods }));
  }

  route(head: RequestHead): BoundOperation | Unrouted {
    const methods =
      this.#fixed.get(head.path) ??
      this.#labelled.find(({ form }) => form.test(head.path))?.methods;
    if (methods === undefined) return { unrouted: 'unknown' };
    return (
      methods.get(head.method) ?? { unrouted: 'method', allow: [...methods.keys()].join(', ') }
    );
  }
}

const depthOf = (place: string): number => place.split('/').length;

/** `{}` at the end takes slashes too: clients send ARNs raw. */
function formOf(place: string): RegExp {
  const text = place
    .split('{}')
    .map((part) => part.replace(/[.*+?^$()[\]\\|]/g, '\\$&'))
    .join('[^/]+')
    .replace(/\[\^\/\]\+$/, '.+');
  return new RegExp(`^${text}$`, 's');
}

function bindOperation(
  operation: OperationSchema,
  template: string,
  reading: Reading,
): BoundOperation {
  const { prefix, label } = labelIn(operation, template);
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

/** Where an operation lives, e.g. `/v1/tags/{resourceArn}`. */
function httpOf(operation: OperationSchema): { method: string; template: string } {
  const { http } = operation.traits as { http?: readonly [string, string, number] };
  if (!http) throw new Error(`${operation.name} has no http trait`);
  const [method, template, status] = http;
  if (!/^(?:[^{}?]|\{\w+\})+$/.test(template) || status !== 200)
    throw new Error(`${operation.name}: ${template} answering ${status} cannot be bound`);
  return { method, template };
}

/** Of what is built, a label is only read at the end; a path with others can be routed. */
function labelIn(
  operation: OperationSchema,
  template: string,
): { prefix: string; label: string | undefined } {
  const [, prefix, label] = /^([^{]*)(?:\{(\w+)\})?$/.exec(template) ?? [];
  if (prefix === undefined)
    throw new Error(`${operation.name}: a label within ${template} cannot be read`);
  return { prefix, label };
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

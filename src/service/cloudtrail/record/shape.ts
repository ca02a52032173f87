// How a record shows what was asked and what was answered: in AWS's casing, times as text, and
// secrets hidden. Compiled once for each shape of the SDK's schemas; what has no schema, our own
// operations and documents, is judged by its names alone. A value is never changed in place.

import { NormalizedSchema } from '@smithy/core/schema';
import { setOwn, type SchemaRef } from '../../../wire/schema.ts';
import { hidden, isSecretKey, isSecretMember } from './secret-members.ts';

/** Makes of a value what JSON.stringify writes into a record. */
type Telling = (value: unknown) => unknown;

/** No shape nests deeper but documents, and the wire refuses those that do. */
const deepest = 100;

export class Shapes {
  readonly #service: string;
  readonly #structures = new WeakMap<object, Telling>();

  /** `service` is its name, e.g. `batch`. */
  constructor(service: string) {
    this.#service = service;
  }

  of(ref: SchemaRef): Telling {
    const schema = NormalizedSchema.of(ref);
    return schema.isUnitSchema() ? nothing : this.#of(schema);
  }

  #of(schema: NormalizedSchema): Telling {
    if (isSensitive(schema) || schema.isBlobSchema() || schema.isStreaming()) return hide;
    if (schema.isStructSchema()) return this.#ofStructure(schema);
    if (schema.isListSchema()) {
      const each = this.#of(schema.getValueSchema());
      return (value) => (Array.isArray(value) ? value.map(each) : value);
    }
    if (schema.isMapSchema()) {
      const each = this.#of(schema.getValueSchema());
      return (value) => mapOf(value, each);
    }
    if (schema.isDocumentSchema()) return tellUntyped;
    return asIs;
  }

  #ofStructure(schema: NormalizedSchema): Telling {
    const key = schema.getSchema() as object;
    const known = this.#structures.get(key);
    if (known !== undefined) return known;
    const members: { readonly name: string; readonly shown: string; readonly tell: Telling }[] = [];
    const telling: Telling = (value) => {
      if (typeof value !== 'object' || value === null) return value;
      const source = value as Record<string, unknown>;
      const shown: Record<string, unknown> = {};
      for (const member of members) {
        const given = source[member.name];
        if (given !== undefined) shown[member.shown] = member.tell(given);
      }
      return shown;
    };
    // Before its members: one of them may have the same shape.
    this.#structures.set(key, telling);
    const structure = schema.getName() ?? '';
    for (const [name, member] of schema.structIterator())
      members.push({
        name,
        shown: lowerFirst(name),
        tell: isSecretMember(this.#service, structure, name) ? hide : this.#of(member),
      });
    return telling;
  }
}

const nothing: Telling = () => undefined;
const hide: Telling = () => hidden;
const asIs: Telling = (value) => value;

/** What no schema describes: by names alone. */
export const tellUntyped: Telling = (value) => untyped(value, 0);

function untyped(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > deepest || value instanceof Uint8Array) return hidden;
  if (Array.isArray(value)) return value.map((each) => untyped(each, depth + 1));
  return mapOf(value, (each) => untyped(each, depth + 1));
}

function mapOf(value: unknown, each: Telling): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const shown: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value))
    setOwn(shown, key, isSecretKey(key) ? hidden : each(item));
  return shown;
}

const isSensitive = (schema: NormalizedSchema): boolean =>
  !!(schema.getMergedTraits() as { sensitive?: unknown }).sensitive;

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

// Compiles the SDK's schemas into readers of forms, for the two query protocols: which name a
// member travels under, how lists and maps are counted, and what text each value must be. As with
// JSON, nothing passes that the schema does not describe.

import { NormalizedSchema } from '@smithy/core/schema';
import type { FormNode } from './form.ts';
import {
  requiredOf,
  SchemaFault,
  setOwn,
  within,
  type EmptySays,
  type SchemaRef,
} from './schema.ts';

/**
 * `query`: IAM, STS, SNS. `ec2`: names begin with capitals, and no list has a name between itself
 * and its numbers.
 */
export type QueryFlavour = 'query' | 'ec2';

type FormReader = (node: FormNode) => unknown;

/**
 * How a service's forms are read. An empty optional parameter is an absent one, but where
 * `emptySays` that it means something.
 */
export class FormReading {
  readonly flavour: QueryFlavour;
  readonly emptySays: EmptySays;
  readonly readers = new WeakMap<object, FormReader>();

  constructor(flavour: QueryFlavour, emptySays: EmptySays = () => false) {
    this.flavour = flavour;
    this.emptySays = emptySays;
  }
}

/**
 * The reader of a whole request; a flavour alone means that no empty value says anything. It throws
 * {@link SchemaFault}.
 */
export function compileFormReader(
  ref: SchemaRef,
  how: FormReading | QueryFlavour,
): (form: FormNode) => Record<string, unknown> {
  const schema = NormalizedSchema.of(ref);
  const reading = typeof how === 'string' ? new FormReading(how) : how;
  return schema.isUnitSchema()
    ? () => ({})
    : (readerOf(schema, reading) as (form: FormNode) => Record<string, unknown>);
}

function readerOf(schema: NormalizedSchema, reading: FormReading): FormReader {
  if (schema.isStreaming())
    throw new Error(`${schema.getName(true)}: streams cannot be carried in a form`);
  if (schema.isStructSchema()) {
    const key = schema.getSchema() as object;
    return (
      reading.readers.get(key) ??
      structureReader(schema, reading, (reader) => reading.readers.set(key, reader))
    );
  }
  if (schema.isListSchema()) return listReader(schema, reading);
  if (schema.isMapSchema()) return mapReader(schema, reading);
  if (schema.isStringSchema()) return textOf;
  if (schema.isBooleanSchema()) return readBoolean;
  if (schema.isTimestampSchema()) return readTimestamp;
  if (schema.isBlobSchema()) return readBlob;
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema())
    return readNumber;
  throw new Error(`${schema.getName(true)}: a schema of a kind that a form cannot carry`);
}

interface Member {
  readonly name: string;
  /** The name in the form. */
  readonly wire: string;
  readonly required: boolean;
  /** Empty is as good as absent. */
  readonly dropsEmpty: boolean;
  readonly read: FormReader;
}

function structureReader(
  schema: NormalizedSchema,
  reading: FormReading,
  share: (reader: FormReader) => void,
): FormReader {
  const members: Member[] = [];
  const read: FormReader = ({ children, value }) => {
    if (value !== undefined && value !== '') throw mismatch(value, 'a structure');
    const result: Record<string, unknown> = {};
    for (const member of members) {
      const given = children?.get(member.wire);
      if (
        given !== undefined &&
        !(member.dropsEmpty && given.value === '' && given.children === undefined)
      )
        result[member.name] = at(member.wire, () => member.read(given));
      else if (member.required) throw new SchemaFault('missing', '', member.wire);
    }
    return result;
  };
  // Known before its members are, so that a shape may hold itself.
  share(read);
  const required = requiredOf(schema);
  for (const [name, member] of schema.structIterator()) {
    const dropsEmpty = !required.has(name) && !reading.emptySays(schema.getName() ?? '', name);
    members.push({
      name,
      wire: wireName(name, member, reading.flavour),
      required: required.has(name),
      dropsEmpty,
      read: readerOf(member, reading),
    });
  }
  return read;
}

interface NameTraits {
  readonly xmlName?: string;
  readonly ec2QueryName?: string;
  readonly xmlFlattened?: unknown;
}
const traitsOf = (schema: NormalizedSchema): NameTraits => schema.getMergedTraits();

function wireName(name: string, member: NormalizedSchema, flavour: QueryFlavour): string {
  const { xmlName = name, ec2QueryName } = traitsOf(member);
  if (flavour === 'query') return xmlName;
  return ec2QueryName ?? xmlName.charAt(0).toUpperCase() + xmlName.slice(1);
}

function listReader(schema: NormalizedSchema, reading: FormReading): FormReader {
  const value = schema.getValueSchema();
  const read = readerOf(value, reading);
  const between =
    reading.flavour === 'ec2' || traitsOf(schema).xmlFlattened
      ? undefined
      : (traitsOf(value).xmlName ?? 'member');
  return (node) =>
    numbered(node, between, 'a list').map(([place, entry]) => at(place, () => read(entry)));
}

function mapReader(schema: NormalizedSchema, reading: FormReading): FormReader {
  const { xmlName: keyName = 'key' } = traitsOf(schema.getKeySchema());
  const { xmlName: valueName = 'value' } = traitsOf(schema.getValueSchema());
  const read = readerOf(schema.getValueSchema(), reading);
  const between = traitsOf(schema).xmlFlattened ? undefined : 'entry';
  return (node) => {
    const result: Record<string, unknown> = {};
    for (const [place, { children }] of numbered(node, between, 'a map')) {
      const key = children?.get(keyName)?.value;
      const value = children?.get(valueName);
      if (key === undefined) throw within(new SchemaFault('missing', '', keyName), place);
      if (value !== undefined)
        setOwn(
          result,
          key,
          at(place, () => read(value)),
        );
    }
    return result;
  };
}

/**
 * The entries of a list or map by their numbers, which need neither begin at 1 nor be without gaps.
 * An empty one is an empty value.
 */
function numbered(
  node: FormNode,
  between: string | undefined,
  wanted: string,
): [string, FormNode][] {
  if (node.value !== undefined && node.value !== '') throw mismatch(node.value, wanted);
  const entries =
    (between === undefined ? node : node.children?.get(between))?.children ??
    new Map<string, FormNode>();
  for (const place of entries.keys())
    if (!/^\d{1,9}$/.test(place))
      throw new SchemaFault('type', `${shown(place)} is not the number of an entry`);
  return [...entries].sort(([a], [b]) => Number(a) - Number(b));
}

function textOf({ value, children }: FormNode): string {
  if (value === undefined || children !== undefined)
    throw new SchemaFault('type', 'Names below a plain value');
  return value;
}

const readNumber: FormReader = (node) => {
  const text = textOf(node);
  if (!/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(text) || !Number.isFinite(Number(text)))
    throw mismatch(text, 'a Number');
  return Number(text);
};

const readBoolean: FormReader = (node) => {
  const text = textOf(node).toLowerCase();
  if (text !== 'true' && text !== 'false') throw mismatch(text, 'a Boolean');
  return text === 'true';
};

const readTimestamp: FormReader = (node) => {
  const text = textOf(node);
  const date = new Date(
    /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text) ? text : NaN,
  );
  if (Number.isNaN(date.getTime())) throw mismatch(text, 'a Timestamp');
  return date;
};

const readBlob: FormReader = (node) => {
  const text = textOf(node);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw mismatch(text, 'a Blob');
  return new Uint8Array(Buffer.from(text, 'base64'));
};

function at<T>(step: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw within(error, step);
  }
}

const shown = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}…` : text);

const mismatch = (text: string, wanted: string): SchemaFault =>
  new SchemaFault('type', `Value (${shown(text)}) is invalid: ${wanted} is wanted`);

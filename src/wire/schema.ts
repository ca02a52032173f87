// Compiles the AWS SDK's runtime schemas into the closures that read request values and write
// response values. The SDK is the only shape table there is: never write a member list by hand
// here, and never let a value through that the schema does not describe.
//
// Requests come from JSON.parse, so a value is already ours: a reader checks it in place and
// returns the very same object when nothing had to be dropped or converted. It copies only where it
// must (unknown members, nulls, timestamps, blobs), which keeps the hot path free of allocation.

import { NormalizedSchema } from '@smithy/core/schema';

/** A reference to a schema as the SDK's modules export it. */
export type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

/** What an SDK client module exports: schemas among much else. */
export type SchemaModule = Readonly<Record<string, unknown>>;

/** One operation of an SDK module, e.g. its export `SubmitJob$`. */
export interface OperationSchema {
  readonly name: string;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly input: SchemaRef;
  readonly output: SchemaRef;
}

/**
 * The module with one more optional member in an operation's input, which the SDK knows of another
 * operation: SDKs drop it, and whoever writes the request by hand may send it.
 */
export function withInputMember(
  module: SchemaModule,
  operation: string,
  member: string,
  schema: SchemaRef,
): SchemaModule {
  const key = `${operation}$`;
  const [kind, namespace, name, traits, input, output] = module[key] as readonly unknown[];
  const [shape, space, title, own, names, schemas, required] = NormalizedSchema.of(
    input as SchemaRef,
  ).getSchema() as unknown as readonly [...unknown[], string[], unknown[], number];
  const more = [
    shape,
    space,
    title,
    own,
    [...(names as string[]), member],
    [...(schemas as unknown[]), schema],
    required,
  ];
  return { ...module, [key]: [kind, namespace, name, traits, () => more, output] };
}

/**
 * The caller sent something that its schema does not allow. The service's dialect words it (see
 * error-catalogue).
 */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault';
  readonly kind: 'type' | 'missing';
  /** What is wrong in AWS's words; empty when a member is missing. */
  readonly detail: string;
  /** From the request's root to the faulty value. */
  readonly path: string[] = [];
  constructor(kind: 'type' | 'missing', detail: string, member?: string) {
    super(kind);
    this.kind = kind;
    this.detail = detail;
    if (member !== undefined) this.path.push(member);
  }

  /** The faulty place as a person writes it: `containerOverrides.environment[0].name`. */
  get where(): string {
    return this.path
      .map((step, at) => (step.startsWith('[') || at === 0 ? step : `.${step}`))
      .join('');
  }
}

/** Takes a parsed JSON value; answers the typed one or throws {@link SchemaFault}. */
type ValueReader = (value: unknown, depth: number) => unknown;
/** Turns a response value into what JSON.stringify can write. */
type Converter = (value: unknown) => unknown;

/**
 * Whether an empty text, list, map or structure means something in this optional member, and not
 * just that nothing is said.
 */
export type EmptySays = (structure: string, member: string) => boolean;

/**
 * How a service's requests are read. Readers of structures are shared, which is also what lets
 * shapes be recursive.
 */
export class Reading {
  readonly readers = new WeakMap<object, ValueReader>();
  /** Absent: every empty value arrives as it was sent. */
  readonly emptySays: EmptySays | undefined;

  constructor(emptySays?: EmptySays) {
    this.emptySays = emptySays;
  }
}

/**
 * Only documents and recursive shapes can nest further than their schema; AWS stops at a depth of
 * this order too.
 */
const deepest = 100;

/** Every operation that a module exports, by name. */
export function operationsOf(module: SchemaModule): Map<string, OperationSchema> {
  const found = new Map<string, OperationSchema>();
  for (const value of Object.values(module)) {
    if (!Array.isArray(value) || value[0] !== 9 || typeof value[2] !== 'string') continue;
    const [, , name, traits, input, output] = value;
    found.set(name, { name, traits: typeof traits === 'object' ? traits : {}, input, output });
  }
  return found;
}

/**
 * The reader of a whole request body; null and an absent body count as `{}`. Members in `bound`
 * travel elsewhere (path, query).
 */
export function compileRequest(
  ref: SchemaRef,
  { bound = nothing, reading = asSent }: { bound?: ReadonlySet<string>; reading?: Reading } = {},
): (json: unknown) => Record<string, unknown> {
  const schema = NormalizedSchema.of(ref);
  if (schema.isUnitSchema()) return () => ({});
  const read =
    bound.size === 0 ? readerOf(schema, reading) : structureReader(schema, bound, reading);
  return (json) => read(json ?? {}, 0) as Record<string, unknown>;
}

/** The writer of a whole response body. */
export function compileResponse(ref: SchemaRef): (output: unknown) => string {
  const schema = NormalizedSchema.of(ref);
  if (schema.isUnitSchema()) return () => '{}';
  // Most shapes hold only what JSON knows by itself; JSON.stringify drops what is undefined.
  if (isPlain(schema, new Set())) return (output) => JSON.stringify(output ?? {});
  const convert = converterOf(schema);
  return (output) => JSON.stringify(convert(output ?? {}));
}

const nothing: ReadonlySet<string> = new Set();
const asSent = new Reading();
const converters = new WeakMap<object, Converter>();

function readerOf(schema: NormalizedSchema, reading: Reading): ValueReader {
  refuseStream(schema);
  if (schema.isStructSchema()) {
    const key = schema.getSchema() as object;
    const known = reading.readers.get(key);
    if (known) return known;
    return structureReader(schema, nothing, reading, (reader) => reading.readers.set(key, reader));
  }
  if (schema.isListSchema())
    return listReader(readerOf(schema.getValueSchema(), reading), isSparse(schema));
  if (schema.isMapSchema())
    return mapReader(readerOf(schema.getValueSchema(), reading), isSparse(schema));
  if (schema.isStringSchema()) return readString;
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema())
    return readNumber;
  if (schema.isBooleanSchema()) return readBoolean;
  if (schema.isTimestampSchema()) return timestampReader(schema.getSchema() as number);
  if (schema.isBlobSchema()) return readBlob;
  if (schema.isDocumentSchema()) return readDocument;
  throw new Error(`${schema.getName(true)}: a schema of a kind that the wire does not know`);
}

interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly read: ValueReader;
  /**
   * What is empty is as good as absent: `all` of it, or only what is `unreadable` for want of its
   * required members.
   */
  readonly drops: 'all' | 'unreadable' | undefined;
}

const isEmpty = (value: unknown): boolean =>
  value === '' ||
  (typeof value === 'object' &&
    value !== null &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array) &&
    hasNone(value));

function hasNone(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

/**
 * `share` is told the reader before the members are compiled, so that a member of the same shape
 * finds it.
 */
function structureReader(
  schema: NormalizedSchema,
  bound: ReadonlySet<string>,
  reading: Reading,
  share?: (reader: ValueReader) => void,
): ValueReader {
  const members = new Map<string, Member>();
  const union = schema.isUnionSchema();
  let requiredCount = 0;
  const read: ValueReader = (value, depth) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw mismatch(value, 'a structure');
    if (depth > deepest) throw tooDeep();
    const source = value as Record<string, unknown>;
    let copy: Record<string, unknown> | undefined;
    let requiredSeen = 0;
    let taken = 0;
    let at = '';
    try {
      for (at in source) {
        const given = source[at];
        const member = members.get(at);
        if (
          member === undefined ||
          given === null ||
          (member.drops !== undefined && isEmpty(given))
        ) {
          copy ??= entriesBefore(source, at);
          continue;
        }
        const kept = member.read(given, depth + 1);
        if (member.drops === 'all' && kept !== given && isEmpty(kept)) {
          copy ??= entriesBefore(source, at);
          continue;
        }
        taken++;
        if (member.required) requiredSeen++;
        if (copy === undefined && (kept !== given || member.name !== at))
          copy = entriesBefore(source, at);
        if (copy !== undefined) copy[member.name] = kept;
      }
    } catch (error) {
      throw within(error, at);
    }
    const result = copy ?? source;
    if (requiredSeen < requiredCount)
      throw new SchemaFault('missing', '', firstMissing(members, result));
    if (union && taken !== 1)
      throw new SchemaFault('type', 'A union must have exactly one member set');
    return result;
  };
  share?.(read);
  const required = requiredOf(schema);
  for (const [name, member] of schema.structIterator()) {
    if (bound.has(name)) continue;
    members.set(wireName(name, member), {
      name,
      required: required.has(name),
      read: readerOf(member, reading),
      drops: required.has(name) ? undefined : dropsOf(reading, schema, name, member),
    });
    if (required.has(name)) requiredCount++;
  }
  return read;
}

function dropsOf(
  { emptySays }: Reading,
  schema: NormalizedSchema,
  name: string,
  member: NormalizedSchema,
): Member['drops'] {
  if (emptySays === undefined) return undefined;
  if (!emptySays(schema.getName() ?? '', name)) return 'all';
  return member.isStructSchema() && requiredOf(member).size > 0 ? 'unreadable' : undefined;
}

/**
 * Required members come first in the SDK's tuple; its last element counts them. NormalizedSchema
 * does not tell.
 */
export function requiredOf(schema: NormalizedSchema): Set<string> {
  const tuple = schema.getSchema() as unknown as readonly unknown[];
  return new Set((tuple[4] as string[]).slice(0, typeof tuple[6] === 'number' ? tuple[6] : 0));
}

function listReader(read: ValueReader, sparse: boolean): ValueReader {
  return (value, depth) => {
    if (!Array.isArray(value)) throw mismatch(value, 'a list');
    let copy: unknown[] | undefined;
    let at = 0;
    try {
      for (; at < value.length; at++) {
        const given: unknown = value[at];
        if (given === null && !sparse) {
          copy ??= value.slice(0, at);
          continue;
        }
        const kept = given === null ? null : read(given, depth + 1);
        if (kept !== given) copy ??= value.slice(0, at);
        copy?.push(kept);
      }
    } catch (error) {
      throw within(error, `[${at}]`);
    }
    return copy ?? value;
  };
}

function mapReader(read: ValueReader, sparse: boolean): ValueReader {
  return (value, depth) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw mismatch(value, 'a map');
    const source = value as Record<string, unknown>;
    let copy: Record<string, unknown> | undefined;
    let at = '';
    try {
      for (at in source) {
        const given = source[at];
        if (given === null && !sparse) {
          copy ??= entriesBefore(source, at);
          continue;
        }
        const kept = given === null ? null : read(given, depth + 1);
        const key = wellFormed(at);
        if (kept !== given || key !== at) copy ??= entriesBefore(source, at);
        if (copy !== undefined) setOwn(copy, key, kept);
      }
    } catch (error) {
      throw within(error, at);
    }
    return copy ?? source;
  };
}

const readString: ValueReader = (value) => {
  if (typeof value !== 'string') throw mismatch(value, 'a String');
  return wellFormed(value);
};

// The schemas do not tell integers from doubles: operations check that with `integerIn` (check.ts).
const readNumber: ValueReader = (value) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw mismatch(value, 'a Number');
  return value;
};

const readBoolean: ValueReader = (value) => {
  if (typeof value !== 'boolean') throw mismatch(value, 'a Boolean');
  return value;
};

const readBlob: ValueReader = (value) => {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
    throw mismatch(value, 'a Blob');
  return new Uint8Array(Buffer.from(value, 'base64'));
};

/**
 * Anything at all, bounded in depth. A list or map without a change keeps its identity, as
 * everywhere.
 */
const readDocument: ValueReader = (value, depth) => {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw tooDeep();
  return Array.isArray(value) ? readDocumentList(value, depth) : readDocumentMap(value, depth);
};
const readDocumentList = listReader(readDocument, true);
const readDocumentMap = mapReader(readDocument, true);

/** JSON protocols write seconds since the epoch unless the member asks for another form. */
function timestampReader(format: number): ValueReader {
  return (value) => {
    const time =
      format === 5 || format === 6
        ? typeof value === 'string'
          ? Date.parse(value)
          : NaN
        : typeof value === 'number'
          ? value * 1000
          : NaN;
    const date = new Date(time);
    if (Number.isNaN(date.getTime())) throw mismatch(value, 'a Timestamp');
    return date;
  };
}

function isPlain(schema: NormalizedSchema, seen: Set<unknown>): boolean {
  refuseStream(schema);
  if (schema.isStructSchema()) {
    const key = schema.getSchema();
    if (seen.has(key)) return true;
    seen.add(key);
    for (const [name, member] of schema.structIterator())
      if (wireName(name, member) !== name || !isPlain(member, seen)) return false;
    return true;
  }
  if (schema.isListSchema() || schema.isMapSchema()) return isPlain(schema.getValueSchema(), seen);
  return !(
    schema.isTimestampSchema() ||
    schema.isBlobSchema() ||
    schema.isBigIntegerSchema() ||
    schema.isBigDecimalSchema()
  );
}

function converterOf(schema: NormalizedSchema): Converter {
  refuseStream(schema);
  if (schema.isStructSchema()) return structureConverter(schema);
  if (schema.isListSchema()) {
    const each = converterOf(schema.getValueSchema());
    return (value) => (value as unknown[] | undefined)?.map(each);
  }
  if (schema.isMapSchema()) {
    const each = converterOf(schema.getValueSchema());
    return (value) =>
      value && Object.fromEntries(Object.entries(value).map(([key, item]) => [key, each(item)]));
  }
  if (schema.isTimestampSchema()) return timestampConverter(schema.getSchema() as number);
  if (schema.isBlobSchema())
    return (value) => value && Buffer.from(value as Uint8Array).toString('base64');
  if (schema.isBigIntegerSchema() || schema.isBigDecimalSchema())
    return (value) => (typeof value === 'bigint' ? Number(value) : value);
  return (value) => value;
}

function structureConverter(schema: NormalizedSchema): Converter {
  const key = schema.getSchema() as object;
  const known = converters.get(key);
  if (known) return known;
  const members: { name: string; wire: string; convert: Converter }[] = [];
  const convert: Converter = (value) => {
    if (value === undefined || value === null) return undefined;
    const source = value as Record<string, unknown>;
    const target: Record<string, unknown> = {};
    for (const member of members) target[member.wire] = member.convert(source[member.name]);
    return target;
  };
  converters.set(key, convert);
  for (const [name, member] of schema.structIterator())
    members.push({ name, wire: wireName(name, member), convert: converterOf(member) });
  return convert;
}

function timestampConverter(format: number): Converter {
  return (value) => {
    if (!(value instanceof Date)) return value;
    if (format === 5) return value.toISOString();
    if (format === 6) return value.toUTCString();
    return value.getTime() / 1000;
  };
}

function refuseStream(schema: NormalizedSchema): void {
  if (schema.isStreaming())
    throw new Error(`${schema.getName(true)}: streams cannot be carried as JSON`);
}

function wireName(name: string, member: NormalizedSchema): string {
  const { jsonName } = member.getMergedTraits() as { jsonName?: string };
  return jsonName ?? name;
}

function isSparse(schema: NormalizedSchema): boolean {
  return !!(schema.getMergedTraits() as { sparse?: unknown }).sparse;
}

/**
 * A lone surrogate cannot be stored or sent as UTF-8; replacing it here keeps memory, disk and
 * answers equal.
 */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/**
 * The entries that come before `stop`, so that a copy begun there carries on where the check in
 * place ended.
 */
function entriesBefore(source: Record<string, unknown>, stop: string): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key in source) {
    if (key === stop) break;
    setOwn(copy, key, source[key]);
  }
  return copy;
}

/**
 * Plain assignment would call the setter of `__proto__`; a caller may use that name for a tag or a
 * parameter.
 */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  else target[key] = value;
}

function firstMissing(
  members: ReadonlyMap<string, Member>,
  given: Readonly<Record<string, unknown>>,
): string {
  for (const member of members.values())
    if (member.required && !Object.hasOwn(given, member.name)) return member.name;
  return '';
}

/** The fault, one step nearer to the request's root. */
export function within(error: unknown, step: string): unknown {
  if (error instanceof SchemaFault)
    error.path.unshift(step.length > 128 ? `${step.slice(0, 128)}…` : step);
  return error;
}

function tooDeep(): SchemaFault {
  return new SchemaFault('type', `Values nest deeper than ${deepest} levels`);
}

/**
 * AWS services name the JSON token that they met, e.g. `NUMBER_VALUE can not be converted to a
 * String`.
 */
function mismatch(value: unknown, wanted: string): SchemaFault {
  if (typeof value === 'object' && value !== null) {
    const found = Array.isArray(value) ? 'Start of list' : 'Start of structure or map';
    return new SchemaFault('type', `${found} found where not expected: ${wanted} is wanted`);
  }
  const token =
    typeof value === 'string'
      ? 'STRING_VALUE'
      : typeof value === 'number'
        ? 'NUMBER_VALUE'
        : value === true
          ? 'TRUE_VALUE'
          : value === false
            ? 'FALSE_VALUE'
            : 'NULL_VALUE';
  return new SchemaFault('type', `${token} can not be converted to ${wanted}`);
}

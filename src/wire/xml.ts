// Compiles the SDK's schemas into writers of XML, as the two query protocols answer. Whatever a
// value holds, what is written is well-formed: what XML cannot say is replaced, never passed on.

import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from './schema.ts';

/** The element of `name` that holds the value. */
type Writer = (name: string, value: unknown) => string;

const known = new WeakMap<object, Writer>();

/** The writer of a structure's members, without an element around them. */
export function compileXmlWriter(ref: SchemaRef): (output: unknown) => string {
  const schema = NormalizedSchema.of(ref);
  if (schema.isUnitSchema()) return () => '';
  const write = membersWriter(schema);
  return (output) => write((output ?? {}) as Record<string, unknown>);
}

/** `<name>inner</name>`; `inner` is XML already. */
export const element = (name: string, inner: string): string =>
  inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;

/** Text as XML's character data. */
export function escapeXml(text: string): string {
  const sayable = text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- these are what XML 1.0 has no way to say.
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD');
  return /[&<>"\r]/.test(sayable)
    ? sayable.replace(/[&<>"\r]/g, (character) => escapes[character] as string)
    : sayable;
}
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

function writerOf(schema: NormalizedSchema): Writer {
  if (schema.isStreaming())
    throw new Error(`${schema.getName(true)}: streams cannot be carried in XML`);
  if (schema.isStructSchema()) return structureWriter(schema);
  if (schema.isListSchema()) return listWriter(schema);
  if (schema.isMapSchema()) return mapWriter(schema);
  if (schema.isTimestampSchema())
    return (name, value) => element(name, (value as Date).toISOString().replace('.000Z', 'Z'));
  if (schema.isBlobSchema())
    return (name, value) => element(name, Buffer.from(value as Uint8Array).toString('base64'));
  return (name, value) => element(name, escapeXml(String(value)));
}

function structureWriter(schema: NormalizedSchema): Writer {
  const key = schema.getSchema() as object;
  const shared = known.get(key);
  if (shared !== undefined) return shared;
  let members: ((value: Record<string, unknown>) => string) | undefined;
  const write: Writer = (name, value) => {
    // Compiled when it is first met: a shape may hold itself, and most shapes of EC2 are never
    // written.
    members ??= membersWriter(schema);
    return element(name, members(value as Record<string, unknown>));
  };
  known.set(key, write);
  return write;
}

function membersWriter(schema: NormalizedSchema): (value: Record<string, unknown>) => string {
  const members = [...schema.structIterator()].map(([name, member]) => ({
    name,
    wire: xmlName(member) ?? name,
    write: writerOf(member),
  }));
  return (value) => {
    let text = '';
    for (const { name, wire, write } of members) {
      const given = value[name];
      if (given !== undefined && given !== null) text += write(wire, given);
    }
    return text;
  };
}

function listWriter(schema: NormalizedSchema): Writer {
  const entry = schema.getValueSchema();
  const write = writerOf(entry);
  const entryName = xmlName(entry) ?? 'member';
  if (isFlattened(schema))
    return (name, value) => (value as unknown[]).map((item) => write(name, item)).join('');
  return (name, value) =>
    element(name, (value as unknown[]).map((item) => write(entryName, item)).join(''));
}

function mapWriter(schema: NormalizedSchema): Writer {
  const keyName = xmlName(schema.getKeySchema()) ?? 'key';
  const valueName = xmlName(schema.getValueSchema()) ?? 'value';
  const write = writerOf(schema.getValueSchema());
  const inner = (key: string, value: unknown): string =>
    element(keyName, escapeXml(key)) + write(valueName, value);
  const flattened = isFlattened(schema);
  return (name, value) => {
    const entries = Object.entries(value as object).map(([key, item]) =>
      element(flattened ? name : 'entry', inner(key, item)),
    );
    return flattened ? entries.join('') : element(name, entries.join(''));
  };
}

const xmlName = (schema: NormalizedSchema): string | undefined =>
  (schema.getMergedTraits() as { xmlName?: string }).xmlName;
const isFlattened = (schema: NormalizedSchema): boolean =>
  Boolean((schema.getMergedTraits() as { xmlFlattened?: unknown }).xmlFlattened);

// JSON objects as attributes of topics and subscriptions hold them, read with a bound and with
// nothing in them that is not known.

import { invalidParameter } from './error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws InvalidParameter, which names the attribute, where the text is no object of JSON. */
export function readObject(attribute: string, text: string, mostBytes: number): JsonObject {
  if (Buffer.byteLength(text) > mostBytes)
    throw invalidParameter(`${attribute} Reason: it has more than ${mostBytes} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidParameter(`${attribute}: failed to parse JSON.`);
  }
  if (!isObject(value)) throw invalidParameter(`${attribute}: failed to parse JSON.`);
  return value;
}

/** Throws where the object has a member of another name; what is null counts as absent. */
export function known(attribute: string, object: JsonObject, names: readonly string[]): void {
  for (const [name, value] of Object.entries(object))
    if (value !== null && !names.includes(name))
      throw invalidParameter(`${attribute}: unknown element ${name.slice(0, 64)}`);
}

/** A member that is an object; undefined where it is absent or null. */
export function objectIn(
  attribute: string,
  object: JsonObject,
  name: string,
): JsonObject | undefined {
  const value = object[name] ?? undefined;
  if (value !== undefined && !isObject(value))
    throw invalidParameter(`${attribute}: ${name} must be an object`);
  return value;
}

/** A member that is a whole number within bounds; undefined where it is absent or null. */
export function integerMember(
  attribute: string,
  object: JsonObject,
  name: string,
  [low, high]: readonly [number, number],
): number | undefined {
  const value = object[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high)
    throw invalidParameter(`${attribute}: ${name} must be a whole number from ${low} to ${high}`);
  return value;
}

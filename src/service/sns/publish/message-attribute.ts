// The attributes of a message as requests bring them: names, types and values (developer guide,
// "Amazon SNS message attributes").

import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { limit } from '../../../core/limit.ts';
import { invalidValue } from '../error.ts';

/** By name; of a Binary one the bytes in base64. */
export type MessageAttributes = Readonly<
  Record<string, { readonly type: string; readonly text: string }>
>;

/** Throws ParameterValueInvalid. */
export function messageAttributes(
  given: Readonly<Record<string, MessageAttributeValue>> = {},
): MessageAttributes {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [nameOf(name), valueOf(name, value)]),
  );
}

/** Bytes that a message's attributes count for. */
export const attributeBytes = (attributes: MessageAttributes): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { type, text }]) =>
      sum +
      Buffer.byteLength(name) +
      type.length +
      (isBinary(type) ? Math.floor((text.length * 3) / 4) : Buffer.byteLength(text)),
    0,
  );

export const isBinary = (type: string): boolean => /^Binary(?:\.|$)/.test(type);

function nameOf(name: string): string {
  if (
    name.length > limit.sns.attributeNameCharacters ||
    !/^[\w-]+(?:\.[\w-]+)*$/.test(name) ||
    /^(?:aws|amazon)\./i.test(name)
  )
    throw invalidValue(
      `Invalid message attribute name: ${name.slice(0, 64)}. It has 1 to ${limit.sns.attributeNameCharacters} letters, digits, hyphens, underscores and single periods between them, and does not begin with AWS. or Amazon.`,
    );
  return name;
}

function valueOf(
  name: string,
  { DataType: type = '', StringValue: text, BinaryValue: bytes }: MessageAttributeValue,
): MessageAttributes[string] {
  if (
    type.length > limit.sns.attributeNameCharacters ||
    !/^(?:String|Number|Binary)(?:\.[\w.-]+)?$/.test(type)
  )
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const isOfBytes = isBinary(type);
  const value = isOfBytes ? bytes && Buffer.from(bytes).toString('base64') : text;
  if (value === undefined || value === '')
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  if ((isOfBytes ? text : bytes) !== undefined)
    throw invalidValue(`The message attribute '${name}' has values of more than one type.`);
  if (/^Number(?:\.|$)/.test(type) && !isNumber(value))
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  if (type === 'String.Array' && !isArray(value))
    throw invalidValue(
      `The message attribute '${name}' of type String.Array must be an array of strings, numbers, true, false and null.`,
    );
  return { type, text: value };
}

const isNumber = (text: string): boolean =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text) && Number.isFinite(Number(text));

function isArray(text: string): boolean {
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) && values.every((one) => typeof one !== 'object' || one === null);
  } catch {
    return false;
  }
}

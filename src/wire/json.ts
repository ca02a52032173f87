// What the JSON protocols share: reading a body's JSON and writing an error's. Never throws
// anything but AwsError.

import { AwsError } from './aws-error.ts';

/**
 * The body's JSON; undefined when it is empty. Not JSON is what AWS calls a SerializationException.
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 400, 'The request body is not valid JSON');
  }
}

/** SDKs take the type from `__type` (or the header), and the text from `message`. */
export function writeJsonError({ name, message }: AwsError): string {
  return JSON.stringify({ __type: name, message });
}

/** A codec of an operation that is not built: it is answered before anything is read. */
export const unread = {
  read(): never {
    throw new Error('an operation that is not built was read');
  },
  write(): never {
    throw new Error('an operation that is not built was written');
  },
};

// What a request is answered with, before it is bytes on a socket.

import type { AwsError } from './aws-error.ts';
import type { ErrorFormat } from './protocol.ts';

/** A finished answer; `headers` is a flat list of names and values. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** An answer that is sent as it is made. */
export interface StreamedAnswer extends Omit<Answer, 'body'> {
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What an operation gives whose answer is a stream of bytes: its protocol does not write it. */
export class StreamedOutput {
  readonly type: string;
  readonly bytes: AsyncIterable<Uint8Array>;

  constructor(type: string, bytes: AsyncIterable<Uint8Array>) {
    this.type = type;
    this.bytes = bytes;
  }
}

export function errorAnswer(
  format: ErrorFormat,
  requestId: string,
  error: AwsError,
  more: readonly string[] = [],
): Answer {
  return {
    status: error.status,
    headers: [
      'content-type',
      format.contentType,
      'x-amzn-requestid',
      requestId,
      'x-amzn-errortype',
      error.name,
      ...more,
    ],
    body: format.writeError(error, requestId),
  };
}

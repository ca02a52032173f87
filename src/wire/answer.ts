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

/** Whom an operation goes on to talk with. */
export interface Peer {
  /** Ends when the peer has gone. Read once, from the beginning. */
  readonly messages: AsyncIterable<string | Uint8Array>;
  /** Resolves when more may be sent; what comes too late is lost. Never rejects. */
  send(message: string | Uint8Array): Promise<void>;
  /** All is said. */
  end(): void;
}

/**
 * What goes on message by message, both ways, where others answer: over a WebSocket. Either it is
 * talked with or dropped, once.
 */
export interface Conversation {
  /** The WebSocket's subprotocol. */
  readonly protocol: string;
  talk(peer: Peer): Promise<void>;
  /** Nobody is there to talk with. */
  drop(): void;
}

/** What an operation gives that converses. */
export class ConversedOutput {
  readonly conversation: Conversation;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
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

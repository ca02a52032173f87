// What is written down of requests. Whoever keeps the records is plugged in; nothing here decides
// what becomes of them.

import type { AwsError } from './aws-error.ts';
import type { Access, RequestContext } from './operation.ts';
import type { BoundOperation, RequestHead } from './protocol.ts';
import type { AnyService } from './service.ts';
import type { SigV4Credential } from './sigv4/parse.ts';

/** What is known of a request by now; more comes with each step. */
export interface CallFacts {
  readonly requestId: string;
  readonly head: RequestHead;
  /** As the request says it; nothing of it is verified. */
  readonly credential: SigV4Credential | undefined;
  /** That of the credential's scope, else the server's own. */
  readonly region: string;
  readonly service: AnyService;
  readonly bound: BoundOperation | undefined;
  /** As of a context. */
  readonly invokedBy?: string | undefined;
  /** As of a context. */
  readonly once?: string | undefined;
  /** Undefined until it is known who asks. */
  readonly context: RequestContext | undefined;
  /** Undefined until it is read. */
  readonly input: unknown;
  /** For what the caller needs leave; empty until that is come to. */
  readonly access: readonly Access[];
}

/**
 * What became of one request that named an operation, however far it came. Written when its answer
 * is ready; of a streamed answer, when it begins.
 */
export interface AuditRecord {
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  readonly sourceAddress: string;
  /** Undefined when the request was turned away before it was known who asks. */
  readonly context: RequestContext | undefined;
  /** Undefined when it could not be read, or was not come to. */
  readonly input: unknown;
  /** For what the caller needed leave; empty when that was not come to. */
  readonly access: readonly Access[];
  /** Undefined of a failure, and of a streamed answer. */
  readonly output: unknown;
  readonly error: AwsError | undefined;
  readonly status: number;
  /** All that is known of the request. */
  readonly call: CallFacts;
}

/** A fault of ours: what the caller sees as a bare 500. */
export interface FaultRecord {
  readonly requestId: string;
  readonly service: string;
  /** Empty where the fault came before it was known. */
  readonly operation: string;
  readonly error: unknown;
}

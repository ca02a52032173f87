// What is written down of requests. Whoever keeps the records is plugged in; nothing here decides
// what becomes of them.

import type { AwsError } from './aws-error.ts';
import type { Access, RequestContext } from './operation.ts';

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
}

/** A fault of ours: what the caller sees as a bare 500. */
export interface FaultRecord {
  readonly requestId: string;
  readonly service: string;
  /** Empty where the fault came before it was known. */
  readonly operation: string;
  readonly error: unknown;
}

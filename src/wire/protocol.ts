// What a wire protocol is to the router: how a request names its operation, and how values become
// bytes and back. A protocol never calls an operation and never answers a socket.

import type { AwsError } from './aws-error.ts';
import type { EmptySays, OperationSchema } from './schema.ts';

/**
 * A request without its body, as the listener hands it over. `path` and `query` are raw: still
 * percent-encoded.
 */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /**
   * Names and values in turn, as they arrived: in {@link headers}, names are in lower case, and
   * what came twice is joined or left out.
   */
  readonly rawHeaders: readonly string[];
  readonly sourceAddress: string;
  /** Absent: the connection is not encrypted. */
  readonly tls?: { readonly version: string; readonly cipherSuite: string } | undefined;
}

/** One operation as one protocol carries it. */
export interface BoundOperation {
  readonly name: string;
  /** Absent: it is one of our own, or not built. */
  readonly schema?: OperationSchema;
  /** The typed input; throws SchemaFault or AwsError. */
  read(head: RequestHead, body: Buffer): unknown;
  /** The body of the success answer. */
  write(output: unknown, requestId: string): string;
}

/**
 * Why a head names no operation: the path or target is unknown, or the path is known by other
 * methods only.
 */
export type Unrouted =
  | { readonly unrouted: 'unknown' }
  | { readonly unrouted: 'method'; readonly allow: string };

/** One service's operations, bound to one protocol. */
export interface Binding {
  /** Finds the operation that a head names. */
  route(head: RequestHead): BoundOperation | Unrouted;
}

/** The same where the body names the operation, or where it is bound only when the body is here. */
export interface BodyBinding {
  /** Throws AwsError where the body names none that is known. */
  route(head: RequestHead, body: Buffer): BoundOperation | Unrouted;
}

/** How a protocol tells of an error. */
export interface ErrorFormat {
  readonly contentType: string;
  /** The body of an error answer. */
  writeError(error: AwsError, requestId: string): string;
}

interface SchemaProtocol<Bound> extends ErrorFormat {
  /**
   * Compiles operations for this protocol; throws when a schema binds something that the protocol
   * cannot carry. Those in `namesOnly` are routed but never read: their codec is not built.
   */
  bind(
    operations: Iterable<OperationSchema>,
    namesOnly: ReadonlySet<string>,
    emptySays?: EmptySays,
  ): Bound;
}

/** A protocol whose requests name their operation by method, path and headers. */
export interface HeadProtocol extends SchemaProtocol<Binding> {
  readonly operationIn: 'head';
  /** The status that this protocol gives to an operation nobody knows. */
  readonly unknownOperationStatus: number;
}

/** A protocol whose requests name their operation in a form. */
export interface BodyProtocol extends SchemaProtocol<BodyBinding> {
  readonly operationIn: 'body';
  /** The API's version: all that an unsigned request tells of its service. */
  readonly version: string;
}

export type AwsProtocol = HeadProtocol | BodyProtocol;

/** A protocol of our own: its operations have paths below one that no service of AWS has. */
export interface PathProtocol extends ErrorFormat {
  readonly operationIn: 'path';
  /** What all its paths begin with, e.g. `/_longshore/`. */
  readonly below: string;
  readonly binding: Binding;
  /** What is answered at a path below it where nothing is. */
  readonly nothingHere: AwsError;
}

// What an operation of any AWS service is to the wire: a name, what it asks leave for, and a
// handler. The wire knows no operation, and an operation knows no HTTP.

import type { Scope } from '../base/ids.ts';
import type { Principal } from '../base/principal.ts';

/**
 * Who asks for which operation, and where; made by the wire for each request. A change carries it
 * to the one writer as its envelope (port/command-bus.ts).
 */
export interface RequestContext {
  readonly requestId: string;
  readonly account: string;
  readonly region: string;
  readonly scope: Scope;
  readonly principal: Principal;
  /** The service's name, e.g. `batch`. */
  readonly service: string;
  /** By AWS's name, e.g. `SubmitJob`. */
  readonly operation: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
}

/** One thing an operation wants to do, in IAM's terms. */
export interface Access {
  /** e.g. `batch:SubmitJob`. */
  readonly action: string;
  /** ARNs, or `*`. */
  readonly resources: readonly string[];
  /** Condition keys of the service, e.g. `batch:Image`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Operation<Deps, Input, Output> {
  /** What the caller must be allowed to do. Asked after validation and before `handle`. */
  authorizes(input: Input, context: RequestContext): readonly Access[];
  /**
   * Input is typed and checked against the SDK's schema; throws AwsError for what the schema cannot
   * say.
   */
  handle(deps: Deps, input: Input, context: RequestContext): Output | Promise<Output>;
}

/** An operation that is not built yet: registered, counted, and answered with an honest error. */
export const notBuilt = Symbol('not built yet');

// The table of a whole service erases the types of the single operations; each file keeps them.
export type OperationTable<Deps> = Readonly<
  // oxlint-disable-next-line typescript/no-explicit-any
  Record<string, Operation<Deps, any, any> | typeof notBuilt>
>;

/** The authenticator answers who the caller is; it throws AwsError to turn a request away. */
export interface Authenticator {
  authenticate(request: {
    credential: SigV4Credential | undefined;
    region: string;
    sourceAddress: string;
  }): Principal;
}

/** The authorizer throws AwsError (AccessDeniedException) to turn a request away. */
export interface Authorizer {
  authorize(access: readonly Access[], context: RequestContext): void;
}

/** The credential scope of a SigV4 Authorization header or query (parsed, not verified). */
export interface SigV4Credential {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

// What an operation of any service is to the wire: a name, what it asks leave for, and a handler.
// The wire knows no operation, and an operation knows no HTTP.

import type { CallRecord } from '../base/call-record.ts';
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
  /** The request came over TLS. */
  readonly isEncrypted?: boolean;
  readonly userAgent: string;
  /**
   * The service of AWS's that calls with the caller's rights, e.g. `events.amazonaws.com`; absent:
   * the caller itself does.
   */
  readonly invokedBy?: string | undefined;
  /** The id of what the call makes, which may be there already; absent: a new one. */
  readonly once?: string | undefined;
  /** Absent: no record is kept of the call, or none with its change. */
  readonly record?: CallRecord | undefined;
}

/** Keys of IAM's conditions, e.g. `batch:Image`, with the values that a request gives them. */
export type Conditions = Readonly<Record<string, string | readonly string[]>>;

/** One thing that an operation wants to do, in IAM's terms. */
export interface Access {
  /** E.g. `batch:SubmitJob`. */
  readonly action: string;
  /**
   * ARNs: leave is needed for each. `*` alone where the service authorization reference names no
   * type of resource for the action. What is still to be made, and gets its name later, is `*` in
   * its place, as in `…:vpc/*`.
   */
  readonly resources: readonly string[];
  /** What the request says for the action's condition keys; worked out only when asked for. */
  readonly conditions?: () => Conditions;
}

export interface Operation<Deps, Input, Output> {
  /**
   * Anybody may call it without credentials, for its input proves who asks: as of STS's
   * AssumeRoleWithWebIdentity.
   */
  readonly mayBeUnsigned?: true;
  /**
   * Links in messages bring it about: a GET without a signature may change something, for its input
   * proves that whoever follows the link was sent it.
   */
  readonly mayBeLink?: true;
  /** It is called as a WebSocket, and gives a ConversedOutput. */
  readonly converses?: true;
  /**
   * What the caller must be allowed to do. Asked after validation and before `handle`. Empty only
   * where nobody needs leave for it, as for STS's GetCallerIdentity.
   */
  authorizes(input: Input, context: RequestContext): readonly Access[];
  /**
   * Leave that is needed besides, of which only what is there tells: as for all that a filter
   * finds. Absent: requests tell all.
   */
  authorizesFound?(deps: Deps, input: Input, context: RequestContext): Promise<readonly Access[]>;
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

// The question whether somebody may do something: what it is judged by. What is allowed is decided
// by the Authorizer that the server plugs in.

import type { ErrorDialect } from './error-catalogue.ts';
import type { Access, RequestContext } from './operation.ts';

export type Tags = Readonly<Record<string, string>>;

/** A request as an authorizer sees it. */
interface Authorization {
  /** Leave is needed for all of it. */
  readonly access: readonly Access[];
  /** Who asks for which operation, from where. */
  readonly context: RequestContext;
  /** How the service words what it turns away. */
  readonly dialect: ErrorDialect;
  /**
   * The tags of a resource, for `aws:ResourceTag`; undefined where it has none, is not there, or
   * is another account's. Read only when asked for.
   */
  tagsOf(arn: string): Tags | undefined | Promise<Tags | undefined>;
  /**
   * The policy of a resource, as JSON, which names who may do what to it; undefined where resources
   * of its kind have none.
   */
  policyOf(arn: string): string | undefined;
}

export interface Authorizer {
  /** Returns, at once or later, where all is allowed; throws or rejects with AwsError if not. */
  authorize(request: Authorization): void | Promise<void>;
}

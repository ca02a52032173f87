// The own services port: what the server asks of its own services for somebody, as EventBridge does
// for a rule and its scheduler for a schedule. What is asked so is validated, judged and recorded
// as a request is. Interfaces only.

import type { Scope } from '../base/ids.ts';

/** For whom a service calls. */
export interface ServiceCaller {
  /** E.g. `events.amazonaws.com`. */
  readonly service: string;
  /** The ARN of the rule, the schedule, or whatever has it call. */
  readonly sourceArn: string;
  /** Where that is. */
  readonly scope: Scope;
  /** As which it calls; absent: in its own name, which policies of resources may allow. */
  readonly role?: { readonly arn: string; readonly session: string } | undefined;
}

interface OwnCall {
  /** By its name in ARNs, e.g. `batch`. */
  readonly service: string;
  /** By AWS's name, e.g. `SubmitJob`. */
  readonly operation: string;
  /** Where it is called; the account is the caller's. */
  readonly region: string;
  /** By the names of members, which may begin with a capital; times are ISO 8601 or seconds. */
  readonly input: object;
}

export interface OwnError {
  /** AWS's, e.g. `AccessDeniedException`. */
  readonly code: string;
  readonly message: string;
  /** Of HTTP. */
  readonly status: number;
  /** It was not called: the role is not there, or does not trust the service. */
  readonly isOfRole?: true | undefined;
}

type OwnAnswer = { readonly output: unknown } | { readonly error: OwnError };

export interface OwnServices {
  /** Never rejects for what is asked; a rejection means that the server is stopping. */
  call(call: OwnCall, as: ServiceCaller): Promise<OwnAnswer>;
  /**
   * The operation that a universal target names, as `arn:aws:scheduler:::aws-sdk:batch:submitJob`
   * does by `batch` and `submitJob`; undefined: this server has no such operation.
   */
  named(sdkService: string, action: string): Pick<OwnCall, 'service' | 'operation'> | undefined;
}

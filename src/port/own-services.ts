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
  /**
   * As which it calls; absent: in its own name, which policies of resources may allow. `account`:
   * as the account itself, which policies of other accounts' resources may name.
   */
  readonly role?: { readonly arn: string; readonly session: string } | 'account' | undefined;
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
  /**
   * A UUID: what the call makes gets it as its id, so that the same call after an end of the
   * process makes nothing twice. Only SubmitJob goes by it.
   */
  readonly once?: string | undefined;
}

interface OwnAct extends Pick<OwnCall, 'region'> {
  /** E.g. `events:PutEvents`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** What the act says for condition keys. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>> | undefined;
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
   * Asks leave for what is no call of an operation; undefined: it may be done. Rejects as
   * {@link call} does.
   */
  denial(act: OwnAct, as: ServiceCaller): Promise<OwnError | undefined>;
  /**
   * The operation that a universal target names, as `arn:aws:scheduler:::aws-sdk:batch:submitJob`
   * does by `batch` and `submitJob`; undefined: this server has no such operation.
   */
  named(sdkService: string, action: string): Pick<OwnCall, 'service' | 'operation'> | undefined;
}

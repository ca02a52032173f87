// The role access port: what a role may do that a service assumes, without anybody calling: the
// server acts for it. Interfaces only.

import type { Scope } from '../base/ids.ts';

export interface RoleSession {
  /** Whose roles count: the account's of the job, the rule, or whatever has the role. */
  readonly scope: Scope;
  readonly roleArn: string;
  /** The session's name, as denials tell it: of a job's the attempt's id, its task's too. */
  readonly session: string;
}

/** A service of AWS's that takes on a role, for a resource that has it. */
export interface RoleTaker {
  /** E.g. `events.amazonaws.com`. */
  readonly service: string;
  /** The resource's ARN: a task's, a rule's, a schedule's. */
  readonly sourceArn: string;
}

export interface RoleAct extends RoleSession {
  /** E.g. `secretsmanager:GetSecretValue`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  /** What the act says for condition keys. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

export interface RoleAccess {
  /** Whether there is such a role and its trust policy lets the service assume it. */
  mayBeAssumed(session: RoleSession, by: RoleTaker): Promise<boolean>;
  /** Undefined: it may; else AWS's sentence why not. */
  denial(act: RoleAct): Promise<string | undefined>;
}

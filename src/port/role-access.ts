// The role access port: what a role may do that a service assumes, without anybody calling: the
// server acts for it. Interfaces only.

import type { Scope } from '../base/ids.ts';

export interface RoleSession {
  /** Whose roles count: the account's of the job. */
  readonly scope: Scope;
  readonly roleArn: string;
  /** The session's name, as denials tell it: the attempt's id, which is its task's too. */
  readonly session: string;
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
  /** Whether there is such a role and its trust policy lets ECS assume it for a task. */
  mayBeAssumed(session: RoleSession): Promise<boolean>;
  /** Undefined: it may; else AWS's sentence why not. */
  denial(act: RoleAct): Promise<string | undefined>;
}

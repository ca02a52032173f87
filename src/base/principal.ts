// Who asks: what authentication answers, policies are evaluated for, and the journal and the audit
// write down. It says who somebody is, never what they may do.

/** A caller, in IAM's terms. */
export interface Principal {
  /**
   * The account's own root, a user of IAM, a session of a role, or nobody: who calls without
   * credentials what anybody may.
   */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'anonymous';
  readonly account: string;
  /** The user's or the session's, e.g. `arn:aws:sts::123456789012:assumed-role/Admin/me`. */
  readonly arn: string;
  /** IAM's unique id (`aws:userid`): of root its account, of a session `AROA…:name`. */
  readonly userId: string;
  /** The key that the request was signed with; undefined: it was not signed. */
  readonly accessKeyId: string | undefined;
}

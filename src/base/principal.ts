// Who asks: what authentication answers, policies are evaluated for, and the journal and the audit
// write down. It says who somebody is, never what they may do.

/** A caller, in IAM's terms. */
export interface Principal {
  /**
   * The account's own root, a user of IAM, a session of a role, a service of AWS's that calls in
   * its own name, or nobody: who calls without credentials what anybody may.
   */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'service' | 'anonymous';
  /** Of a service, that of the resource which it calls for. */
  readonly account: string;
  /**
   * The user's or the session's, e.g. `arn:aws:sts::123456789012:assumed-role/Admin/me`; of a
   * service its name, e.g. `events.amazonaws.com`.
   */
  readonly arn: string;
  /** IAM's unique id (`aws:userid`): of root its account, of a session `AROA…:name`. */
  readonly userId: string;
  /** The key that the request was signed with; undefined: it was not signed. */
  readonly accessKeyId: string | undefined;
  /** Of temporary credentials; absent where they are not, or nothing is known of it. */
  readonly session?: Session | undefined;
  /** Of a service: the ARN of the resource which it calls for, e.g. a rule's. */
  readonly sourceArn?: string | undefined;
}

/** What is known of the session whose credentials signed. */
export interface Session {
  /** When it was issued. */
  readonly createdAtMs: number;
  readonly expiresAtMs?: number | undefined;
  /** Of a role's session: the role's, with its path; its unique id (`AROA…`), and its name. */
  readonly roleArn?: string | undefined;
  readonly roleId?: string | undefined;
  readonly roleName?: string | undefined;
  /** Of a role's session: the name that it was given. */
  readonly name?: string | undefined;
  readonly isMfaAuthenticated?: boolean | undefined;
  readonly sourceIdentity?: string | undefined;
  /** Documents of session policies: nothing is allowed that none of them allows; absent: none. */
  readonly policies?: readonly string[] | undefined;
  /** Those that it was given, and those handed on to it; the role's own are not among them. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Of its tags, those that go on to what is assumed from it. */
  readonly transitiveTagKeys?: readonly string[] | undefined;
  /** The job whose role it is, by the container credentials endpoint. */
  readonly jobId?: string | undefined;
}

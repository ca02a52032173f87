// The mailer port: mails to addresses that users name, from the one address that the operator gave.
// Whoever sends says what; how it gets there, and in which time, is the mailer's.

export interface Mail {
  readonly to: string;
  /** What stands for the sender before its address. */
  readonly fromName: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

export interface MailFailure {
  readonly message: string;
  /** The mail server will not take it at another time either. */
  readonly isFinal: boolean;
}

export interface Mailer {
  /** Resolves when the mail server has taken it, or has not; never rejects. */
  send(mail: Mail): Promise<MailFailure | undefined>;
}

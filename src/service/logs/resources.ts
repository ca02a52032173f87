// What CloudWatch Logs keeps of an account and region beside its groups and their streams: policies
// that say which services may write to them. Shapes only.

export interface LogPolicy {
  readonly name: string;
  /** JSON, as it was given. */
  readonly document: string;
  readonly changedAtMs: number;
}

export interface LogsKinds {
  /** By name. */
  readonly 'resource-policy': LogPolicy;
}

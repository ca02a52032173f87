// The port to what is known of the Kubernetes clusters that the server was told of: where each is,
// and what tells that it is the right one. Never who the server is there: its credentials do not
// pass through here.

export interface ClusterFacts {
  /** Where its API is, without credentials; absent: nothing that can be read says so. */
  readonly endpoint?: string | undefined;
  /** Certificates alone, as PEM; absent: no authority of its own vouches for it. */
  readonly authorities?: string | undefined;
  /** Of Kubernetes, e.g. `1.34`; absent: it does not answer just now. */
  readonly version?: string | undefined;
  /** Of the tokens of its service accounts, as OpenID Connect has it; absent: it does not say. */
  readonly issuer?: string | undefined;
}

export interface ClusterDirectory {
  /** Never rejects. A cluster that does not answer is waited for some seconds. */
  facts(arn: string): Promise<ClusterFacts>;
}

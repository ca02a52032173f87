// The elsewhere port: services of AWS's that this server does not offer, at the endpoints that its
// operator named, or in a real account. Calls go out with the operator's credentials; who may have
// them made was judged before. Interfaces only.

/** By their names in ARNs. */
export type ElsewhereService = 'sqs' | 'lambda' | 'states' | 'kinesis' | 'sns';

export interface ElsewhereCall {
  readonly service: ElsewhereService;
  readonly region: string;
  readonly account: string;
  /** By AWS's name, e.g. `SendMessage`. */
  readonly operation: string;
  readonly input: object;
}

export interface ElsewhereError {
  /** AWS's, e.g. `AccessDeniedException`; where no answer came, the client's. */
  readonly code: string;
  readonly message: string;
  /** Of HTTP; undefined: no answer came. */
  readonly status: number | undefined;
  /** It never left: the client says that it is no such call. */
  readonly isOfClient?: true | undefined;
}

export interface Elsewhere {
  /** Where the service is, by its name in ARNs; undefined: the operator named no place. */
  placeOf(service: string): 'aws' | URL | undefined;
  /** Of a service that has a place. What it answers is dropped. Never rejects. */
  call(call: ElsewhereCall, signal: AbortSignal): Promise<ElsewhereError | undefined>;
}

// The HTTP sender port: requests that leave the house for addresses which users name. Whoever sends
// says what, and until when; where it may go at all is the operator's to say. Redirects are not
// followed, and nothing of the server's own goes along.

export interface HttpRequest {
  readonly method: string;
  /** Of http or https; without a name and password. */
  readonly url: URL;
  /** Beside `Host` and `Content-Length`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | undefined;
  /** From when a connection is free for it until the answer is there. */
  readonly timeoutMs: number;
  /**
   * Of the answer's body, where more is a failure; absent: none, and whatever comes is dropped.
   */
  readonly keepBytes?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** In lower case; several of one name are one, by comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As UTF-8; empty where none was to be kept. */
  readonly body: string;
}

/** No answer came; `message` says why, with nothing of the request but where it went. */
export interface HttpFailure {
  /**
   * `forbidden`: the operator lets nothing go there. `unsendable`: it is no request. `timeout`, and
   * `unreachable`: another time it may be. `aborted`: by the signal.
   */
  readonly failure: 'forbidden' | 'unsendable' | 'timeout' | 'unreachable' | 'aborted';
  readonly message: string;
}

export interface HttpSender {
  /** Never rejects. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | HttpFailure>;
}

// One request to the API of a cluster, as whoever asks says it.

export interface ClusterRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Beginning with `/`; what of it is not ours is escaped already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** Sent as JSON; with PATCH as a merge patch. */
  readonly body?: unknown;
  /** Of a PATCH: lists are merged by the names of their members, as Kubernetes' clients do. */
  readonly mergesLists?: true | undefined;
  /** How long an answer may take to begin, and but for a stream to end; absent: half a minute. */
  readonly answerMs?: number | undefined;
  /**
   * For how long it waits for its turn and is repeated, where the cluster answers that it cannot
   * now; absent: 20 s. A cluster that does not answer at all is not asked again.
   */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** With its `?`; empty where nothing is given. */
export function queryText(query: ClusterRequest['query']): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

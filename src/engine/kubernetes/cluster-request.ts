// One request to the API of a cluster: as whoever asks says it, and as HTTP has it. Nothing is sent
// here.

import type { OutgoingHttpHeaders } from 'node:http';
import type { ClusterAccess, Credential } from './cluster-access.ts';

/** Of several, each is given, in their order. */
type QueryValue = string | number | boolean | readonly string[];

export interface ClusterRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Beginning with `/`; what of it is not ours is escaped already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue | undefined>> | undefined;
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
function queryText(query: ClusterRequest['query']): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value = []]) =>
    [value].flat().map((one) => `${name}=${encodeURIComponent(one)}`),
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

/** Where a request goes, and what goes with every one. */
export interface RequestHead {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** With the query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

export function headOf(
  { server, impersonation }: Pick<ClusterAccess, 'server' | 'impersonation'>,
  { path, query }: Pick<ClusterRequest, 'path' | 'query'>,
  { token }: Credential,
): RequestHead {
  const isSecure = server.protocol === 'https:';
  const prefix = server.pathname === '/' ? '' : server.pathname.replace(/\/+$/, '');
  return {
    isSecure,
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? (isSecure ? 443 : 80) : Number(server.port),
    path: prefix + path + queryText(query),
    headers: {
      'User-Agent': 'longshore',
      ...impersonation,
      ...(token && { Authorization: `Bearer ${token.reveal()}` }),
    },
  };
}

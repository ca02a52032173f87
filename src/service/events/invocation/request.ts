// The request by which an API destination is invoked: address, headers and body, of the event, of
// what the target says and of what the connection says, which goes before the target's. It sends
// nothing, and what authorizes the request is put in by who sends it.

import { isRefusal, refuse, type Refusal } from '../../../base/refusal.ts';
import { parseJsonPath, textAt } from '../../../core/input-transform/json-path.ts';
import type { RuleTarget } from '../resources.ts';
import { isSettable } from './headers.ts';
import { isSignatureKey } from './signature.ts';
import type { HttpParameters } from '../connection/http-parameters.ts';

interface Invocation {
  /** As `https://host/path/*`, as it was given. */
  readonly endpoint: string;
  readonly method: string;
  /** What the target gets. */
  readonly body: string;
  /** The whole event, as JSON: what values may be taken from. */
  readonly event: string;
  readonly target: RuleTarget['http'];
  /** Of the connection. */
  readonly parameters: HttpParameters | undefined;
}

export interface InvocationRequest {
  readonly url: URL;
  readonly headers: ReadonlyMap<string, readonly [name: string, value: string]>;
  readonly body: string | undefined;
}

/** User guide, "Headers included in requests to API destinations"; connections are kept, though. */
const given: Readonly<Record<string, string>> = {
  'User-Agent': 'Amazon/EventBridge/ApiDestinations',
  'Content-Type': 'application/json; charset=utf-8',
  Range: 'bytes=0-1048575',
  'Accept-Encoding': 'gzip,deflate',
};

const none: HttpParameters = { headers: [], query: [], body: [] };

/** A refusal says why there is no such request. */
export function invocationRequest(invocation: Invocation): InvocationRequest | Refusal {
  const { method, body, parameters = none, target } = invocation;
  const valueOf = valuesFrom(invocation.event);
  const url = urlOf(invocation, (target?.pathParameterValues ?? []).map(valueOf));
  if (isRefusal(url)) return url;
  const query = new Map(
    Object.entries(target?.query ?? {}).map(([key, value]) => [key, valueOf(value)]),
  );
  for (const { key, value } of parameters.query) query.set(key, value);
  for (const [key, value] of query) if (value !== undefined) url.searchParams.append(key, value);
  const headers = new Map<string, readonly [string, string]>();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && isSettable(name)) headers.set(name.toLowerCase(), [name, value]);
  };
  for (const [name, value] of Object.entries(given)) set(name, value);
  for (const [name, value] of Object.entries(target?.headers ?? {}))
    if (!isSignatureKey(name)) set(name, valueOf(value));
  for (const { key, value } of parameters.headers) set(key, value);
  if (method === 'GET' || method === 'HEAD') {
    headers.delete('content-type');
    return { url, headers, body: undefined };
  }
  const whole = withParameters(body, parameters.body);
  return isRefusal(whole) ? whole : { url, headers, body: whole };
}

/** A value that is a path is what stands there in the event; undefined: nothing does. */
function valuesFrom(event: string): (value: string) => string | undefined {
  let root: { readonly parsed: unknown } | undefined;
  return (value) => {
    if (!value.startsWith('$.') && !value.startsWith('$[')) return value;
    const path = parseJsonPath(value);
    if (isRefusal(path)) return value;
    root ??= { parsed: JSON.parse(event) };
    return textAt(path, root.parsed);
  };
}

/** Each `*` is a value, in their order; one too many is nothing. */
function urlOf({ endpoint }: Invocation, values: readonly (string | undefined)[]): URL | Refusal {
  let next = 0;
  const text = endpoint.replaceAll('*', () =>
    encodeURIComponent((values[next++] ?? '').toWellFormed()),
  );
  // Values may be the event's, and whoever sends it does not choose the path.
  const before = segmentsOf(endpoint);
  const isElsewhere = segmentsOf(text).some(
    (segment, at) => before[at]?.includes('*') === true && isDots(segment),
  );
  if (isElsewhere) return refuse('invalid', 'a path parameter would lead to another path');
  const url = URL.parse(text);
  return url ?? refuse('invalid', 'the endpoint with its path parameters is no URL');
}

/** A value that stands in one is encoded, and parts none. */
const segmentsOf = (url: string): readonly string[] => (url.split(/[?#]/, 1)[0] ?? '').split('/');

const isDots = (segment: string): boolean => /^(?:\.|%2e){1,2}$/i.test(segment);

function withParameters(body: string, parameters: HttpParameters['body']): string | Refusal {
  if (parameters.length === 0) return body;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Lines of text, which an input transformer may make.
  }
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? JSON.stringify({
        ...parsed,
        ...Object.fromEntries(parameters.map(({ key, value }) => [key, value])),
      })
    : refuse(
        'invalid',
        'the connection has body parameters, and what is sent is no JSON object to put them in',
      );
}

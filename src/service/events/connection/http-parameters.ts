// What goes along with each request of a connection: headers, members of the query and of the body,
// some of them secret. Read from requests, and shown without secrets.

import type { ConnectionHttpParameters } from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { formedAs, lengthIn, validation } from '../../constraint.ts';
import { isSettable } from '../invocation/headers.ts';

interface Parameter {
  readonly key: string;
  readonly value: string;
  readonly isSecret: boolean;
}

export interface HttpParameters {
  readonly headers: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly body: readonly Parameter[];
}

const headerKey = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerKeyText = String.raw`[!#$%&'*+-.^_|~0-9a-zA-Z]+`;
/** As AWS writes it below, it would take time without bounds. */
const headerValue = /^[\t\x20-\x7e]+$/;
const headerValueText = String.raw`[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*`;
const queryKey = /^\P{Cc}+$/u;
const queryKeyText = String.raw`[^\x00-\x1F\x7F]+`;

export function httpParameters(given: ConnectionHttpParameters, member: string): HttpParameters {
  const headers = listOf(given.HeaderParameters, `${member}.headerParameters`);
  for (const { key, value } of headers) {
    headerName(key, `${member}.headerParameters.member.key`, member);
    if (value !== '')
      formedAs(value, headerValue, headerValueText, `${member}.headerParameters.member.value`);
  }
  const query = listOf(given.QueryStringParameters, `${member}.queryStringParameters`);
  for (const { key } of query)
    formedAs(key, queryKey, queryKeyText, `${member}.queryStringParameters.member.key`);
  return { headers, query, body: listOf(given.BodyParameters, `${member}.bodyParameters`) };
}

/** Of a header that requests may have; `parameter` holds the member. Throws ValidationException. */
export function headerName(name: string, member: string, parameter: string): string {
  formedAs(name, headerKey, headerKeyText, member);
  if (isSettable(name)) return name;
  throw validation(
    `Parameter ${parameter} is not valid. Reason: The header ${name} cannot be set.`,
  );
}

type Given = NonNullable<ConnectionHttpParameters['BodyParameters']>;

function listOf(given: Given = [], member: string): Parameter[] {
  lengthIn(given, 0, limit.events.httpParameters, member);
  return given.map(({ Key: key = '', Value: value = '', IsValueSecret: isSecret = false }) => {
    lengthIn(key, 1, 512, `${member}.member.key`);
    lengthIn(value, 0, 512, `${member}.member.value`);
    return { key, value, isSecret };
  });
}

/** What anybody may see; undefined: it has none. */
export function shownParameters(
  parameters: HttpParameters | undefined,
): ConnectionHttpParameters | undefined {
  if (parameters === undefined) return undefined;
  const shown = (list: readonly Parameter[]): Given | undefined =>
    list.length === 0
      ? undefined
      : list.map(({ key, value, isSecret }) => ({
          Key: key,
          Value: isSecret ? undefined : value,
          IsValueSecret: isSecret,
        }));
  return {
    HeaderParameters: shown(parameters.headers),
    QueryStringParameters: shown(parameters.query),
    BodyParameters: shown(parameters.body),
  };
}

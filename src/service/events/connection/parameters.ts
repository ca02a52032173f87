// What authorizes the requests of a connection, as requests bring it, whole or in part. All of it
// is secret until it is shown, which is said here too.

import type {
  ConnectionAuthResponseParameters,
  ConnectionAuthorizationType,
  UpdateConnectionAuthRequestParameters,
} from '@aws-sdk/client-eventbridge';
import { formedAs, lengthIn, oneOf, validation } from '../../constraint.ts';
import { unsupported } from '../error.ts';
import {
  headerName,
  httpParameters,
  shownParameters,
  type HttpParameters,
} from './http-parameters.ts';

type Authorization =
  | { readonly type: 'API_KEY'; readonly name: string; readonly value: string }
  | { readonly type: 'BASIC'; readonly username: string; readonly password: string }
  | {
      readonly type: 'OAUTH_CLIENT_CREDENTIALS';
      readonly endpoint: string;
      readonly method: string;
      readonly clientId: string;
      readonly clientSecret: string;
      /** Of requests for a token. */
      readonly parameters?: HttpParameters | undefined;
    };

export interface ConnectionParameters {
  readonly authorization: Authorization;
  /** Of every request. */
  readonly invocation?: HttpParameters | undefined;
}

const types = ['BASIC', 'OAUTH_CLIENT_CREDENTIALS', 'API_KEY'] as const;

export const authorizationType = (
  given: string | undefined,
): ConnectionAuthorizationType | undefined => oneOf(types, given, 'authorizationType');

/** Laid over those that there were, of the same type. */
export function parametersOf(
  type: ConnectionAuthorizationType,
  given: UpdateConnectionAuthRequestParameters,
  before: ConnectionParameters | undefined,
): ConnectionParameters {
  if (given.ConnectivityParameters !== undefined) throw unsupported('ConnectivityParameters');
  for (const [name, of] of Object.entries(memberOf))
    if (name !== type && given[of] !== undefined)
      throw validation(`Parameter ${of} must not be specified for authorization type ${type}.`);
  const http = given.InvocationHttpParameters;
  const authorization = before?.authorization.type === type ? before.authorization : undefined;
  return {
    authorization: authorizationOf(type, given, authorization),
    invocation: http
      ? httpParameters(http, 'authParameters.invocationHttpParameters')
      : before?.invocation,
  };
}

const memberOf = {
  API_KEY: 'ApiKeyAuthParameters',
  BASIC: 'BasicAuthParameters',
  OAUTH_CLIENT_CREDENTIALS: 'OAuthParameters',
} as const satisfies Record<
  ConnectionAuthorizationType,
  keyof UpdateConnectionAuthRequestParameters
>;

/** As AWS writes it below, it would take time without bounds. */
const textForm = /^(?:\t|\P{Cc})+$/u;
const textText = String.raw`[ \t]*[^\x00-\x1F\x7F]+([ \t]+[^\x00-\x1F\x7F]+)*[ \t]*`;

function authorizationOf(
  type: ConnectionAuthorizationType,
  given: UpdateConnectionAuthRequestParameters,
  before: Authorization | undefined,
): Authorization {
  const at = `authParameters.${lowered(memberOf[type])}`;
  switch (type) {
    case 'API_KEY': {
      const there = before?.type === type ? before : undefined;
      const key = given.ApiKeyAuthParameters;
      return {
        type,
        name: headerName(
          text(key?.ApiKeyName ?? there?.name, `${at}.apiKeyName`),
          `${at}.apiKeyName`,
          at,
        ),
        value: text(key?.ApiKeyValue ?? there?.value, `${at}.apiKeyValue`),
      };
    }
    case 'BASIC': {
      const there = before?.type === type ? before : undefined;
      const basic = given.BasicAuthParameters;
      return {
        type,
        username: text(basic?.Username ?? there?.username, `${at}.username`),
        password: text(basic?.Password ?? there?.password, `${at}.password`),
      };
    }
    case 'OAUTH_CLIENT_CREDENTIALS': {
      const there = before?.type === type ? before : undefined;
      const oauth = given.OAuthParameters;
      const client = oauth?.ClientParameters;
      const http = oauth?.OAuthHttpParameters;
      const endpoint = given.OAuthParameters?.AuthorizationEndpoint ?? there?.endpoint;
      return {
        type,
        endpoint: endpointOf(endpoint, `${at}.authorizationEndpoint`),
        method:
          oneOf(['GET', 'POST', 'PUT'], oauth?.HttpMethod ?? there?.method, `${at}.httpMethod`) ??
          missing(`${at}.httpMethod`),
        clientId: text(client?.ClientID ?? there?.clientId, `${at}.clientParameters.clientID`),
        clientSecret: text(
          client?.ClientSecret ?? there?.clientSecret,
          `${at}.clientParameters.clientSecret`,
        ),
        parameters: http ? httpParameters(http, `${at}.oAuthHttpParameters`) : there?.parameters,
      };
    }
  }
}

const lowered = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function missing(member: string): never {
  throw validation(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

function text(given: string | undefined, member: string): string {
  lengthIn(given, 1, 512, member);
  return formedAs(given ?? missing(member), textForm, textText, member);
}

/** Where requests may go: by HTTP too, for what stands in the same network (AWS asks for HTTPS). */
export function endpointOf(given: string | undefined, member: string): string {
  lengthIn(given, 1, 2_048, member);
  const endpoint = given ?? missing(member);
  formedAs(
    endpoint,
    /^(?:%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@&=+$,A-Za-z0-9])+[).!';/?:,]?$/,
    String.raw`((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?`,
    member,
  );
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:\/\//i.test(endpoint))
    throw validation(`Parameter ${member} is not valid. Reason: Must be a URL of HTTPS or HTTP.`);
  if (url.username !== '' || url.password !== '')
    throw validation(`Parameter ${member} is not valid. Reason: Must not hold credentials.`);
  if (url.host.includes('*'))
    throw validation(`Parameter ${member} is not valid. Reason: The host must have no wildcard.`);
  return endpoint;
}

/** Without anything that is secret. */
export function shownAuthorization({
  authorization: by,
  invocation,
}: ConnectionParameters): ConnectionAuthResponseParameters {
  return { ...shownBy(by), InvocationHttpParameters: shownParameters(invocation) };
}

function shownBy(by: Authorization): ConnectionAuthResponseParameters {
  switch (by.type) {
    case 'API_KEY':
      return { ApiKeyAuthParameters: { ApiKeyName: by.name } };
    case 'BASIC':
      return { BasicAuthParameters: { Username: by.username } };
    case 'OAUTH_CLIENT_CREDENTIALS':
      return {
        OAuthParameters: {
          ClientParameters: { ClientID: by.clientId },
          AuthorizationEndpoint: by.endpoint,
          HttpMethod: by.method as 'GET' | 'POST' | 'PUT',
          OAuthHttpParameters: shownParameters(by.parameters),
        },
      };
  }
}

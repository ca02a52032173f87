// The first look at every request, before any routing: is it meant for this server, and does it
// come from a program or from a web page? Browsers let any page send requests to this machine, and
// say so in Host, Origin and Sec-Fetch-Site; what a page may send without asking first ("simple
// requests") is refused in every other way too. It decides by the head alone, and never by the
// User-Agent, which a page can choose.

import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../wire/aws-error.ts';
import { badRequest, denied, misdirected, unsupportedMedia } from '../wire/error-catalogue.ts';
import { hasBody } from '../wire/linger.ts';
import { isSigned } from '../wire/sigv4/parse.ts';
import { authorityOf, type Authority, type HostNames } from './host-names.ts';

/** What is looked at; Node's request has all of it. */
interface GuardedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn: what the other has folded together. */
  readonly rawHeaders: readonly string[];
  readonly socket?: object;
}

/** What a browser's address bar and bookmarks may open: pages that read, and change nothing. */
const pages: ReadonlySet<string> = new Set([
  '/',
  '/favicon.ico',
  '/metrics',
  '/_longshore/health',
  '/_longshore/metrics',
]);

/**
 * The links in SNS's messages, which people follow from their mail. Each names what only whoever
 * was sent it knows, so that no page can make one up; and it must be followed, not loaded as an
 * image is.
 */
const links = /^\/\?Action=(?:ConfirmSubscription&TopicArn|Unsubscribe&SubscriptionArn)=/;

/** Why the request is turned away; undefined: it may go on. */
export function refusalOf(request: GuardedRequest, names: HostNames): AwsError | undefined {
  const host = ownHost(request, names);
  if (host instanceof AwsError) return host;
  return targetRefusal(request, names) ?? pageRefusal(request, host) ?? simpleRefusal(request);
}

/**
 * The Host, which must be one of ours; undefined where HTTP/1.0 may leave it out, as no browser
 * does.
 */
function ownHost(
  { headers, rawHeaders, httpVersionMajor, httpVersionMinor }: GuardedRequest,
  names: HostNames,
): Authority | undefined | AwsError {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts > 1) return badRequest('The request has more than one Host header');
  if (headers.host === undefined) {
    return httpVersionMajor === 1 && httpVersionMinor === 0
      ? undefined
      : badRequest('The request has no Host header');
  }
  return ours(headers.host, names);
}

function ours(text: string, names: HostNames): Authority | AwsError {
  const found = names.ownOf(text);
  if (found === 'malformed')
    return badRequest('The host that the request names is not well-formed');
  if (found !== 'foreign') return found;
  const shown = text.replace(/:\d*$/, '').slice(0, 128);
  return misdirected(
    `This server does not go by the name ${shown}: it answers to IP addresses, localhost and the names given with --allowed-hosts. If the name is yours, start the server with it, as in --allowed-hosts ${shown}`,
  );
}

/** A target that is more than a path names a host as well, and that one counts for proxies. */
function targetRefusal(
  { method, url = '/' }: GuardedRequest,
  names: HostNames,
): AwsError | undefined {
  if (url.startsWith('/') || url === '*') return undefined;
  const authority = method === 'CONNECT' ? url : /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (authority === undefined)
    return badRequest('The target of the request is neither a path nor an address');
  const found = ours(authority, names);
  return found instanceof AwsError ? found : undefined;
}

/** Turns away what a browser sends for a page that is not ours. */
function pageRefusal(
  { method, url = '/', headers, socket }: GuardedRequest,
  host: Authority | undefined,
): AwsError | undefined {
  const { origin } = headers;
  if (origin !== undefined && !isOwnOrigin(origin, host, { socket }))
    return denied(
      'Web pages may not call this server, and this request comes from one (Origin is not its own)',
    );
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin') return undefined;
  if (site === 'none' && (method === 'GET' || method === 'HEAD') && isPage(url)) return undefined;
  if (method === 'GET' && links.test(url) && isFollowed(headers)) return undefined;
  return denied(
    site === 'none'
      ? 'A browser may open only the pages of this server, such as / and /_longshore/health; use the AWS CLI or an SDK for everything else'
      : 'Web pages may not call this server, and this request comes from one (Sec-Fetch-Site). To open a page of it, type its address',
  );
}

const isFollowed = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

const isPage = (url: string): boolean =>
  pages.has(url) || (url.startsWith('/console/') && !url.includes('?'));

function isOwnOrigin(
  origin: string,
  host: Authority | undefined,
  { socket }: Pick<GuardedRequest, 'socket'>,
): boolean {
  const scheme = socket !== undefined && 'encrypted' in socket ? 'https://' : 'http://';
  if (!origin.startsWith(scheme) || host === undefined) return false;
  const of = authorityOf(origin.slice(scheme.length));
  return of !== undefined && of.name === host.name && of.port === host.port;
}

const jsonTypes = /^application\/(?:json|x-amz-json-1\.\d)$/;
const formType = 'application/x-www-form-urlencoded';

/**
 * A second wall, for browsers that say nothing of where a request comes from. A page can neither
 * sign nor send JSON without asking first. A signature in the query is none here: anybody can write
 * one into a link.
 */
function simpleRefusal({ method, headers }: GuardedRequest): AwsError | undefined {
  if (method === 'GET' || method === 'HEAD' || isSigned(headers.authorization) || !hasBody(headers))
    return undefined;
  const given = headers['content-type'];
  const type = given?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== undefined && (jsonTypes.test(type) || type === formType)) return undefined;
  return unsupportedMedia(
    `A request that is not signed must say that its body is application/json (or ${formType}, of the query protocols): Content-Type is ${given === undefined ? 'missing' : `'${given.slice(0, 128)}'`}`,
  );
}

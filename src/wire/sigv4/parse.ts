// Reads the signature of a Signature Version 4 request, from the Authorization header or a
// presigned query. It parses and never verifies (verify.ts does). What the router goes by
// (`credentialOf`) and what is verified (`readSignature`) are read by the same few lines: a request
// must not be sent to one service or region and verified for another.

import type { RequestHead } from '../protocol.ts';
import { incomplete, notTheSame, type SignatureFault } from './fault.ts';
import { formatTime, parseHttpTime, parseTime } from './time.ts';

/** The credential scope of a SigV4 Authorization header or query (parsed, not verified). */
export interface SigV4Credential {
  readonly foundIn: 'header' | 'query';
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** All that a signature says of itself; nothing of it is verified. */
export interface Signature {
  readonly credential: SigV4Credential;
  /** In lower case and in order, each once. */
  readonly signedHeaders: readonly string[];
  /** When it was made, e.g. `20150830T123600Z`. */
  readonly time: string;
  readonly timeMs: number;
  /** Of a presigned request, where it says so. */
  readonly lifeSeconds: number | undefined;
  readonly sessionToken: string | undefined;
  /** 64 digits, hexadecimal, in lower case. */
  readonly value: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const weekSeconds = 7 * 24 * 60 * 60;

/** Whatever stands for a region is taken up, so that what is none can be refused. */
const scopeForm = /^([^/\s]{1,128})\/(\d{8})\/([^/]*)\/([^/\s]{1,64})\/aws4_request$/;
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const valueForm = /^[0-9a-f]{64}$/;

/** The request's credential; undefined where there is none or it is malformed. */
export function credentialOf(head: RequestHead): SigV4Credential | undefined {
  const header = head.headers['authorization'];
  if (typeof header === 'string') {
    const credential = header.startsWith(`${algorithm} `)
      ? fieldsOf(header).find(([name]) => name === 'Credential')?.[1]
      : undefined;
    return credential === undefined ? undefined : parseScope('header', credential);
  }
  if (!isPresigned(head.query)) return undefined;
  const parameters = new URLSearchParams(head.query);
  const credential = parameters.get('X-Amz-Credential');
  return credential === null || parameters.get('X-Amz-Algorithm') !== algorithm
    ? undefined
    : parseScope('query', credential);
}

/**
 * Whether a request is signed in its head. It says nothing of whether the signature is right: but
 * no web page can send this without asking first.
 */
export const isSigned = (authorization: string | string[] | undefined): boolean =>
  typeof authorization === 'string' && authorization.startsWith('AWS');

/** Names may be percent-encoded: of what passes, the parameters are read decoded, by all. */
const isPresigned = (query: string): boolean =>
  /(?:^|&)X-Amz-(?:Algorithm|Credential|Signature)=/.test(query);

/** The request's signature, or why there is none to verify. */
export function readSignature(head: RequestHead): Signature | SignatureFault {
  const header = head.headers['authorization'];
  if (typeof header === 'string') return fromHeader(header, head.headers);
  return isPresigned(head.query)
    ? fromQuery(new URLSearchParams(head.query), head.headers)
    : { fault: 'missing' };
}

function fromHeader(header: string, headers: RequestHead['headers']): Signature | SignatureFault {
  const named = /^AWS4-[\w-]{1,32}(?= |$)/.exec(header)?.[0];
  if (named !== undefined && named !== algorithm)
    return incomplete(`Unsupported AWS 'algorithm': '${named}'.`);
  // Of another scheme, nothing is read.
  const fields = named === undefined ? [] : fieldsOf(header);
  if (fields.some((field) => field.length === 1))
    return incomplete('Invalid key=value pair (missing equal-sign) in Authorization header.');
  const one = (name: string): string | undefined => {
    const found = fields.filter((field) => field[0] === name);
    return found.length === 1 ? found[0]?.[1] : undefined;
  };
  const credential = one('Credential');
  const signature = one('Signature');
  const signedHeaders = one('SignedHeaders');
  const given = headers['x-amz-date'] ?? headers['date'];
  if (!credential || !signature || !signedHeaders || typeof given !== 'string')
    return incomplete(
      [
        ...Object.entries({
          Credential: credential,
          Signature: signature,
          SignedHeaders: signedHeaders,
        })
          .filter(([, value]) => !value)
          .map(([name]) => `Authorization header requires '${name}' parameter.`),
        ...(typeof given === 'string'
          ? []
          : [
              "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            ]),
      ].join(' '),
    );
  return signatureOf({
    foundIn: 'header',
    credential,
    signature,
    signedHeaders,
    given,
    lifeSeconds: undefined,
    sessionToken: headers['x-amz-security-token'],
  });
}

const required = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const;

function fromQuery(
  parameters: URLSearchParams,
  headers: RequestHead['headers'],
): Signature | SignatureFault {
  const one = (name: string): string | undefined => {
    const [value, ...more] = parameters.getAll(name);
    return more.length > 0 ? undefined : value;
  };
  const [name, credential, signature, signedHeaders, given] = required.map(one);
  if (!name || !credential || !signature || !signedHeaders || !given)
    return incomplete(
      `${required
        .filter((parameter) => !one(parameter))
        .map((parameter) => `AWS query-string parameters must include '${parameter}'.`)
        .join(' ')} Re-examine the query-string parameters.`,
    );
  if (name !== algorithm) return incomplete("Unsupported AWS 'algorithm'.");
  const expires = parameters.getAll('X-Amz-Expires');
  const [life = ''] = expires;
  if (expires.length > 1 || (expires.length === 1 && !/^\d{1,9}$/.test(life)))
    return incomplete('X-Amz-Expires should be a number');
  if (Number(life) > weekSeconds)
    return incomplete(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${weekSeconds} seconds`,
    );
  const tokens = parameters.getAll('X-Amz-Security-Token');
  if (tokens.length > 1) return incomplete('X-Amz-Security-Token may be given once');
  return signatureOf({
    foundIn: 'query',
    credential,
    signature,
    signedHeaders,
    given,
    lifeSeconds: expires.length === 0 ? undefined : Number(life),
    sessionToken: tokens[0] ?? headers['x-amz-security-token'],
  });
}

interface Parts extends Pick<Signature, 'lifeSeconds'> {
  readonly foundIn: SigV4Credential['foundIn'];
  readonly credential: string;
  readonly signature: string;
  readonly signedHeaders: string;
  /** The time, as it was given. */
  readonly given: string;
  readonly sessionToken: string | string[] | undefined;
}

function signatureOf(parts: Parts): Signature | SignatureFault {
  const { foundIn, given, lifeSeconds, signature, sessionToken } = parts;
  const timeMs = parseTime(given) ?? (foundIn === 'header' ? parseHttpTime(given) : undefined);
  if (timeMs === undefined)
    return incomplete(
      "Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601",
    );
  const credential = parseScope(foundIn, parts.credential);
  if (credential === undefined)
    return incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, the last one aws4_request',
    );
  const signedHeaders = parts.signedHeaders.split(';');
  if (!signedHeaders.every((name, at) => headerName.test(name) && isAfter(name, signedHeaders, at)))
    return incomplete('SignedHeaders must be in lower case and in order, each once');
  if (!valueForm.test(signature)) return notTheSame;
  return {
    credential,
    signedHeaders,
    time: given.length === 16 ? given : formatTime(timeMs),
    timeMs,
    lifeSeconds,
    sessionToken: typeof sessionToken === 'string' ? sessionToken : undefined,
    value: signature,
  };
}

const isAfter = (name: string, names: readonly string[], at: number): boolean =>
  at === 0 || name > (names[at - 1] as string);

/** Names and values of an Authorization header; the name alone where no equal-sign is. */
function fieldsOf(header: string): ([string, string] | [string])[] {
  return header
    .slice(algorithm.length + 1)
    .split(',')
    .map((field) => {
      const text = field.trim();
      const equals = text.indexOf('=');
      return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
    });
}

function parseScope(
  foundIn: SigV4Credential['foundIn'],
  scope: string,
): SigV4Credential | undefined {
  const match = scopeForm.exec(scope.trim());
  if (match === null) return undefined;
  const [, accessKeyId = '', date = '', region = '', service = ''] = match;
  return { foundIn, accessKeyId, date, region, service };
}

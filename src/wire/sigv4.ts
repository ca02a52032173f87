// Reads the credential scope of a Signature Version 4 request, from the Authorization header or a
// presigned query. It parses and never verifies: whoever must be sure of the caller plugs in an
// Authenticator that does.

import type { RequestHead } from './protocol.ts';

/** The credential scope of a SigV4 Authorization header or query (parsed, not verified). */
export interface SigV4Credential {
  readonly foundIn: 'header' | 'query';
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Whatever stands for a region is taken up, so that what is none can be refused. */
const scopeForm = /^([^/\s]{1,128})\/(\d{8})\/([^/]*)\/([^/\s]{1,64})\/aws4_request$/;

/** The request's credential; undefined where there is none or it is malformed. */
export function credentialOf(head: RequestHead): SigV4Credential | undefined {
  const header = head.headers['authorization'];
  if (typeof header === 'string') return fromHeader(header);
  return head.query.includes('X-Amz-Credential=') ? fromQuery(head.query) : undefined;
}

/**
 * Whether a request is signed in its head. It says nothing of whether the signature is right: but
 * no web page can send this without asking first.
 */
export const isSigned = (authorization: string | string[] | undefined): boolean =>
  typeof authorization === 'string' && authorization.startsWith('AWS');

function fromHeader(header: string): SigV4Credential | undefined {
  if (!header.startsWith('AWS4-HMAC-SHA256 ')) return undefined;
  const start = header.indexOf('Credential=');
  if (start < 0) return undefined;
  const from = start + 'Credential='.length;
  const comma = header.indexOf(',', from);
  return parseScope('header', comma < 0 ? header.slice(from) : header.slice(from, comma));
}

function fromQuery(query: string): SigV4Credential | undefined {
  const parameters = new URLSearchParams(query);
  const scope = parameters.get('X-Amz-Credential');
  return scope === null || parameters.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256'
    ? undefined
    : parseScope('query', scope);
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

// Reads the credential scope of a Signature Version 4 request, from the Authorization header or a
// presigned query. It parses and never verifies: whoever must be sure of the caller plugs in an
// Authenticator that does.

import { partitionOf } from '../base/partition.ts';
import type { Authenticator, SigV4Credential } from './operation.ts';
import type { RequestHead } from './protocol.ts';

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

/**
 * Believes every caller: the account is the access key id where that has twelve digits (as tests
 * and local clients set it), else the server's own.
 */
export function trustingAuthenticator(ownAccount: string): Authenticator {
  return {
    authenticate({ credential, region }) {
      const account =
        credential !== undefined && /^\d{12}$/.test(credential.accessKeyId)
          ? credential.accessKeyId
          : ownAccount;
      return {
        kind: 'root',
        account,
        arn: `arn:${partitionOf(region)}:iam::${account}:root`,
        userId: account,
        accessKeyId: credential?.accessKeyId,
      };
    },
  };
}

function fromHeader(header: string): SigV4Credential | undefined {
  if (!header.startsWith('AWS4-HMAC-SHA256 ')) return undefined;
  const start = header.indexOf('Credential=');
  if (start < 0) return undefined;
  const from = start + 'Credential='.length;
  const comma = header.indexOf(',', from);
  return parseScope(comma < 0 ? header.slice(from) : header.slice(from, comma));
}

function fromQuery(query: string): SigV4Credential | undefined {
  const parameters = new URLSearchParams(query);
  const scope = parameters.get('X-Amz-Credential');
  return scope === null || parameters.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256'
    ? undefined
    : parseScope(scope);
}

function parseScope(scope: string): SigV4Credential | undefined {
  const match = scopeForm.exec(scope.trim());
  if (match === null) return undefined;
  const [, accessKeyId = '', date = '', region = '', service = ''] = match;
  return { accessKeyId, date, region, service };
}

// An OIDC ID token: read, and whether a key signed it. Its text comes from anybody, and is no
// longer than what the operation takes; nothing of it is believed before its signature was checked.

import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';

/** A token that was read and not yet checked. */
export interface IdToken {
  readonly algorithm: Algorithm;
  readonly keyId: string | undefined;
  readonly issuer: string;
  readonly subject: string;
  /** Whom it was made for. */
  readonly audiences: readonly string[];
  /** Who asked for it, where that is another. */
  readonly authorizedParty: string | undefined;
  readonly expiresAtMs: number;
  readonly notBeforeMs: number | undefined;
  /** All claims whose values are texts, numbers or truths, or lists of them. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
  readonly signed: string;
  readonly signature: Buffer;
}

type Algorithm = 'RS256' | 'ES256';

/** A public key as an issuer publishes it, of JWKS. */
export type PublishedKey = JsonWebKey & { readonly kid?: unknown; readonly use?: unknown };

const part = /^[A-Za-z0-9_-]+$/;
const mostClaims = 64;
const mostValues = 64;

/** Undefined where it is none of a kind that is taken here. */
export function readIdToken(text: string): IdToken | undefined {
  const parts = text.split('.', 4);
  const [head = '', body = '', signature = ''] = parts;
  if (parts.length !== 3 || ![head, body, signature].every((one) => part.test(one)))
    return undefined;
  const header = objectIn(head);
  const payload = objectIn(body);
  if (header === undefined || payload === undefined) return undefined;
  const algorithm = header.get('alg');
  const keyId = header.get('kid');
  const issuer = payload.get('iss');
  const subject = payload.get('sub');
  const expires = payload.get('exp');
  const notBefore = payload.get('nbf');
  const party = payload.get('azp');
  const audiences = textsOf(payload.get('aud'));
  // What a header says that must be understood is not.
  if ((algorithm !== 'RS256' && algorithm !== 'ES256') || header.has('crit')) return undefined;
  if (typeof issuer !== 'string' || typeof subject !== 'string' || subject === '') return undefined;
  if (typeof expires !== 'number' || !Number.isFinite(expires)) return undefined;
  if (notBefore !== undefined && typeof notBefore !== 'number') return undefined;
  if (audiences === undefined || audiences.length === 0) return undefined;
  return {
    algorithm,
    keyId: typeof keyId === 'string' ? keyId : undefined,
    issuer,
    subject,
    audiences,
    authorizedParty: typeof party === 'string' ? party : undefined,
    expiresAtMs: expires * 1000,
    notBeforeMs: notBefore === undefined ? undefined : notBefore * 1000,
    claims: claimsOf(payload),
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function objectIn(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

function textsOf(value: unknown): readonly string[] | undefined {
  const values: unknown[] = Array.isArray(value) ? value.slice(0, mostValues) : [value];
  const texts = values.filter((one) => typeof one === 'string');
  return texts.length === values.length ? texts : undefined;
}

function claimsOf(payload: ReadonlyMap<string, unknown>): ReadonlyMap<string, readonly string[]> {
  const claims = new Map<string, readonly string[]>();
  for (const [name, value] of payload) {
    if (claims.size === mostClaims) break;
    const texts = textsOf(
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
    );
    if (texts !== undefined) claims.set(name, texts);
  }
  return claims;
}

/** Whether one of the keys signed it. A key of another kind than the token says signs nothing. */
export function isSignedBy(token: IdToken, keys: readonly PublishedKey[]): boolean {
  const { algorithm, keyId } = token;
  const kind = algorithm === 'RS256' ? 'RSA' : 'EC';
  return keys.some(
    (key) =>
      key.kty === kind &&
      (kind !== 'EC' || key.crv === 'P-256') &&
      (key.use === undefined || key.use === 'sig') &&
      (keyId === undefined || key.kid === keyId) &&
      isSigned(token, key),
  );
}

function isSigned({ signed, signature }: IdToken, key: PublishedKey): boolean {
  try {
    // Only what is public of it.
    const { kty, n, e, crv, x, y } = key;
    const publicKey = createPublicKey({
      key: { kty, n, e, crv, x, y },
      format: 'jwk',
    });
    const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
    if (kty === 'RSA' && (bits < 2048 || bits > 8192)) return false;
    return verify(
      'sha256',
      Buffer.from(signed),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      signature,
    );
  } catch {
    return false;
  }
}

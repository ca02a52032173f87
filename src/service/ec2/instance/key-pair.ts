// Key pairs: reading a public key, and how a pair looks outside. The private half is given out once
// and never kept.

import { createHash, createPublicKey } from 'node:crypto';
import type { KeyPairInfo } from '@aws-sdk/client-ec2';
import { invalidKey } from '../error.ts';
import type { KeyPair } from '../resources.ts';
import { tagList } from '../tag.ts';

const colons = (hex: string): string => hex.replaceAll(/(..)(?=.)/g, '$1:');

/**
 * AWS: of an RSA key that it made, SHA-1 of the private half; of a foreign one, MD5 of the public
 * half; of an Ed25519 key, SHA-256 as OpenSSH writes it.
 */
export const fingerprintOfMade = (privateDer: Uint8Array): string =>
  colons(createHash('sha1').update(privateDer).digest('hex'));
export const fingerprintOfSsh = (blob: Uint8Array): string =>
  createHash('sha256').update(blob).digest('base64');

interface PublicKey {
  readonly type: KeyPair['type'];
  /** `ssh-rsa AAAA… comment` */
  readonly text: string;
  readonly fingerprint: string;
}

/**
 * Reads a public key in OpenSSH's form. Throws AwsError for any other and for any other kind of
 * key.
 */
export function readPublicKey(material: Uint8Array | undefined): PublicKey {
  const text = Buffer.from(material ?? [])
    .toString('latin1')
    .trim();
  const [kind, encoded = ''] = text.split(/\s+/);
  const blob = Buffer.from(encoded, 'base64');
  const [name, ...parts] = fieldsOf(blob);
  if (name?.toString() !== kind) throw invalidKey('Key is not in valid OpenSSH public key format');
  if (kind === 'ssh-ed25519') return { type: 'ed25519', text, fingerprint: fingerprintOfSsh(blob) };
  const [exponent, modulus] = parts;
  if (kind !== 'ssh-rsa' || exponent === undefined || modulus === undefined)
    throw invalidKey('Only RSA and Ed25519 keys can be imported');
  const withoutSign = (number: Buffer): string =>
    (number[0] === 0 ? number.subarray(1) : number).toString('base64url');
  try {
    const der = createPublicKey({
      key: { kty: 'RSA', n: withoutSign(modulus), e: withoutSign(exponent) },
      format: 'jwk',
    }).export({ type: 'spki', format: 'der' });
    return { type: 'rsa', text, fingerprint: colons(createHash('md5').update(der).digest('hex')) };
  } catch {
    throw invalidKey('Key is not in valid OpenSSH public key format');
  }
}

/**
 * The fields of an SSH key: each a length of four bytes and that many. What is cut short is left
 * out.
 */
function fieldsOf(blob: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length && fields.length < 8;) {
    const length = blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) break;
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}

export const shownKeyPair = (pair: KeyPair, withPublicKey: boolean): KeyPairInfo => ({
  KeyPairId: pair.id,
  KeyName: pair.name,
  KeyType: pair.type,
  KeyFingerprint: pair.fingerprint,
  CreateTime: new Date(pair.createdAtMs),
  PublicKey: withPublicKey ? pair.publicKey : undefined,
  Tags: tagList(pair.tags),
});

/** Names of key pairs: up to 255 ASCII characters. */
export const isKeyName = (name: string): boolean =>
  /^[\x20-\x7e]{1,255}$/.test(name) && name.trim() === name;

// Signing keys: what a secret access key becomes for one day, region and service. Deriving one
// costs as much as all the rest of verifying, so those of callers who come again are kept, a
// bounded number of them. Nothing here prints a secret or a key.

import { hash } from 'node:crypto';
import { RecentMap } from '../../base/recent-map.ts';
import type { Hidden } from '../../base/hidden.ts';
import type { SigV4Credential } from './parse.ts';

type Scope = Pick<SigV4Credential, 'accessKeyId' | 'date' | 'region' | 'service'>;

export function signingKey(
  secret: Hidden,
  { date, region, service }: Omit<Scope, 'accessKeyId'>,
): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret.reveal()}`);
  for (const part of [date, region, service, 'aws4_request']) key = hmac(key, part);
  return key;
}

/** Of SHA-256, in bytes. */
const blockBytes = 64;

/**
 * HMAC-SHA-256 of a text. By its definition and not by createHmac, which takes ten times as long
 * to set up as all the hashing of so short a text.
 */
export function hmac(key: Buffer, text: string): Buffer {
  const short = key.length > blockBytes ? hash('sha256', key, 'buffer') : key;
  const inner = Buffer.alloc(blockBytes + Buffer.byteLength(text), 0x36);
  const outer = Buffer.alloc(blockBytes + 32, 0x5c);
  for (let at = 0; at < short.length; at++) {
    const byte = short[at] as number;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  inner.write(text, blockBytes);
  hash('sha256', inner, 'buffer').copy(outer, blockBytes);
  return hash('sha256', outer, 'buffer');
}

interface Kept {
  readonly secret: string;
  readonly key: Buffer;
}

/**
 * Signing keys that verified something. Only those are to be kept: whoever knows no secret could
 * fill the room with scopes of his own otherwise.
 */
export class SigningKeys {
  readonly #kept: RecentMap<string, Kept>;

  /** `most` are kept for sure, and no more than twice as many. */
  constructor(most = 1_000) {
    this.#kept = new RecentMap(most);
  }

  find(scope: Scope, secret: Hidden): Buffer | undefined {
    const kept = this.#kept.get(nameOf(scope));
    // One id may have another secret than before.
    return kept?.secret === secret.reveal() ? kept.key : undefined;
  }

  keep(scope: Scope, secret: Hidden, key: Buffer): void {
    this.#kept.set(nameOf(scope), { secret: secret.reveal(), key });
  }
}

const nameOf = ({ accessKeyId, date, region, service }: Scope): string =>
  `${accessKeyId}/${date}/${region}/${service}`;

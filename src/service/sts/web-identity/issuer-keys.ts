// The public keys of identity providers, by the way that OpenID Connect Discovery describes. They
// are kept for some minutes; a token of a key that is not among them has them read again, but not
// more often than once in a while, whoever asks. Only issuers that an account's IAM names are asked
// at all.

import { RecentMap } from '../../../base/recent-map.ts';
import type { Clock } from '../../../port/clock.ts';
import { NoDocument, type DocumentFetcher } from '../../../port/document-fetcher.ts';
import type { PublishedKey } from './id-token.ts';

interface IssuerKeysParts {
  readonly documents: DocumentFetcher;
  readonly clock: Pick<Clock, 'now'>;
}

interface Known {
  readonly readAtMs: number;
  readonly keys: Promise<readonly PublishedKey[]>;
}

const freshMs = 600_000;
/** How soon they may be read again for a key that is not among them, or after a failure. */
const againMs = 10_000;
const mostIssuers = 100;
const mostKeys = 50;

export class IssuerKeys {
  readonly #parts: IssuerKeysParts;
  readonly #known = new RecentMap<string, Known>(mostIssuers);

  constructor(parts: IssuerKeysParts) {
    this.#parts = parts;
  }

  /** Rejects with {@link NoDocument}. */
  async of(issuer: string, keyId: string | undefined): Promise<readonly PublishedKey[]> {
    const known = this.#fresh(issuer, freshMs);
    if (known === undefined) return this.#read(issuer);
    const keys = await known.keys.catch(() => undefined);
    const has = keys?.some(({ kid }) => keyId === undefined || kid === keyId) === true;
    return has || this.#fresh(issuer, againMs) !== undefined ? known.keys : this.#read(issuer);
  }

  #fresh(issuer: string, forMs: number): Known | undefined {
    const known = this.#known.get(issuer);
    const sinceMs = this.#parts.clock.now() - (known?.readAtMs ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back says nothing.
    return sinceMs >= 0 && sinceMs < forMs ? known : undefined;
  }

  #read(issuer: string): Promise<readonly PublishedKey[]> {
    const keys = this.#discover(issuer);
    keys.catch(() => undefined);
    this.#known.set(issuer, { readAtMs: this.#parts.clock.now(), keys });
    return keys;
  }

  async #discover(issuer: string): Promise<readonly PublishedKey[]> {
    const { documents } = this.#parts;
    const base = issuer.replace(/\/$/, '');
    const found = objectIn(await documents.fetch(`${base}/.well-known/openid-configuration`));
    const at: unknown = found['jwks_uri'];
    if (found['issuer'] !== issuer)
      throw new NoDocument('its discovery document names another issuer');
    if (typeof at !== 'string' || !mayBeAsked(at, issuer))
      throw new NoDocument('its discovery document names no address of keys that may be asked');
    const { keys } = objectIn(await documents.fetch(at));
    if (!Array.isArray(keys)) throw new NoDocument('what it publishes are no keys');
    return keys
      .slice(0, mostKeys)
      .filter((key): key is PublishedKey => typeof key === 'object' && key !== null);
  }
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // As below.
  }
  throw new NoDocument('what it publishes is no JSON');
}

/** Keys come over TLS; over http only from this machine, for issuers on it. */
export function mayBeAsked(address: string, issuer = address): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (isLocal(url) && isLocal(new URL(issuer)));
}

const isLocal = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);

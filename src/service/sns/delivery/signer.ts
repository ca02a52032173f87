// Who signs the messages of this server: an RSA key that it makes when it first needs one, keeps
// sealed, and shows as a certificate to anybody who asks. Certificates of keys before stay, for
// what was signed by them.

import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Scope } from '../../../base/ids.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import type { Clock } from '../../../port/clock.ts';
import type { KeyMaker } from '../../../port/key-maker.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { SnsKinds } from '../resources.ts';
import { selfSigned } from './certificate.ts';

interface SignerParts {
  readonly space: ResourceSpace<SnsKinds>;
  /** Where the key is kept: the server's own account and region. */
  readonly scope: Scope;
  readonly keys: KeyMaker;
  readonly sealer: Sealer;
  readonly clock: Pick<Clock, 'now'>;
}

export interface Signature {
  readonly version: '1' | '2';
  /** In base64. */
  readonly signature: string;
  /** Of the certificate; see {@link Signer.certificate}. */
  readonly certificate: string;
}

interface Key {
  readonly key: KeyObject;
  readonly certificate: string;
}

const about = 'sns-signing-key';
const id = 'current';
const dayMs = 86_400_000;
const validDays = 3_650;
/** A message goes to many with the same signature. */
const mostSignatures = 1_000;

const algorithms = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' } as const;
const signAside = promisify(sign) as (
  algorithm: string,
  data: Buffer,
  key: KeyObject,
) => Promise<Buffer>;

export class Signer {
  readonly #parts: SignerParts;
  #key: Key | undefined;
  #making: Promise<Key> | undefined;
  readonly #signatures = new RecentMap<string, Promise<string>>(mostSignatures);

  constructor(parts: SignerParts) {
    this.#parts = parts;
  }

  async sign(text: string, version: '1' | '2'): Promise<Signature> {
    const { key, certificate } = (this.#key ??= this.#kept()) ?? (await this.#make());
    const known = `${certificate} ${version} ${createHash('sha256').update(text).digest('base64')}`;
    let signature = this.#signatures.get(known);
    if (signature === undefined) {
      // Half a millisecond of a processor's time, which nobody else is to wait for.
      signature = signAside(algorithms[version], Buffer.from(text), key).then((bytes) =>
        bytes.toString('base64'),
      );
      this.#signatures.set(known, signature);
    }
    return { version, certificate, signature: await signature };
  }

  /** At once; undefined where there is no key yet. */
  signNow(text: string, version: '1' | '2'): Signature | undefined {
    const found = (this.#key ??= this.#kept());
    if (found === undefined) return undefined;
    const { key, certificate } = found;
    const signature = sign(algorithms[version], Buffer.from(text), key).toString('base64');
    return { version, certificate, signature };
  }

  /** By its name; undefined where no key has it. */
  certificate(name: string): string | undefined {
    const { space, scope } = this.#parts;
    return space.current(scope).get('certificate', name)?.pem;
  }

  /** One that does not open any more is as good as none. */
  #kept(): Key | undefined {
    const { space, scope, sealer } = this.#parts;
    const row = space.current(scope).get('signing-key', id);
    const pem = row && sealer.open(row.sealed, about);
    return row && pem ? { key: createPrivateKey(pem), certificate: row.certificate } : undefined;
  }

  #make(): Promise<Key> {
    this.#making ??= this.#makeOne().finally(() => (this.#making = undefined));
    return this.#making;
  }

  async #makeOne(): Promise<Key> {
    const { space, scope, keys, sealer, clock } = this.#parts;
    const { privatePem } = await keys.make('rsa');
    const nowMs = clock.now();
    const pem = selfSigned({
      privatePem,
      name: 'Longshore SNS',
      serial: sealer.random(32, '0123456789abcdef'),
      fromMs: nowMs - dayMs,
      untilMs: nowMs + validDays * dayMs,
    });
    const certificate = createHash('sha256').update(pem).digest('hex').slice(0, 32);
    await space.change(scope, { part: 'sns' }, (draft) => {
      draft.put('signing-key', id, { sealed: sealer.seal(privatePem, about), certificate });
      draft.put('certificate', certificate, { pem });
    });
    return (this.#key = { key: createPrivateKey(privatePem), certificate });
  }
}

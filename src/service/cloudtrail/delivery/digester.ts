// Signs what trails have delivered: a digest file for each region and hour, in a chain that begins
// when the trail is told to have one and ends with it. The key is the account's and region's own;
// it is made when it is first needed and stands sealed in the database.

import type { KeyMaker } from '../../../port/key-maker.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { TrailPlace } from '../../../port/trail-place.ts';
import { scopeParts, type Scope } from '../../../base/ids.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { Delivery, DigestState, PreviousDigest, Trail, TrailKinds } from '../resources.ts';
import { digestFile, publicHalf, type SigningKey } from './digest.ts';

interface DigesterParts {
  readonly space: ResourceSpace<TrailKinds>;
  readonly keys: KeyMaker;
  readonly sealer: Sealer;
  readonly place: TrailPlace;
  readonly now: () => number;
}

/** As often as on AWS. */
export const digestEveryMs = 3_600_000;

const envelope = { part: 'trail' };

export class Digester {
  readonly #parts: DigesterParts;

  constructor(parts: DigesterParts) {
    this.#parts = parts;
  }

  /** What is to be noted of the trail: undefined where no digest is due. */
  async digest(trail: Trail, { isLogging, digest }: Delivery): Promise<DigestState | undefined> {
    const nowMs = this.#parts.now();
    if (!trail.isValidated || digest === undefined) return undefined;
    const hasFiles = Object.keys(digest.files).length > 0;
    if (nowMs - digest.sinceMs < digestEveryMs || (!isLogging && !hasFiles)) return undefined;
    const key = await this.#key(trail.home);
    const regions = new Set([
      scopeParts(trail.home).region,
      ...Object.keys(digest.files),
      ...Object.keys(digest.previous),
    ]);
    const previous: Record<string, PreviousDigest> = {};
    for (const region of regions) {
      const { bytes, metadata, ...made } = await digestFile(
        {
          trail,
          region,
          files: digest.files[region] ?? [],
          previous: digest.previous[region],
          sinceMs: digest.sinceMs,
          nowMs,
        },
        key,
      );
      await this.#parts.place.put(trail.bucket, made.key, bytes, metadata);
      previous[region] = made;
    }
    return { sinceMs: nowMs, files: {}, previous, digestedAtMs: nowMs };
  }

  async #key(home: Scope): Promise<SigningKey> {
    const { space, keys, sealer, now } = this.#parts;
    const there = (await space.view(home)).all('digest-key');
    for (const { fingerprint, sealed } of there) {
      // Those of another key of the server are of no use any more but to check what they signed.
      const privatePem = sealer.open(sealed, about(fingerprint));
      if (privatePem !== undefined) return { fingerprint, privatePem };
    }
    const { privatePem } = await keys.make('rsa');
    const { der, fingerprint } = publicHalf(privatePem);
    await space.change(home, envelope, (draft) =>
      draft.put('digest-key', fingerprint, {
        fingerprint,
        publicKey: der.toString('base64'),
        sealed: sealer.seal(privatePem, about(fingerprint)),
        madeAtMs: now(),
      }),
    );
    return { fingerprint, privatePem };
  }
}

const about = (fingerprint: string): string => `cloudtrail-digest-key ${fingerprint}`;

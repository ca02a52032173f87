// Digest files: each tells the hashes of what a trail delivered in an hour, and the signature of
// the digest before it, and is signed itself, so that nobody can change a file or take one away
// unseen. In CloudTrail's form, which `aws cloudtrail validate-logs` reads.

import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { scopeParts } from '../../../base/ids.ts';
import type { DeliveredFile, PreviousDigest, Trail } from '../resources.ts';
import { folderOf, timeOf } from './file-name.ts';

const pack = promisify(gzip);
const algorithm = 'SHA256withRSA';

/** A key that signs, and by what it is known. */
export interface SigningKey {
  readonly fingerprint: string;
  readonly privatePem: string;
}

interface DigestFile extends PreviousDigest {
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What one tells: of one region, since the one before it. */
interface DigestFacts {
  readonly trail: Trail;
  readonly region: string;
  readonly files: readonly DeliveredFile[];
  readonly previous: PreviousDigest | undefined;
  readonly sinceMs: number;
  readonly nowMs: number;
}

export async function digestFile(facts: DigestFacts, key: SigningKey): Promise<DigestFile> {
  const { trail, region, files, previous, nowMs } = facts;
  const { account, region: home } = scopeParts(trail.home);
  const end = isoSeconds(nowMs);
  const name = `${account}_CloudTrail-Digest_${region}_${trail.name}_${home}_${timeOf(nowMs)}.json.gz`;
  const object = `${folderOf(trail, 'CloudTrail-Digest', region, nowMs)}/${name}`;
  const text = JSON.stringify({
    awsAccountId: account,
    digestStartTime: isoSeconds(facts.sinceMs),
    digestEndTime: end,
    digestS3Bucket: trail.bucket,
    digestS3Object: object,
    digestPublicKeyFingerprint: key.fingerprint,
    digestSignatureAlgorithm: algorithm,
    newestEventTime:
      files
        .map(({ newest }) => newest)
        .toSorted()
        .at(-1) ?? null,
    oldestEventTime: files.map(({ oldest }) => oldest).toSorted()[0] ?? null,
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.hash ?? null,
    previousDigestHashAlgorithm: previous === undefined ? null : 'SHA-256',
    previousDigestSignature: previous?.signature ?? null,
    logFiles: files.map((file) => ({
      s3Bucket: file.bucket,
      s3Object: file.key,
      hashValue: file.hash,
      hashAlgorithm: 'SHA-256',
      newestEventTime: file.newest,
      oldestEventTime: file.oldest,
    })),
  });
  const hash = hashOf(text);
  const signed = `${end}\n${trail.bucket}/${object}\n${hash}\n${previous?.signature ?? 'null'}`;
  const signature = sign('sha256', Buffer.from(signed), key.privatePem).toString('hex');
  return {
    bucket: trail.bucket,
    key: object,
    hash,
    signature,
    bytes: await pack(text),
    metadata: { signature, 'signature-algorithm': algorithm },
  };
}

/** Of the text, before it is packed: so files are checked. In hexadecimal. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The public half as ListPublicKeys gives it (PKCS #1, DER), and by what it is known. */
export function publicHalf(privatePem: string): {
  readonly der: Buffer;
  readonly fingerprint: string;
} {
  const der = createPublicKey(createPrivateKey(privatePem)).export({
    type: 'pkcs1',
    format: 'der',
  });
  return { der, fingerprint: createHash('sha256').update(der).digest('hex').slice(0, 32) };
}

const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

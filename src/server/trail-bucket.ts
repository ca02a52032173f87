// Files of trails in the buckets of an S3-compatible server, through the SDK: its client is loaded
// on first use, and takes its credentials from the environment or a profile as every AWS program
// does. It makes no bucket, and tells of no key.

import type * as sdk from '@aws-sdk/client-s3';
import type { TrailPlace } from '../port/trail-place.ts';

interface Loaded {
  readonly client: sdk.S3Client;
  readonly module: typeof sdk;
}

export function trailBuckets(endpoint: string, region: string): TrailPlace {
  let loading: Promise<Loaded> | undefined;
  const load = (): Promise<Loaded> =>
    (loading ??= import('@aws-sdk/client-s3').then((module) => ({
      module,
      client: new module.S3Client({
        endpoint,
        region,
        // Servers of one's own seldom have a name for each bucket, and not all know new checksums.
        forcePathStyle: true,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
      }),
    })));
  return {
    async has(bucket) {
      const { client, module } = await load();
      try {
        await client.send(new module.HeadBucketCommand({ Bucket: bucket }));
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw inWords(error);
      }
    },
    async put(bucket, key, bytes, metadata) {
      const { client, module } = await load();
      try {
        await client.send(
          new module.PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: bytes,
            ContentType: 'application/json',
            ContentEncoding: 'gzip',
            Metadata: { ...metadata },
          }),
        );
      } catch (error) {
        throw inWords(error);
      }
    },
  };
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** What went wrong, without what the server on the other side says of it at length. */
function inWords(error: unknown): Error {
  const { name, message } = error as Error;
  const status = statusOf(error);
  const what = status === undefined ? message.slice(0, 128) : `status ${status}`;
  return new Error(`${name}: ${what}`);
}

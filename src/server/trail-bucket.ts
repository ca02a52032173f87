// Files of trails in the buckets of an S3-compatible server. It makes no bucket, and tells of no
// key.

import type { TrailPlace } from '../port/trail-place.ts';
import { s3InWords, s3StatusOf, type S3 } from './s3-client.ts';

export function trailBuckets(load: S3): TrailPlace {
  return {
    async has(bucket) {
      const { client, module } = await load();
      try {
        await client.send(new module.HeadBucketCommand({ Bucket: bucket }));
        return true;
      } catch (error) {
        if (s3StatusOf(error) === 404) return false;
        throw s3InWords(error);
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
        throw s3InWords(error);
      }
    },
  };
}

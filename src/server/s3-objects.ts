// The objects of a bucket, for the files of training jobs. Large files go in parts, each with its
// signature and its retries; of an upload that fails nothing is left.

import { addAbortSignal, type Readable } from 'node:stream';
import type { FileContent, ObjectStore } from '../port/object-store.ts';
import { ChangedFile } from '../store/training-files/left-files.ts';
import { s3InWords, s3StatusOf, type S3 } from './s3-client.ts';

/** S3 takes 10,000 parts of 5 MiB or more. */
const leastPartBytes = 16 * 2 ** 20;
const mostParts = 10_000;

export function s3Objects(load: S3, bucket: string): ObjectStore {
  return {
    async *list(prefix, abortSignal) {
      const { client, module } = await load();
      for (let from: string | undefined; ;) {
        const page = await client
          .send(
            new module.ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefix,
              ContinuationToken: from,
            }),
            { abortSignal },
          )
          .catch(told);
        for (const { Key: key, Size: bytes = 0 } of page.Contents ?? [])
          if (key !== undefined) yield { key, bytes };
        const next = page.IsTruncated ? page.NextContinuationToken : undefined;
        // One that leads nowhere would lead there for ever.
        if (next === undefined || next === from) return;
        from = next;
      }
    },
    async read(key, abortSignal) {
      const { client, module } = await load();
      const { Body } = await client
        .send(new module.GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal })
        .catch(told);
      return addAbortSignal(abortSignal, Body as Readable);
    },
    async probe(prefix, abortSignal) {
      await probe(await load(), bucket, prefix, abortSignal).catch(told);
    },
    async put(key, file, abortSignal) {
      await putFile(await load(), { Bucket: bucket, Key: key }, file, abortSignal).catch(told);
    },
  };
}

type Loaded = Awaited<ReturnType<S3>>;

/** Begun and given up, an upload in parts needs the rights of one that is done. */
async function probe(
  { client, module }: Loaded,
  bucket: string,
  prefix: string,
  abortSignal: AbortSignal,
): Promise<void> {
  const object = { Bucket: bucket, Key: `${prefix}model.tar.gz` };
  try {
    const begun = new module.CreateMultipartUploadCommand(object);
    const { UploadId } = await client.send(begun, { abortSignal });
    const given = new module.AbortMultipartUploadCommand({ ...object, UploadId });
    await client.send(given, { abortSignal });
  } catch (error) {
    if (s3StatusOf(error) !== 501) throw error;
    // It has none in parts.
    await client.send(new module.HeadBucketCommand({ Bucket: bucket }), { abortSignal });
  }
}

async function putFile(
  { client, module }: Loaded,
  object: { readonly Bucket: string; readonly Key: string },
  file: FileContent,
  abortSignal: AbortSignal,
): Promise<void> {
  const { bytes: size } = file;
  const partBytes = Math.max(leastPartBytes, Math.ceil(size / mostParts));
  if (size <= partBytes) {
    const Body = await file.piece(0, size);
    await file.confirm();
    await client.send(new module.PutObjectCommand({ ...object, Body }), { abortSignal });
    return;
  }
  const begun = new module.CreateMultipartUploadCommand(object);
  const { UploadId } = await client.send(begun, { abortSignal });
  const upload = { ...object, UploadId };
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let at = 0; at < size; at += partBytes) {
      const PartNumber = Parts.length + 1;
      const Body = await file.piece(at, Math.min(partBytes, size - at));
      const part = new module.UploadPartCommand({ ...upload, PartNumber, Body });
      const { ETag } = await client.send(part, { abortSignal });
      Parts.push({ PartNumber, ETag });
    }
    await file.confirm();
    const whole = { ...upload, MultipartUpload: { Parts } };
    await client.send(new module.CompleteMultipartUploadCommand(whole), { abortSignal });
  } catch (error) {
    await client.send(new module.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

function told(error: unknown): never {
  throw error instanceof ChangedFile ? error : s3InWords(error);
}

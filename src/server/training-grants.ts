// What --training-files grants: a directory of this machine or (a part of) a bucket, to read, or to
// write as well.

import { isAbsolute } from 'node:path';
import type { Grant } from '../store/training-files/places.ts';

export class BadTrainingFiles extends Error {
  override name = 'BadTrainingFiles';
}

/** `/srv/data`, `s3://bucket/prefix`; with `:rw` behind it to write, too. */
export function trainingGrant(text: string): Grant {
  const isWritable = text.endsWith(':rw');
  const place = isWritable ? text.slice(0, -':rw'.length) : text;
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]*)(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket !== undefined)
    return {
      kind: 'bucket',
      bucket,
      prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
      isWritable,
    };
  if (!isAbsolute(place) || place.split('/').includes('..'))
    throw new BadTrainingFiles(
      `'${text}' is neither an absolute path nor a bucket, such as /srv/data, s3://data/images or s3://models:rw`,
    );
  return { kind: 'directory', path: place, isWritable };
}

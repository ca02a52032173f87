// Where files of training jobs may be: what the operator grants of buckets and of directories of
// the host, to read or to write as well. What is not granted is nobody's; the URIs are users'.

import { realpath } from 'node:fs/promises';
import type { FileContent, ObjectStore } from '../../port/object-store.ts';
import { directoryObjects, within } from './directory-objects.ts';
import { RefusedPlace, shown } from './object-path.ts';

export type Grant =
  | {
      readonly kind: 'bucket';
      readonly bucket: string;
      /** Empty, or with a slash at its end. */
      readonly prefix: string;
      readonly isWritable: boolean;
    }
  | { readonly kind: 'directory'; readonly path: string; readonly isWritable: boolean };

export interface Place {
  readonly store: ObjectStore;
  /** Of an object, or what keys begin with. */
  readonly key: string;
}

type Use = 'read' | 'write';

export class Places {
  readonly #grants: readonly Grant[];
  readonly #bucket: (name: string) => ObjectStore;

  constructor(grants: readonly Grant[], bucket: (name: string) => ObjectStore) {
    this.#grants = grants;
    this.#bucket = bucket;
  }

  /** Throws {@link RefusedPlace}. */
  async find(uri: string, use: Use): Promise<Place> {
    const { bucket, key } = parts(uri);
    if (bucket === undefined) return this.#inDirectory(uri, use);
    for (const grant of this.#grants) {
      if (grant.kind !== 'bucket' || grant.bucket !== bucket || !allows(grant, use)) continue;
      const { prefix } = grant;
      if (key.startsWith(prefix)) return { store: this.#bucket(bucket), key };
      // Without the slash it would be others' prefix, too.
      if (`${key}/` === prefix) return { store: this.#bucket(bucket), key: prefix };
    }
    throw notGranted(uri, use);
  }

  /** The real path of a file or directory of the host. */
  async hostPath(uri: string): Promise<string> {
    return (await this.#granted(uri, 'read')).path;
  }

  async #inDirectory(uri: string, use: Use): Promise<Place> {
    const { root, path } = await this.#granted(uri, use);
    return { store: directoryObjects(root), key: path.slice(root.length).replace(/^\//, '') };
  }

  /** What is written may be still to be made, below what is there. */
  async #granted(uri: string, use: Use): Promise<{ root: string; path: string }> {
    const path = uri.slice('file://'.length).replace(/(?<=.)\/+$/, '');
    for (const grant of this.#grants) {
      if (grant.kind !== 'directory' || !allows(grant, use)) continue;
      const given = grant.path.replace(/(?<=.)\/+$/, '');
      if (path !== given && !path.startsWith(`${given}/`)) continue;
      try {
        const root = await realpath(given);
        const there = root + path.slice(given.length);
        return { root, path: use === 'read' ? await within(root, there) : there };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw new RefusedPlace(`${shown(uri)} is not there`, { cause: error });
      }
    }
    throw notGranted(uri, use);
  }
}

function parts(uri: string): { readonly bucket?: string; readonly key: string } {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/([^]*))?$/.exec(uri) ?? [];
  return bucket === undefined ? { key } : { bucket, key };
}

const allows = (grant: Grant, use: Use): boolean => use === 'read' || grant.isWritable;

const notGranted = (uri: string, use: Use): RefusedPlace =>
  new RefusedPlace(
    `${shown(uri)} is not among what this server's operator lets training jobs ${use} (--training-files)`,
  );

/** Below a place that is a folder. */
export async function storeFile(
  { store, key }: Place,
  path: readonly string[],
  file: FileContent,
  signal: AbortSignal,
): Promise<void> {
  const above = key === '' ? [] : [key.replace(/\/$/, '')];
  await store.put([...above, ...path].join('/'), file, signal);
}

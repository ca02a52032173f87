// What stands for the file systems of AWS that jobs name: what stands in `--efs ID=PLACE` and
// `--s3-files ID=PLACE`. It looks at no directory and connects to nothing.

import { isIPv6 } from 'node:net';
import type { FileSystemPlace } from '../engine/file-systems.ts';
import { isHostName } from './host-names.ts';

/** What is not of the form; `message` says what is. */
export class BadFileSystem extends Error {
  override name = 'BadFileSystem';
}

/** By the ids. Throws {@link BadFileSystem}. */
export function fileSystemPlaces(given: readonly string[]): ReadonlyMap<string, FileSystemPlace> {
  const places = new Map<string, FileSystemPlace>();
  for (const text of given) {
    const cut = text.indexOf('=');
    const id = text.slice(0, Math.max(cut, 0));
    const place = placeOf(text.slice(cut + 1));
    if (!/^fs(?:ap)?-[0-9a-z]{1,40}$/.test(id) || place === undefined)
      throw new BadFileSystem(
        `'${text}' is not ID=DIRECTORY or ID=SERVER:/PATH with the ID of a file system or an access point, as fs-0123456789abcdef0=/mnt/shared or fsap-0123456789abcdef0=nas.lab:/export`,
      );
    if (places.has(id)) throw new BadFileSystem(`${id} is given twice`);
    places.set(id, place);
  }
  return places;
}

// oxlint-disable-next-line no-control-regex -- these are what a path may not have.
const pathForm = /^\/[^\x00-\x1f\x7f]{0,4095}$/;

function placeOf(text: string): FileSystemPlace | undefined {
  if (text.startsWith('/'))
    return pathForm.test(text) ? { directory: withoutSlash(text) } : undefined;
  const [, bracketed, name = '', path = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\/.*)$/.exec(text) ?? [];
  const isServer = bracketed === undefined ? isHostName(name) : isIPv6(bracketed);
  if (!isServer || name.startsWith('.') || !pathForm.test(path)) return undefined;
  return { server: bracketed ?? name, path: withoutSlash(path) };
}

const withoutSlash = (path: string): string => path.replace(/(?<=.)\/+$/, '');

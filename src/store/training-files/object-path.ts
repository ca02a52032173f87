// Where an object comes to lie below a directory. Keys are whatever their writers liked: those that
// lead elsewhere, or can be no file, are refused. Pure.

/** What a key can be no file's name for, or what an operator does not grant; for the job's user. */
export class RefusedPlace extends Error {
  override name = 'RefusedPlace';
}

/**
 * The parts of a path below the directory of a channel, or undefined for the marker of a folder. A
 * prefix stands for a folder or for one object; one that ends within a name keeps that name
 * (SageMaker's local mode does so for the first two).
 */
export function pathBelow(prefix: string, key: string): readonly string[] | undefined {
  if (!key.startsWith(prefix))
    throw new RefusedPlace(`${shown(key)} is not below ${shown(prefix)}`);
  if (key.endsWith('/')) return undefined;
  const rest = key.slice(prefix.length);
  const inName = prefix.slice(prefix.lastIndexOf('/') + 1);
  return partsOf(inName !== '' && rest.startsWith('/') ? rest.slice(1) : inName + rest, key);
}

/** The parts of a relative path, each of which can be a name. */
export function partsOf(path: string, key = path): readonly string[] {
  const parts = path.split('/');
  for (const part of parts)
    if (part === '' || part === '.' || part === '..' || part.includes('\0') || tooLong(part))
      throw new RefusedPlace(`${shown(key)} can be no file`);
  return parts;
}

const tooLong = (part: string): boolean => Buffer.byteLength(part) > 255;

/** A key within a message. */
export const shown = (key: string): string => JSON.stringify(key.slice(0, 256));

/** What a manifest lists: `[{"prefix": "s3://…"}, "relative path", …]`. */
export function readManifest(
  text: string,
  most: number,
): { readonly prefix: string; readonly paths: readonly string[] } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new RefusedPlace('the manifest is no JSON');
  }
  if (!Array.isArray(content) || content.length === 0)
    throw new RefusedPlace('the manifest is no list');
  const [first, ...paths] = content as unknown[];
  const prefix = (first as { prefix?: unknown } | null)?.prefix;
  if (typeof prefix !== 'string' || !prefix.startsWith('s3://'))
    throw new RefusedPlace('the manifest does not begin with a prefix in S3');
  if (paths.length > most) throw new RefusedPlace(`the manifest lists more than ${most} objects`);
  const isText = (path: unknown): path is string => typeof path === 'string';
  if (!paths.every(isText)) throw new RefusedPlace('the manifest lists what is no text');
  return { prefix, paths };
}

// The sources of a container's volumes, where those in a directory of this machine were looked at:
// a volume's own directory must be there, and no link may lead out of what the operator gave (ADR
// 0050). It makes and changes nothing.

import { realpath, stat } from 'node:fs/promises';
import type { ContainerSpec } from '../port/engine.ts';
import {
  cannotSetUp,
  volumeSources,
  type FileSystems,
  type NoSource,
  type VolumeSource,
} from './file-systems.ts';

/** As {@link VolumeSource}, of which nothing is left to look at. */
export type FoundSource = { readonly title: string } & (
  | { readonly directory: string }
  | { readonly server: string; readonly path: string }
);

/**
 * By the volume's name. `isHere`: the container's host is this machine, whose directories can be
 * looked at.
 */
export async function foundSources(
  { volumes = [], region }: Pick<ContainerSpec, 'volumes' | 'region'>,
  places: FileSystems,
  isHere: boolean,
): Promise<ReadonlyMap<string, FoundSource> | NoSource> {
  const sources = volumeSources(volumes, region, places);
  if ('cannotStart' in sources) return sources;
  const found = new Map<string, FoundSource>();
  for (const [name, source] of sources) {
    const one = await findOne(source, isHere);
    if ('why' in one) return { cannotStart: cannotSetUp(name, `${source.title}: ${one.why}`) };
    found.set(name, one);
  }
  return found;
}

async function findOne(
  source: VolumeSource,
  isHere: boolean,
): Promise<FoundSource | { readonly why: string }> {
  if ('server' in source) return source;
  const { title, directory, within } = source;
  if (within === '') return { title, directory };
  if (!isHere)
    return {
      why: `its directory ${within} cannot be looked at from here, and might be a link that leads out of it: have an access point stand for it`,
    };
  const inside = await directoryWithin(directory, within);
  return 'why' in inside ? inside : { title, directory: inside.path };
}

/**
 * `within` begins with a slash. Between this look and the mount, a job that writes to the file
 * system can still exchange a directory for a link; it could bind any path of the host as well.
 */
async function directoryWithin(
  base: string,
  within: string,
): Promise<{ readonly path: string } | { readonly why: string }> {
  try {
    const root = await realpath(base);
    const path = await realpath(`${root}${within}`);
    if (path !== root && !path.startsWith(root === '/' ? '/' : `${root}/`))
      return { why: `its directory ${within} is a link that leads out of it` };
    return (await stat(path)).isDirectory() ? { path } : { why: `${within} is no directory of it` };
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return { why: `it has no directory ${within}` };
      case 'EACCES':
        return { why: `this server's user may not look into its directory ${within}` };
      default:
        return { why: `its directory ${within} cannot be found` };
    }
  }
}

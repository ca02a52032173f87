// The objects that an attempt is to find: of a prefix or of a manifest, each where it may come from
// and where it comes to lie. It fetches none but the manifest.

import type { Channel } from '../../core/service-job/training-job.ts';
import type { ObjectStore } from '../../port/object-store.ts';
import { mostObjects, type Budget, type Wanted } from './download.ts';
import { partsOf, pathBelow, readManifest, RefusedPlace, shown } from './object-path.ts';
import type { Place, Places } from './places.ts';

const manifestBytes = 16 * 2 ** 20;

/** What a channel asks for. */
export async function* objectsOf(
  places: Places,
  { source: { type, uri } }: Channel,
  budget: Budget,
  signal: AbortSignal,
): AsyncGenerator<Wanted> {
  yield* type === 'ManifestFile'
    ? objectsOfManifest(places, uri, budget, signal)
    : objectsBelow(await places.find(uri, 'read'), budget, signal);
}

/** All objects of a prefix. */
export async function* objectsBelow(
  { store, key: prefix }: Place,
  budget: Budget,
  signal: AbortSignal,
): AsyncGenerator<Wanted> {
  for await (const { key, bytes } of store.list(prefix, signal)) {
    budget.count();
    const path = pathBelow(prefix, key);
    if (path !== undefined) yield { store, key, bytes, path };
  }
}

async function* objectsOfManifest(
  places: Places,
  uri: string,
  budget: Budget,
  signal: AbortSignal,
): AsyncGenerator<Wanted> {
  const manifest = await places.find(uri, 'read');
  const { prefix, paths } = readManifest(await textAt(manifest, signal), mostObjects);
  for (const relative of paths) {
    budget.count();
    const path = partsOf(relative);
    const { store, key } = await places.find(prefix + relative, 'read');
    const bytes = await sizeOf(store, key, signal);
    if (bytes === undefined)
      throw new RefusedPlace(`${shown(relative)} of the manifest is not there`);
    yield { store, key, bytes, path };
  }
}

/** Of what begins with a key, the key itself is the first. */
async function sizeOf(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  for await (const first of store.list(key, signal))
    return first.key === key ? first.bytes : undefined;
  return undefined;
}

async function textAt({ store, key }: Place, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of await store.read(key, signal)) {
    bytes += chunk.length;
    if (bytes > manifestBytes)
      throw new RefusedPlace(`the manifest is over ${manifestBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

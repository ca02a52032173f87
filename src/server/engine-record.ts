// Which engine a data directory's jobs ran on: one word in a file of its own, written when an
// engine has answered and read at the next start. It chooses nothing, and a file that cannot be
// understood is told, never passed over.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What runs containers on the server's own machine; `none`: nothing does. */
export type EngineKind = 'docker' | 'process' | 'fake' | 'none';

const engineKinds: readonly EngineKind[] = ['docker', 'process', 'fake', 'none'];

const fileOf = (dataDir: string): string => join(dataDir, 'engine');

/**
 * Undefined where none was written yet. Throws where the file holds something else than an engine's
 * name.
 */
export function recordedEngine(dataDir: string): EngineKind | undefined {
  const path = fileOf(dataDir);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8').trim();
  const kind = engineKinds.find((one) => one === text);
  if (kind === undefined)
    throw new Error(
      `${path} should name the engine of this data directory (${engineKinds.join(', ')}) and does not: write the right one into it`,
    );
  return kind;
}

/** In one step: a crash leaves the former record or this one. */
export function recordEngine(dataDir: string, kind: EngineKind): void {
  const path = fileOf(dataDir);
  writeFileSync(`${path}.new`, `${kind}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** A server has kept jobs here before, perhaps one that did not write down its engine. */
export const hasHistory = (dataDir: string): boolean => existsSync(join(dataDir, 'longshore.db'));

// Which files a file loads when it runs, directly or through others. Imports of types alone load
// nothing.

import { dirname, join } from 'node:path/posix';
import { moduleReferencesOf, type SourceFile } from '../source.ts';

export class ImportGraph {
  readonly #files: ReadonlyMap<string, SourceFile>;
  readonly #imports = new Map<string, readonly string[]>();

  constructor(files: readonly SourceFile[]) {
    this.#files = new Map(files.map((file) => [file.path, file]));
  }

  /** Every file that is loaded with this one, with the number of imports to it; 0 for itself. */
  distancesFrom(path: string): ReadonlyMap<string, number> {
    const distances = new Map([[path, 0]]);
    for (const [from, distance] of distances)
      for (const to of this.#importsOf(from))
        if (!distances.has(to)) distances.set(to, distance + 1);
    return distances;
  }

  #importsOf(path: string): readonly string[] {
    let imports = this.#imports.get(path);
    if (imports === undefined) {
      const file = this.#files.get(path);
      imports = file === undefined || !file.isTypeScript ? [] : loadedBy(file);
      this.#imports.set(path, imports);
    }
    return imports;
  }
}

const loadedBy = (file: SourceFile): string[] =>
  moduleReferencesOf(file)
    .filter(({ specifier, typeOnly }) => !typeOnly && specifier.startsWith('.'))
    .map(({ specifier }) => join(dirname(file.path), specifier));

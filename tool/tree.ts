// The files of the checkout that belong to the project: what is installed, built or made by a
// running server is left out.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceFile } from './source.ts';

const skippedFolders = new Set(['node_modules', 'dist', '.git', '.longshore']);
const textEndings = /\.(ts|tsx|js|mjs|cjs|json|md|sh|py|css|html|yml|yaml)$|^\.ci\/|^\.gitignore$/;

/** All paths of the tree, files and folders, relative to `root`, in one fixed order. */
export function pathsUnder(root: string): { files: string[]; folders: string[] } {
  const files: string[] = [];
  const folders: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (skippedFolders.has(entry.name)) continue;
        folders.push(path);
        visit(path);
      } else if (entry.isFile()) {
        files.push(path);
      }
    }
  };
  visit('');
  return { files: files.toSorted(), folders: folders.toSorted() };
}

/** The tree as the rules see it. */
export interface Tree {
  readonly root: string;
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** The text files, read. */
  readonly sources: readonly SourceFile[];
}

export function readTree(root: string): Tree {
  const { files, folders } = pathsUnder(root);
  const sources = files
    .filter((path) => textEndings.test(path))
    .map((path) => new SourceFile(path, readFileSync(join(root, path), 'utf8')));
  return { root, files: new Set(files), folders: new Set(folders), sources };
}

/** A tree that exists in memory only, for the tests of the rules. */
export function treeOf(texts: Readonly<Record<string, string>>, root = '/a-checkout'): Tree {
  const folders = new Set<string>();
  for (const path of Object.keys(texts)) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join('/'));
  }
  const sources = Object.entries(texts).map(([path, text]) => new SourceFile(path, text));
  return { root, files: new Set(Object.keys(texts)), folders, sources };
}

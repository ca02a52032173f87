// What is published: of `src`, what the program leads to. A file that only tests and tools import
// is no part of the product; it belongs into `test/house/`.

import { posix } from 'node:path';
import type { Finding } from '../finding.ts';
import { moduleReferencesOf } from '../source.ts';
import type { Tree } from '../tree.ts';
import type { Rule } from './rule.ts';

/**
 * What is started, or asked by name: the program, the process that launches jobs, and the laws of
 * the world, which are core's though it is tests and the simulation that ask whether they hold.
 */
const entries = ['src/main.ts', 'src/engine/process/launcher.ts', 'src/core/world/invariant.ts'];

export const publishedRule: Rule = {
  name: 'published',
  *check(tree) {
    const reached = reachedFrom(entries, tree);
    for (const { path, isTypeScript, isTest } of tree.sources)
      if (path.startsWith('src/') && isTypeScript && !isTest && !reached.has(path))
        yield finding(path);
  },
};

const finding = (file: string): Finding => ({
  file,
  line: 1,
  rule: 'published',
  message: 'the program does not lead to this file: what only tests need belongs into test/house',
});

function reachedFrom(paths: readonly string[], { sources }: Tree): ReadonlySet<string> {
  const files = new Map(sources.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const file = files.get(path);
    if (file === undefined || reached.has(path)) return;
    reached.add(path);
    for (const { specifier } of moduleReferencesOf(file))
      if (specifier.startsWith('.')) visit(posix.join(posix.dirname(path), specifier));
  };
  for (const path of paths) visit(path);
  return reached;
}

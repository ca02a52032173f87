// No circle of imports, type-only ones included: files that name each other are one matter, and
// none of them can be read or changed without the rest. Only the files of the world may be such a
// matter.

import { posix } from 'node:path';
import type { Finding } from '../finding.ts';
import { moduleReferencesOf, type SourceFile } from '../source.ts';
import type { Rule } from './rule.ts';

/** Files below it may import each other as they like, as long as no other is in their circle. */
const oneMatter = 'src/core/world/';

/** The files that a file imports, and the line where it first does. */
type Imports = ReadonlyMap<string, number>;

export const circlesRule: Rule = {
  name: 'circles',
  *check(tree) {
    const files = tree.sources.filter((file) => file.isTypeScript);
    const known = new Set(files.map(({ path }) => path));
    const imports = new Map(files.map((file) => [file.path, importsOf(file, known)]));
    for (const circle of circlesIn(imports))
      if (!circle.every((path) => path.startsWith(oneMatter))) yield findingOf(circle, imports);
  },
};

function importsOf(file: SourceFile, known: ReadonlySet<string>): Imports {
  const found = new Map<string, number>();
  for (const { specifier, offset } of moduleReferencesOf(file)) {
    if (!specifier.startsWith('.')) continue;
    const target = posix.join(posix.dirname(file.path), specifier);
    if (known.has(target) && !found.has(target)) found.set(target, file.lineAt(offset));
  }
  return found;
}

/** The groups of files in which each reaches every other, by Tarjan's algorithm. */
function circlesIn(imports: ReadonlyMap<string, Imports>): string[][] {
  const circles: string[][] = [];
  const numbers = new Map<string, number>();
  const open: string[] = [];
  /** Gives the lowest number of an open file that this one reaches. */
  const visit = (path: string): number => {
    const number = numbers.size;
    numbers.set(path, number);
    open.push(path);
    let lowest = number;
    for (const next of imports.get(path)?.keys() ?? []) {
      const known = numbers.get(next);
      if (known === undefined) lowest = Math.min(lowest, visit(next));
      else if (open.includes(next)) lowest = Math.min(lowest, known);
    }
    if (lowest === number) {
      const group = open.splice(open.indexOf(path));
      if (group.length > 1 || imports.get(path)?.has(path)) circles.push(group);
    }
    return lowest;
  };
  for (const path of imports.keys()) if (!numbers.has(path)) visit(path);
  return circles;
}

/** One finding a circle: the shortest way back to the first of its files by name. */
function findingOf(circle: readonly string[], imports: ReadonlyMap<string, Imports>): Finding {
  const inside = new Set(circle);
  const [start] = circle.toSorted() as [string];
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const next of imports.get(path)?.keys() ?? []) {
      if (!inside.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, path);
      queue.push(next);
    }
  }
  const way = [start];
  do way.unshift(cameFrom.get(way[0] as string) as string);
  while (way[0] !== start);
  return {
    file: start,
    line: imports.get(start)?.get(way[1] as string) ?? 1,
    rule: 'circles',
    message: `${circle.length === 1 ? 'it imports itself' : `${circle.length} files import each other`}: ${way.join(' → ')}`,
  };
}

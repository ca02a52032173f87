// No circle of imports, types included: what names each other is one matter, and one cannot be read
// or changed without the other. The world alone may be such a lump, inside its own folder.

import type { Finding } from '../finding.ts';
import { moduleReferencesOf, type SourceFile } from '../source.ts';
import type { Rule } from './rule.ts';

/** Files below may import each other as they like, as long as nothing else is in the circle. */
const oneMatter = 'src/core/world/';

export const circlesRule: Rule = {
  name: 'circles',
  *check(tree) {
    const files = tree.sources.filter((file) => file.isTypeScript);
    const known = new Set(files.map(({ path }) => path));
    const imports = new Map(files.map((file) => [file.path, importsOf(file, known)]));
    for (const circle of circlesIn(imports)) {
      if (circle.every((path) => path.startsWith(oneMatter))) continue;
      yield findingOf(circle, imports);
    }
  },
};

/** The files that it names, and the place where it first does. */
type Imports = ReadonlyMap<string, number>;

function importsOf(file: SourceFile, known: ReadonlySet<string>): Imports {
  const found = new Map<string, number>();
  for (const { specifier, offset } of moduleReferencesOf(file)) {
    if (!specifier.startsWith('.')) continue;
    const target = new URL(specifier, `file:///${file.path}`).pathname.slice(1);
    if (known.has(target) && !found.has(target)) found.set(target, file.lineAt(offset));
  }
  return found;
}

/** One finding a circle: a shortest way around, from its first file by name. */
function findingOf(circle: readonly string[], imports: ReadonlyMap<string, Imports>): Finding {
  const inside = new Set(circle);
  const [start] = circle.toSorted() as [string];
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue)
    for (const next of imports.get(path)?.keys() ?? [])
      if (inside.has(next) && !cameFrom.has(next)) {
        cameFrom.set(next, path);
        queue.push(next);
      }
  const way = [start];
  let at = cameFrom.get(start);
  for (; at !== undefined && at !== start; at = cameFrom.get(at)) way.unshift(at);
  way.unshift(start);
  return {
    file: start,
    line: imports.get(start)?.get(way[1] ?? start) ?? 1,
    rule: 'circles',
    message: `imports itself by a circle (${circle.length} files): ${way.join(' → ')}`,
  };
}

/** The groups of files that reach each other, by Tarjan's algorithm. */
function circlesIn(imports: ReadonlyMap<string, Imports>): string[][] {
  const circles: string[][] = [];
  const numbers = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const visit = (path: string): number => {
    const number = numbers.size;
    numbers.set(path, number);
    let low = number;
    stack.push(path);
    onStack.add(path);
    for (const next of imports.get(path)?.keys() ?? []) {
      const known = numbers.get(next);
      if (known === undefined) low = Math.min(low, visit(next));
      else if (onStack.has(next)) low = Math.min(low, known);
    }
    if (low === number) {
      const group = stack.splice(stack.indexOf(path));
      for (const member of group) onStack.delete(member);
      if (group.length > 1 || imports.get(path)?.has(path)) circles.push(group);
    }
    return low;
  };
  for (const path of imports.keys()) if (!numbers.has(path)) visit(path);
  return circles;
}

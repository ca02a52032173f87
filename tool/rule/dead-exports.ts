// No export that nobody imports, type or value: it is kept, read and tested for nobody. An import
// by a test counts. What a file uses itself needs no `export`.

import { posix } from 'node:path';
import type { Node } from 'oxc-parser';
import type { Finding } from '../finding.ts';
import { moduleReferencesOf, type SourceFile } from '../source.ts';
import type { Rule } from './rule.ts';

export const deadExportsRule: Rule = {
  name: 'dead-exports',
  *check(tree) {
    const files = tree.sources.filter((file) => file.isTypeScript);
    const taken = new Map(files.map(({ path }) => [path, new Set<string>()]));
    for (const file of files) {
      for (const { specifier, names } of moduleReferencesOf(file)) {
        if (!specifier.startsWith('.')) continue;
        const target = posix.join(posix.dirname(file.path), specifier);
        if (target !== file.path) for (const name of names) taken.get(target)?.add(name);
      }
    }
    for (const file of files) {
      const names = taken.get(file.path);
      if (names?.has('*')) continue;
      for (const [name, offset] of exportsOf(file))
        if (!names?.has(name))
          yield {
            file: file.path,
            line: file.lineAt(offset),
            rule: 'dead-exports',
            message: `no other file imports ${name}: take away \`export\`, or all of it`,
          } satisfies Finding;
    }
  },
};

function* exportsOf(file: SourceFile): Generator<readonly [name: string, offset: number]> {
  for (const node of file.program.body) {
    if (node.type !== 'ExportNamedDeclaration') continue;
    for (const { exported, start } of node.specifiers)
      if (exported.type === 'Identifier') yield [exported.name, start];
    if (node.declaration !== null) yield* namesOf(node.declaration);
  }
}

function* namesOf(declaration: Node): Generator<readonly [name: string, offset: number]> {
  if (declaration.type === 'VariableDeclaration')
    for (const { id } of declaration.declarations) yield* boundBy(id);
  else if ('id' in declaration && declaration.id !== null) yield* boundBy(declaration.id);
}

/** A name, or those of a pattern `{ a, b: c }`. */
function* boundBy(pattern: Node): Generator<readonly [name: string, offset: number]> {
  if (pattern.type === 'Identifier') yield [pattern.name, pattern.start];
  else if (pattern.type === 'ObjectPattern')
    for (const property of pattern.properties)
      if (property.type === 'Property') yield* boundBy(property.value);
}

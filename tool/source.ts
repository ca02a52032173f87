// One file of the tree as the house rules see it: its text, and, when a rule asks, its syntax tree.
// It never looks at other files and never changes one.

import { parseSync, visitorKeys, type Comment, type Node, type Program } from 'oxc-parser';

export class SourceFile {
  /** The path from the root of the checkout, with `/`. */
  readonly path: string;
  readonly text: string;
  #parsed: { program: Program; comments: readonly Comment[] } | undefined;
  #lineStarts: readonly number[] | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /**
   * Parsed on first use, and once for all rules; a file that does not parse is the type checker's
   * to report.
   */
  get program(): Program {
    return this.#parse().program;
  }

  get comments(): readonly Comment[] {
    return this.#parse().comments;
  }

  get isTypeScript(): boolean {
    return this.path.endsWith('.ts') || this.path.endsWith('.tsx');
  }

  get isTest(): boolean {
    return this.path.endsWith('.test.ts');
  }

  /** The line, from 1, of a place in the text. */
  lineAt(offset: number): number {
    this.#lineStarts ??= lineStartsOf(this.text);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  #parse(): { program: Program; comments: readonly Comment[] } {
    if (this.#parsed === undefined) {
      const { program, comments } = parseSync(this.path, this.text);
      this.#parsed = { program, comments };
    }
    return this.#parsed;
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Every node below `root`, parents first, each with its parent. */
export function* nodesOf(root: Node): Generator<{ node: Node; parent: Node | undefined }> {
  const stack: { node: Node; parent: Node | undefined }[] = [{ node: root, parent: undefined }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    yield entry;
    const { node } = entry;
    for (const key of (visitorKeys[node.type] ?? []).toReversed()) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[
        key
      ];
      if (Array.isArray(child)) {
        for (const one of child.toReversed())
          if (one !== null) stack.push({ node: one, parent: node });
      } else if (child !== null && child !== undefined) {
        stack.push({ node: child, parent: node });
      }
    }
  }
}

/** One place where a file names another module. */
export interface ModuleReference {
  readonly specifier: string;
  readonly offset: number;
  /** Gone when types are stripped. */
  readonly typeOnly: boolean;
  /** The exported names that are taken; `*` for the whole namespace. */
  readonly names: readonly string[];
}

/** Imports, re-exports, dynamic imports and `import('…')` types, in the order of the text. */
export function moduleReferencesOf(file: SourceFile): ModuleReference[] {
  const references: ModuleReference[] = [];
  for (const { node } of nodesOf(file.program)) {
    switch (node.type) {
      case 'ImportDeclaration': {
        const taken = node.specifiers;
        references.push({
          specifier: node.source.value,
          offset: node.start,
          typeOnly:
            node.importKind === 'type' ||
            (taken.length > 0 &&
              taken.every((one) => one.type === 'ImportSpecifier' && one.importKind === 'type')),
          names: taken.map((one) =>
            one.type === 'ImportSpecifier' && one.imported.type === 'Identifier'
              ? one.imported.name
              : '*',
          ),
        });
        break;
      }
      case 'ExportNamedDeclaration':
        if (node.source !== null) {
          const typeOnly =
            node.exportKind === 'type' ||
            (node.specifiers.length > 0 &&
              node.specifiers.every((one) => one.exportKind === 'type'));
          references.push({
            specifier: node.source.value,
            offset: node.start,
            typeOnly,
            names: node.specifiers.map((one) =>
              one.local.type === 'Identifier' ? one.local.name : '*',
            ),
          });
        }
        break;
      case 'ExportAllDeclaration':
        references.push({
          specifier: node.source.value,
          offset: node.start,
          typeOnly: node.exportKind === 'type',
          names: ['*'],
        });
        break;
      case 'ImportExpression':
        if (node.source.type === 'Literal' && typeof node.source.value === 'string') {
          references.push({
            specifier: node.source.value,
            offset: node.start,
            typeOnly: false,
            names: ['*'],
          });
        }
        break;
      case 'TSImportType':
        references.push({
          specifier: String(node.source.value),
          offset: node.start,
          typeOnly: true,
          names: ['*'],
        });
        break;
      default:
        break;
    }
  }
  return references;
}

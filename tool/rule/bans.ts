// What may not be used where. What is written to a terminal goes through a door that spells control
// characters out. Core is pure and synchronous; control, service and the simulator take time and
// randomness from ports only, or the same seed would not give the same run.

import type { Node } from 'oxc-parser';
import type { Finding } from '../finding.ts';
import { moduleReferencesOf, nodesOf, type SourceFile } from '../source.ts';
import { roomOf } from './rooms.ts';
import type { Rule } from './rule.ts';

const inCore = 'core is pure and synchronous';
/** Words of one engine. The specification of AMIs names it, and it alone. */
const engineWord = /docker/i;
const engineWordsIn = 'src/core/image/';
const byPort = 'it comes through a port';

/** Global names that may not be mentioned, as value or as type. */
const coreGlobals = new Set([
  'Promise',
  'Date',
  'process',
  'crypto',
  'performance',
  'fetch',
  'queueMicrotask',
  'structuredClone',
  'console',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
]);
const guardedGlobals = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'crypto',
  'performance',
  'globalThis',
]);
const guardedModules = new Set([
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:timers',
  'node:timers/promises',
]);
/** Randomness in a module that also has pure functions. */
const randomNames = new Set([
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'getRandomValues',
  'webcrypto',
  '*',
]);

/**
 * The doors to standard output and standard error: what of others passes them cannot command a
 * terminal.
 */
const terminalDoors = new Set(['src/cli/io.ts', 'src/server/command/terminal.ts']);

export const bansRule: Rule = {
  name: 'bans',
  *check(tree) {
    for (const file of tree.sources) {
      if (!file.isTypeScript || file.isTest) continue;
      const room = roomOf(file.path);
      if (file.path.startsWith('src/') && !terminalDoors.has(file.path)) yield* silent(file);
      if (room === 'core') yield* pure(file);
      else if (room === 'control' || room === 'service') yield* guarded(file, room);
      else if (room === 'sim') yield* timeless(file);
    }
  },
};

function* pure(file: SourceFile): Generator<Finding> {
  const declared = declaredIn(file);
  for (const { node, parent } of nodesOf(file.program)) {
    if (isFunction(node) && node.async) yield found(file, node, `no async function: ${inCore}`);
    else if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await))
      yield found(file, node, `no await: ${inCore}`);
    else if (isMember(node, 'Math', 'random')) yield found(file, node, `no Math.random: ${inCore}`);
    else if (isReference(node, parent) && coreGlobals.has(node.name) && !declared.has(node.name))
      yield found(file, node, `no ${node.name}: ${inCore}`);
    else if (
      node.type === 'Identifier' &&
      engineWord.test(node.name) &&
      !file.path.startsWith(engineWordsIn)
    )
      yield found(file, node, `no ${node.name}: core knows no engine by name`);
  }
  for (const reference of moduleReferencesOf(file)) {
    if (reference.specifier.startsWith('node:'))
      yield found(file, { start: reference.offset }, `no ${reference.specifier}: ${inCore}`);
  }
}

function* silent(file: SourceFile): Generator<Finding> {
  const declared = declaredIn(file);
  for (const { node, parent } of nodesOf(file.program)) {
    const isWrite =
      node.type === 'MemberExpression' &&
      !node.computed &&
      isIdentifier(node.property, 'write') &&
      (isMember(node.object, 'process', 'stdout') || isMember(node.object, 'process', 'stderr'));
    const isConsole =
      isReference(node, parent) && node.name === 'console' && !declared.has('console');
    if (isWrite || (isConsole && roomOf(file.path) !== 'core'))
      yield found(
        file,
        node,
        'no writing past the doors to the terminal: an Io in the command line, say or complain in the server',
      );
  }
}

function* guarded(file: SourceFile, room: string): Generator<Finding> {
  yield* timeless(file);
  const declared = declaredIn(file);
  for (const { node, parent } of nodesOf(file.program)) {
    if (isReference(node, parent) && guardedGlobals.has(node.name) && !declared.has(node.name))
      yield found(file, node, `no ${node.name} in ${room}: ${byPort}`);
  }
  for (const { specifier, offset, typeOnly, names } of moduleReferencesOf(file)) {
    if (typeOnly) continue;
    if (guardedModules.has(specifier))
      yield found(file, { start: offset }, `no ${specifier} in ${room}: ${byPort}`);
    const random =
      specifier === 'node:crypto' ? names.find((name) => randomNames.has(name)) : undefined;
    if (random !== undefined)
      yield found(
        file,
        { start: offset },
        `no ${random === '*' ? 'whole node:crypto' : random} in ${room}: randomness comes through a port`,
      );
  }
}

/** The wall clock and randomness. `new Date(ms)` only converts. */
function* timeless(file: SourceFile): Generator<Finding> {
  for (const { node } of nodesOf(file.program)) {
    if (isMember(node, 'Date', 'now'))
      yield found(file, node, 'no Date.now: time comes from the clock port');
    else if (
      node.type === 'NewExpression' &&
      isIdentifier(node.callee, 'Date') &&
      node.arguments.length === 0
    )
      yield found(file, node, 'no new Date() without a time: time comes from the clock port');
    else if (node.type === 'CallExpression' && isIdentifier(node.callee, 'Date'))
      yield found(file, node, 'no Date(): time comes from the clock port');
    else if (isMember(node, 'Math', 'random'))
      yield found(file, node, 'no Math.random: randomness comes through a port');
    else if (isMember(node, 'process', 'hrtime'))
      yield found(file, node, 'no process.hrtime: time comes from the clock port');
  }
}

function found(file: SourceFile, at: { start: number }, message: string): Finding {
  return { file: file.path, line: file.lineAt(at.start), rule: 'bans', message };
}

type FunctionNode = Extract<Node, { async: boolean }>;

function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

function isIdentifier(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function isMember(node: Node, object: string, property: string): boolean {
  if (node.type !== 'MemberExpression' || !isIdentifier(node.object, object)) return false;
  return node.computed
    ? node.property.type === 'Literal' && node.property.value === property
    : isIdentifier(node.property, property);
}

type IdentifierNode = Extract<Node, { type: 'Identifier' }>;

/** An identifier that stands for a variable or a type, not for a property's name. */
function isReference(node: Node, parent: Node | undefined): node is IdentifierNode {
  if (node.type !== 'Identifier') return false;
  if (parent === undefined) return true;
  switch (parent.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed;
    case 'TSQualifiedName':
      return parent.left === node;
    case 'Property':
      return parent.value === node || parent.computed;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
      return parent.key !== node || parent.computed;
    case 'ImportSpecifier':
    case 'ExportSpecifier':
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return false;
    default:
      return true;
  }
}

/** Names the file declares for itself anywhere: a parameter called `process` is not the global. */
function declaredIn(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const declare = (pattern: Node | null): void => {
    if (pattern === null) return;
    switch (pattern.type) {
      case 'Identifier':
        names.add(pattern.name);
        break;
      case 'ObjectPattern':
        for (const property of pattern.properties)
          declare(property.type === 'RestElement' ? property.argument : property.value);
        break;
      case 'ArrayPattern':
        for (const element of pattern.elements) declare(element);
        break;
      case 'AssignmentPattern':
        declare(pattern.left);
        break;
      case 'RestElement':
        declare(pattern.argument);
        break;
      default:
        break;
    }
  };
  for (const { node } of nodesOf(file.program)) {
    if (node.type === 'VariableDeclarator') declare(node.id);
    else if (isFunction(node)) {
      if (node.type === 'FunctionDeclaration') declare(node.id);
      for (const parameter of node.params) declare(parameter);
    } else if (
      node.type === 'ImportSpecifier' ||
      node.type === 'ImportDefaultSpecifier' ||
      node.type === 'ImportNamespaceSpecifier'
    ) {
      names.add(node.local.name);
    } else if (node.type === 'TSFunctionType') {
      for (const parameter of node.params) declare(parameter);
    } else if (node.type === 'TSMethodSignature') {
      for (const parameter of node.params) declare(parameter);
    }
  }
  return names;
}

// The rooms of the house and what each may import (doc/decision and CONTRIBUTING say why). The
// table below is the rule; a change of it is a change of the design and needs an ADR.

import type { Finding } from '../finding.ts';
import { moduleReferencesOf, type ModuleReference, type SourceFile } from '../source.ts';
import type { Rule } from './rule.ts';

interface Room {
  /** Other rooms, for values and types. */
  readonly rooms: readonly string[];
  /** Rooms whose types only may be named. */
  readonly typesOf?: readonly string[];
  /** Paths inside those rooms whose values are open too (ADR 0004, 0065). */
  readonly open?: readonly string[];
  /** Paths inside the allowed rooms that are closed all the same. */
  readonly closed?: readonly string[];
  /**
   * Packages for values; `scope/*` allows a whole scope, `name/*` the package and its entry points.
   */
  readonly packages: readonly string[];
  /** Packages for types alone, as above. */
  readonly typesOfPackages?: readonly string[];
  /** Whether Node's own modules may be used at all; the rule `bans` says which not. */
  readonly node: boolean;
}

const sdk = ['@aws-sdk/*', '@smithy/core/*'];
const product = [
  'base',
  'core',
  'port',
  'store',
  'engine',
  'capacity',
  'wire',
  'api',
  'control',
  'service',
];
const driver: Room = { rooms: ['base', 'port'], typesOf: ['core'], packages: [], node: true };

const rooms: Readonly<Record<string, Room>> = {
  base: { rooms: [], packages: [], node: false },
  core: { rooms: ['base'], packages: [], node: false },
  port: { rooms: ['base'], typesOf: ['core'], packages: [], node: false },
  store: { ...driver, open: ['src/core/job/'], packages: ['tar'] },
  engine: { ...driver, packages: ['ws', 'yaml'], typesOfPackages: ['kubernetes-types/*'] },
  capacity: driver,
  wire: { rooms: ['base'], packages: sdk, node: true },
  api: { rooms: ['base'], packages: [], node: false },
  control: { rooms: ['base', 'core', 'port'], packages: [], node: true },
  service: { rooms: ['base', 'core', 'port', 'wire', 'api'], packages: sdk, node: true },
  app: { rooms: product, packages: sdk, node: true },
  server: {
    rooms: [...product, 'app', 'cli'],
    packages: [...sdk, '@smithy/node-http-handler', 'nodemailer', 'pino', 'undici', 'ws'],
    node: true,
  },
  main: { rooms: ['server', 'cli'], packages: [], node: true },
  sim: {
    rooms: [...product, 'app', 'house'],
    closed: ['src/engine/docker/', 'src/engine/kubernetes/', 'src/engine/process/'],
    packages: [...sdk, 'fast-check'],
    node: true,
  },
  cli: {
    rooms: ['base', 'api'],
    // One reader of people's kubeconfigs (ADR 0065).
    open: ['src/engine/kubernetes/kubeconfig-files.ts'],
    packages: [...sdk, 'ws'],
    node: true,
  },
  console: { rooms: ['base', 'api'], packages: sdk, node: true },
  house: { rooms: [...product, 'app', 'cli'], packages: [...sdk, 'fast-check'], node: true },
};

/**
 * Rooms that serve the project itself: they may import anything, and nothing of the product may
 * import them.
 */
const yard = new Set(['bench', 'test', 'tool']);

/** What tests share, which those beside the product's files may import: `test/house/`. */
const house = 'house';

const forTests = ['fast-check', 'smtp-server'];

/** The room of a path, or undefined outside all rooms (`bin/`, the root). */
export function roomOf(path: string): string | undefined {
  if (path === 'src/main.ts') return 'main';
  if (path.startsWith('test/house/')) return house;
  const [first, second, third] = path.split('/');
  if (first === 'src') return third === undefined ? undefined : second;
  return first !== undefined && second !== undefined && (yard.has(first) || first in rooms)
    ? first
    : undefined;
}

export const roomsRule: Rule = {
  name: 'rooms',
  *check(tree) {
    for (const file of tree.sources) {
      if (file.isTypeScript) yield* checkFile(file);
    }
  },
};

function* checkFile(file: SourceFile): Generator<Finding> {
  const name = roomOf(file.path);
  if (name !== undefined && yard.has(name)) return;
  const room = name === undefined ? undefined : rooms[name];
  if (name === undefined || room === undefined) {
    if (file.path.startsWith('src/'))
      yield {
        file: file.path,
        line: 1,
        rule: 'rooms',
        message: 'this file is in no room that the table knows',
      };
    return;
  }
  for (const reference of moduleReferencesOf(file)) {
    const message = reference.specifier.startsWith('.')
      ? wrongRoom(file, name, room, reference)
      : wrongPackage(file, name, room, reference);
    if (message !== undefined)
      yield { file: file.path, line: file.lineAt(reference.offset), rule: 'rooms', message };
  }
}

function wrongRoom(
  file: SourceFile,
  name: string,
  room: Room,
  reference: ModuleReference,
): string | undefined {
  const target = resolve(file.path, reference.specifier);
  if (target === 'package.json') return undefined;
  const other = roomOf(target);
  if (other === undefined) return `${reference.specifier} leads outside the rooms`;
  if (other === name || (other === house && file.isTest)) return undefined;
  if (room.closed?.some((prefix) => target.startsWith(prefix)))
    return `${name} may not import ${target}`;
  if (room.rooms.includes(other)) return undefined;
  if (room.open?.some((prefix) => target.startsWith(prefix))) return undefined;
  if (room.typesOf?.includes(other))
    return reference.typeOnly
      ? undefined
      : `${name} may import only types of ${other}: use \`import type\``;
  return `${name} may not import ${other} (${room.rooms.length === 0 ? 'it imports no room' : `it may import ${room.rooms.join(', ')}`})`;
}

function wrongPackage(
  file: SourceFile,
  name: string,
  room: Room,
  reference: ModuleReference,
): string | undefined {
  const { specifier } = reference;
  if (specifier.startsWith('node:')) {
    if (specifier === 'node:test' && !file.isTest && name !== house)
      return `only tests, and ${house}, may import ${specifier}`;
    return room.node || file.isTest ? undefined : `${name} may not import ${specifier}`;
  }
  // Types of the SDK vanish with the other types, and are the contract itself (ADR 0003).
  if (reference.typeOnly && specifier.startsWith('@aws-sdk/')) return undefined;
  if (reference.typeOnly && room.typesOfPackages?.some((pattern) => matches(pattern, specifier)))
    return undefined;
  const allowed = file.isTest ? [...room.packages, ...forTests] : room.packages;
  if (allowed.some((pattern) => matches(pattern, specifier))) return undefined;
  return `${name} may not import the package ${specifier}${specifier.startsWith('@aws-sdk/') ? ' (its types it may: use `import type`)' : ''}`;
}

function matches(pattern: string, specifier: string): boolean {
  if (!pattern.endsWith('/*')) return specifier === pattern;
  const stem = pattern.slice(0, -2);
  return specifier === stem || specifier.startsWith(`${stem}/`);
}

function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

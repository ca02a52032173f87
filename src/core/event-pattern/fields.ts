// An event as patterns see it: by path, the values that stand there. Whoever has an event answers
// for the paths that are asked and for no others; for an event that is there as JSON, this does.

import { limit } from '../limit.ts';
import type { Scalar } from './value-test.ts';

/** An element of an array of objects or of arrays. */
export interface Place {
  /** The array itself, as what it is told from others by. */
  readonly array: object;
  readonly index: number;
  /** How many arrays it is within. */
  readonly level: number;
  /** The element within which the array stands. */
  readonly outer: Place | undefined;
}

export interface Leaf {
  readonly value: Scalar;
  /**
   * The innermost element that is an object or array and holds the value; undefined for a value
   * outside all arrays, and for one that is an element itself of an array outside all others.
   * Values of different elements of one array do not match a pattern together.
   */
  readonly within?: Place | undefined;
}

/**
 * The values at a path: the names that lead there, joined by dots (a dot within a name is no
 * different). Arrays on the way are passed through. Asked at most once for each path and event.
 */
export type Fields = (path: string) => readonly Leaf[];

/**
 * Of what `JSON.parse` makes of an event, or would: what is undefined is not there. A path takes
 * time linear in what stands along it. What lies deeper in arrays than AWS's parser goes is not
 * found.
 */
export function jsonFields(event: object): Fields {
  const dotted = new Map<object, readonly string[]>();
  return (path) => {
    const leaves: Leaf[] = [];
    gather({ path, leaves, dotted }, event, 0, undefined);
    return leaves;
  };
}

interface Search {
  readonly path: string;
  readonly leaves: Leaf[];
  /** Names with dots in them, by the object that has them. */
  readonly dotted: Map<object, readonly string[]>;
}

/** `at`: where what is still to be followed begins in the path; beyond its end: nothing. */
function gather(search: Search, node: unknown, at: number, within: Place | undefined): void {
  const isEnd = at > search.path.length;
  if (Array.isArray(node)) {
    const level = (within?.level ?? 0) + 1;
    if (level > limit.eventPattern.arrayLevels) return;
    node.forEach((element: unknown, index) => {
      const isStructure = typeof element === 'object' && element !== null;
      const place = isStructure ? { array: node, index, level, outer: within } : within;
      gather(search, element, at, place);
    });
  } else if (typeof node === 'object' && node !== null) {
    if (!isEnd) gatherMembers(search, node, at, within);
  } else if (isEnd && node !== undefined) {
    search.leaves.push({ value: node as Scalar, within });
  }
}

function gatherMembers(search: Search, node: object, at: number, within: Place | undefined): void {
  const { path } = search;
  const dot = path.indexOf('.', at);
  const end = dot < 0 ? path.length : dot;
  const follow = (name: string, next: number): void =>
    gather(search, (node as Record<string, unknown>)[name], next, within);
  const name = path.slice(at, end);
  if (Object.hasOwn(node, name)) follow(name, end + 1);
  for (const other of dottedNames(search, node)) {
    const next = at + other.length;
    if (path.startsWith(other, at) && (next === path.length || path[next] === '.'))
      follow(other, next + 1);
  }
}

function dottedNames({ dotted }: Search, node: object): readonly string[] {
  let names = dotted.get(node);
  if (names === undefined) {
    names = Object.keys(node).filter((name) => name.includes('.'));
    dotted.set(node, names);
  }
  return names;
}

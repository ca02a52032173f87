// Whether a line has a match of a regular expression, in time that grows with the line alone: all
// ways to match are followed side by side, and the steps of a set of ways are remembered. It finds
// no place and no groups, and it never goes back.

import { never } from '../assert.ts';
import {
  BadPattern,
  isWord,
  parsePattern,
  sizeOf,
  type Assertion,
  type Node,
  type Takes,
} from './parse.ts';

export { BadPattern } from './parse.ts';

type Step =
  | { readonly type: 'one'; readonly takes: Takes }
  | { readonly type: 'assert'; readonly what: Assertion }
  | { readonly type: 'split'; readonly to: readonly number[] }
  | { readonly type: 'match' };

/** The ways that lead on from a place in the line, and what stood before it. */
interface State {
  readonly ways: readonly number[];
  readonly before: Before;
  /** By the code point that comes: ASCII, and the rest. */
  readonly ascii: (State | undefined)[];
  readonly other: Map<number, State>;
}

type Before = 'nothing' | 'line-end' | 'word' | 'other';

/** Steps of an expression: what one character may cost at most. */
const mostSteps = 1_000;
/** Characters of a line that are looked at. */
const mostCharactersOfALine = 8_192;
/** Sets of ways that are remembered, with all that they lead to. */
const mostStates = 1_000;

/** In the place of a state: there is a match. */
const matched: State = { ways: [], before: 'nothing', ascii: [], other: new Map() };

export class LinePattern {
  readonly #steps: Step[] = [];
  readonly #states = new Map<string, State>();
  #work = 0;

  /** Throws {@link BadPattern}. */
  constructor(source: string) {
    const tree = parsePattern(source);
    if (sizeOf(tree) > mostSteps) throw new BadPattern('expression is too large');
    this.#compile(tree);
    this.#steps.push({ type: 'match' });
  }

  /**
   * What all lines so far have cost beyond what was remembered, in single steps; for those who
   * share a thread.
   */
  get work(): number {
    return this.#work;
  }

  /** Whether there is a match in the line's first {@link mostCharactersOfALine} characters. */
  test(line: string): boolean {
    let state = this.#state([0], 'nothing');
    let seen = 0;
    for (let at = 0; at < line.length && seen < mostCharactersOfALine; seen++) {
      const code = line.codePointAt(at) as number;
      at += code > 0xffff ? 2 : 1;
      const next =
        (code < 128 ? state.ascii[code] : state.other.get(code)) ?? this.#follow(state, code);
      if (next === matched) return true;
      state = next;
    }
    return this.#reach(state, undefined) === undefined;
  }

  #compile(node: Node): void {
    const steps = this.#steps;
    switch (node.type) {
      case 'one':
      case 'assert':
        steps.push(node);
        return;
      case 'row':
        for (const item of node.items) this.#compile(item);
        return;
      case 'any-of': {
        const ways: number[] = [];
        steps.push({ type: 'split', to: ways });
        const ends: number[][] = [];
        for (const item of node.items) {
          ways.push(steps.length);
          this.#compile(item);
          const end: number[] = [];
          ends.push(end);
          steps.push({ type: 'split', to: end });
        }
        for (const end of ends) end.push(steps.length);
        return;
      }
      case 'repeat': {
        const { item, least, most } = node;
        for (let count = 0; count < least; count++) this.#compile(item);
        if (most === Infinity) {
          const ways: number[] = [steps.length + 1];
          const again = steps.length;
          steps.push({ type: 'split', to: ways });
          this.#compile(item);
          steps.push({ type: 'split', to: [again] });
          ways.push(steps.length);
          return;
        }
        const outs: number[][] = [];
        for (let count = least; count < most; count++) {
          const ways: number[] = [steps.length + 1];
          outs.push(ways);
          steps.push({ type: 'split', to: ways });
          this.#compile(item);
        }
        for (const ways of outs) ways.push(steps.length);
        return;
      }
      default:
        never(node);
    }
  }

  /**
   * The characters that may come next from a state; undefined: there is a match already. `next`:
   * the code point, or the end.
   */
  #reach({ ways, before }: State, next: number | undefined): number[] | undefined {
    const reached = new Set<number>();
    const waiting = [...ways];
    const ones: number[] = [];
    for (let way = waiting.pop(); way !== undefined; way = waiting.pop()) {
      if (reached.has(way)) continue;
      reached.add(way);
      this.#work++;
      const step = this.#steps[way] as Step;
      switch (step.type) {
        case 'match':
          return undefined;
        case 'one':
          ones.push(way);
          break;
        case 'split':
          waiting.push(...step.to);
          break;
        case 'assert':
          if (holds(step.what, before, next)) waiting.push(way + 1);
          break;
        default:
          never(step);
      }
    }
    return ones;
  }

  #follow(from: State, code: number): State {
    const ones = this.#reach(from, code);
    let to = matched;
    if (ones !== undefined) {
      const ways = new Set([0]);
      for (const way of ones) {
        this.#work++;
        const step = this.#steps[way] as Step;
        if (step.type === 'one' && step.takes(code)) ways.add(way + 1);
      }
      to = this.#state(
        [...ways].sort((a, b) => a - b),
        code === 10 ? 'line-end' : isWord(code) ? 'word' : 'other',
      );
    }
    if (code < 128) from.ascii[code] = to;
    else if (from.other.size < 256) from.other.set(code, to);
    return to;
  }

  #state(ways: readonly number[], before: Before): State {
    const key = `${before}:${ways.join(',')}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      // The states forgotten go on to work for who holds them.
      if (this.#states.size >= mostStates) this.#states.clear();
      state = { ways, before, ascii: [], other: new Map() };
      this.#states.set(key, state);
    }
    return state;
  }
}

function holds(what: Assertion, before: Before, next: number | undefined): boolean {
  switch (what) {
    case 'text-start':
      return before === 'nothing';
    case 'text-end':
      return next === undefined;
    case 'line-start':
      return before === 'nothing' || before === 'line-end';
    case 'line-end':
      return next === undefined || next === 10;
    case 'word-edge':
      return (before === 'word') !== (next !== undefined && isWord(next));
    case 'no-word-edge':
      return (before === 'word') === (next !== undefined && isWord(next));
    default:
      return never(what);
  }
}

// One automaton for many rules finds what a naive reading of each pattern finds, whatever is added,
// replaced and taken away; it looks only at what rules speak of, and hostile patterns and events
// cost it little.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../base/refusal.ts';
import { oracleMatches } from '../../../test/house/pattern-oracle.ts';
import { compilePattern, type Pattern } from './compile.ts';
import { jsonFields } from './fields.ts';
import { RuleSet } from './rule-set.ts';

function compiled(pattern: object): Pattern {
  const answer = compilePattern(JSON.stringify(pattern));
  if (isRefusal(answer)) assert.fail(answer.message);
  return answer;
}

const rulesOf = (patterns: Readonly<Record<string, object>>): RuleSet<string> => {
  const rules = new RuleSet<string>();
  for (const [key, pattern] of Object.entries(patterns)) rules.set(key, compiled(pattern));
  return rules;
};

const matched = (rules: RuleSet<string>, event: object): string[] =>
  [...rules.match(jsonFields(event))].toSorted();

const texts = fc.constantFrom(
  '',
  'x',
  'X',
  'xy',
  'yx',
  'xyx',
  'y',
  '*',
  '10.0.0.1',
  '10.0.1.9',
  '::1',
);
const numbers = fc.constantFrom(0, 1, 2, 2.5, -3);
const scalars = fc.oneof(texts, numbers, fc.constantFrom(true, false, null));
const names = fc.constantFrom('a', 'b', 'c', 'a.b', 'b.c');

const textOrList = (one: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }));
const affixes = fc.constantFrom('x', 'X', 'xy', 'yx', '1');
const wildcards = fc.constantFrom('*', 'x*', '*x', 'x*x', '*y*', '', 'x', '\\*', '*\\**', 'x*y*x');
const range = fc.oneof(
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), numbers),
  fc
    .tuple(fc.constantFrom('>', '>='), fc.constantFrom(-4, 0, 1), fc.constantFrom('<', '<='))
    .chain(([low, from, high]) =>
      fc.constantFrom(2, 2.5, 7).map((to) => [low, from, high, to] as unknown[]),
    ),
);
const anyTest = fc.oneof(
  { weight: 4, arbitrary: scalars },
  { weight: 1, arbitrary: affixes.map((text) => ({ prefix: text })) },
  { weight: 1, arbitrary: affixes.map((text) => ({ suffix: text })) },
  { weight: 1, arbitrary: affixes.map((text) => ({ prefix: { 'equals-ignore-case': text } })) },
  { weight: 1, arbitrary: affixes.map((text) => ({ suffix: { 'equals-ignore-case': text } })) },
  { weight: 1, arbitrary: affixes.map((text) => ({ 'equals-ignore-case': text })) },
  { weight: 2, arbitrary: wildcards.map((text) => ({ wildcard: text })) },
  { weight: 2, arbitrary: range.map((terms) => ({ numeric: terms })) },
  { weight: 3, arbitrary: fc.boolean().map((exists) => ({ exists })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('10.0.0.0/24', '10.0.0.0/8', '0.0.0.0/0', '::/64', '10.0.1.9/31')
      .map((cidr) => ({ cidr })),
  },
  {
    weight: 3,
    arbitrary: fc
      .oneof(
        textOrList(texts),
        fc.array(numbers, { minLength: 1, maxLength: 3 }),
        numbers,
        textOrList(affixes).map((prefix) => ({ prefix })),
        textOrList(affixes).map((suffix) => ({ suffix })),
        textOrList(affixes).map((text) => ({ 'equals-ignore-case': text })),
        textOrList(wildcards).map((wildcard) => ({ wildcard })),
      )
      .map((but) => ({ 'anything-but': but })),
  },
);
const tests = fc.array(anyTest, { minLength: 1, maxLength: 3 });
function patternsOf(depth: number): fc.Arbitrary<object> {
  const member =
    depth === 0
      ? tests
      : fc.oneof({ weight: 3, arbitrary: tests }, { weight: 1, arbitrary: patternsOf(depth - 1) });
  const members = fc.dictionary(names, member, { minKeys: 1, maxKeys: 3 });
  if (depth === 0) return members;
  const or = fc.array(patternsOf(depth - 1), { minLength: 2, maxLength: 3 });
  return fc.tuple(members, fc.option(or, { freq: 2 }), fc.boolean()).map(([own, $or, isFirst]) => {
    if ($or === null) return own;
    return isFirst ? { $or, ...own } : { ...own, $or };
  });
}
const patterns = patternsOf(2).filter((pattern) => JSON.stringify(pattern).length <= 4_096);

function nodesOf(depth: number): fc.Arbitrary<unknown> {
  if (depth === 0) return scalars;
  const node = nodesOf(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: scalars },
    { weight: 2, arbitrary: fc.dictionary(names, node, { maxKeys: 3 }) },
    { weight: 2, arbitrary: fc.array(node, { maxLength: 3 }) },
  );
}
const events = fc.dictionary(names, nodesOf(4), { minKeys: 1, maxKeys: 3 }) as fc.Arbitrary<object>;

describe('the rules of a bus', () => {
  it('match as each does by itself, through every change', () => {
    const changes = fc.array(
      fc.record({ key: fc.constantFrom('p', 'q', 'r', 's'), pattern: fc.option(patterns) }),
      { minLength: 1, maxLength: 10 },
    );
    let [matches, total] = [0, 0];
    fc.assert(
      fc.property(changes, fc.array(events, { minLength: 1, maxLength: 4 }), (all, list) => {
        const rules = new RuleSet<string>();
        const kept = new Map<string, object>();
        for (const { key, pattern } of all) {
          if (pattern === null) {
            assert.equal(rules.delete(key), kept.delete(key));
          } else {
            rules.set(key, compiled(pattern));
            kept.set(key, pattern);
          }
          assert.equal(rules.size, kept.size);
          for (const event of list) {
            const found = matched(rules, event);
            const expected = [...kept].filter(([, one]) => oracleMatches(one, event));
            assert.deepEqual(found, expected.map(([name]) => name).toSorted());
            matches += found.length;
            total += kept.size;
          }
        }
      }),
      { numRuns: 400, interruptAfterTimeLimit: 15_000 },
    );
    assert.ok(matches > total / 50 && matches < total, `${matches} of ${total} match`);
  });

  it('keep nothing of a rule that is gone', () => {
    const rules = rulesOf({ a: { x: [{ prefix: 'p' }, 1], y: { z: [{ exists: false }] } } });
    assert.deepEqual(matched(rules, { x: 'pq' }), ['a']);
    assert.equal(rules.delete('a'), true);
    const asked: string[] = [];
    rules.match((path) => {
      asked.push(path);
      return [];
    });
    assert.deepEqual(asked, []);
    assert.equal(rules.delete('a'), false);
  });

  // Of each kind two that share what can be shared, and a value that only the one or other meets.
  const kinds: readonly (readonly [
    test: unknown,
    other: unknown,
    met: unknown,
    otherMet: unknown,
  ])[] = [
    ['x', 'y', 'x', 'y'],
    ['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.2'],
    [{ prefix: 'ab' }, { prefix: 'ac' }, 'abx', 'acx'],
    [{ prefix: 'ab' }, { prefix: 'xyz' }, 'abx', 'xyz'],
    [{ suffix: 'ba' }, { suffix: 'ca' }, 'xba', 'xca'],
    [{ suffix: 'ba' }, { suffix: 'zyx' }, 'xba', 'zyx'],
    [
      { prefix: { 'equals-ignore-case': 'ab' } },
      { prefix: { 'equals-ignore-case': 'c' } },
      'AB',
      'C',
    ],
    [
      { suffix: { 'equals-ignore-case': 'ab' } },
      { suffix: { 'equals-ignore-case': 'c' } },
      'AB',
      'C',
    ],
    [{ 'equals-ignore-case': 'a' }, { 'equals-ignore-case': 'b' }, 'A', 'B'],
    [{ wildcard: 'a*b' }, { wildcard: 'a*c' }, 'axb', 'axc'],
    [{ wildcard: '*ab' }, { wildcard: '*b' }, 'ab', 'xb'],
    [{ wildcard: '*ab*' }, { wildcard: '*cd*' }, 'xaby', 'xcdy'],
    [{ wildcard: '*ab*' }, { wildcard: '*cde*' }, 'xaby', 'xcdey'],
    [{ numeric: ['<', 5] }, { numeric: ['>', 5] }, 1, 9],
    [{ numeric: ['>', 0, '<', 5] }, { numeric: ['>', 0, '<', 3] }, 4, 1],
    [{ cidr: '10.0.0.0/24' }, { cidr: '10.1.0.0/24' }, '10.0.0.9', '10.1.0.9'],
    [{ cidr: '10.0.0.0/24' }, { cidr: '::/12' }, '10.0.0.9', '::9'],
    [{ exists: false }, { 'anything-but': 'x' }, [], 'y'],
  ];
  for (const [test, other, met, otherMet] of kinds)
    it(`lose ${JSON.stringify(test)} with its rule, and keep ${JSON.stringify(other)}`, () => {
      const rules = rulesOf({ one: { a: [test] }, two: { a: [other] }, same: { a: [test] } });
      assert.ok(matched(rules, { a: met }).includes('one'));
      assert.ok(matched(rules, { a: otherMet }).includes('two'));
      rules.delete('one');
      assert.ok(matched(rules, { a: met }).includes('same'));
      rules.delete('same');
      assert.ok(!matched(rules, { a: met }).includes('same'));
      assert.deepEqual(matched(rules, { a: otherMet }), ['two']);
      rules.set('one', compiled({ a: [test] }));
      assert.ok(matched(rules, { a: met }).includes('one'));
      assert.ok(matched(rules, { a: otherMet }).includes('two'));
      assert.ok(rules.delete('two'));
      assert.ok(!matched(rules, { a: otherMet }).includes('two'));
    });

  it('forget an event that could not be read', () => {
    const rules = rulesOf({ r: { a: ['x'], b: ['y'] } });
    const broken = (path: string): never[] | { value: string }[] => {
      if (path === 'b') throw new Error('unreadable');
      return [{ value: 'x' }];
    };
    assert.throws(() => rules.match(broken), /unreadable/);
    assert.deepEqual(matched(rules, { a: 'z', b: 'y' }), []);
  });

  it('ask an event only for fields that can still matter, and once', () => {
    const rules = rulesOf(
      Object.fromEntries(
        Array.from({ length: 50 }, (_none, at) => [
          `r${at}`,
          {
            source: ['aws.batch'],
            'detail-type': ['Batch Job State Change'],
            detail: { status: ['FAILED'], jobQueue: [`q${at}`, 'all'], container: { x: [1] } },
          },
        ]),
      ),
    );
    const asked: string[] = [];
    const event = { source: 'aws.batch', 'detail-type': 'other' };
    const fields = jsonFields(event);
    rules.match((path) => {
      asked.push(path);
      return fields(path);
    });
    assert.deepEqual(asked, ['detail-type']);
  });
});

/**
 * Of the processor's time: far more than it takes, and far less than what grows faster than the
 * input would.
 */
const soonMs = 2_000;

function soon<T>(act: () => T): T {
  const start = process.cpuUsage();
  const result = act();
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < soonMs * 1_000, `took ${Math.round((user + system) / 1_000)} ms`);
  return result;
}

const times = <T>(count: number, one: (at: number) => T): T[] =>
  Array.from({ length: count }, (_none, at) => one(at));

describe('what costs most', () => {
  it('is no wildcard', () => {
    const long = 'a'.repeat(1_000_000);
    for (const wildcard of [
      `*${'a'.repeat(2_000)}b*${'a'.repeat(2_000)}c`,
      `*${'ab*a'.repeat(900)}b*`,
      `*b${'a'.repeat(4_000)}*`,
    ]) {
      const rules = rulesOf({
        found: { x: [{ wildcard }] },
        not: { x: [{ 'anything-but': { wildcard } }] },
      });
      assert.deepEqual(
        soon(() => matched(rules, { x: long })),
        ['not'],
      );
    }
  });

  it('are no prefixes of every length', () => {
    const rules = new RuleSet<string>();
    for (let at = 1; at < 2_000; at++)
      rules.set(
        `${at}`,
        compiled({ x: [{ prefix: `${'a'.repeat(at)}b` }, { suffix: `b${'a'.repeat(at)}` }] }),
      );
    assert.deepEqual(
      soon(() => matched(rules, { x: times(50, () => 'a'.repeat(4_000)) })),
      [],
    );
  });

  it('are no values that match one by one in many elements, and never together', () => {
    const elements = times(20_000, (at) => ({ a: at % 3, b: (at + 1) % 3, c: (at + 2) % 3 }));
    const rules = rulesOf({
      met: { e: { a: [0], b: [0], c: [0] } },
      absent: { e: { a: [0], d: [{ exists: false }], z: [1] } },
      some: { e: { a: [0], b: [1], z: [{ exists: false }] } },
    });
    const event = { e: [...elements, { a: 1, z: 1 }, { d: 1 }] };
    assert.deepEqual(
      soon(() => matched(rules, event)),
      ['some'],
    );
  });

  it('are no arrays beside each other', () => {
    const side = (): object[] => times(3_000, () => ({ v: 1, w: 0 }));
    const rules = rulesOf({
      none: { a: { v: [1] }, b: { v: [1] }, c: { v: [1] }, d: { v: [1], w: [1] } },
      all: { a: { v: [1] }, b: { v: [1] }, c: { v: [1] }, d: { v: [1], w: [0] } },
    });
    const event = { a: side(), b: side(), c: side(), d: [...side(), { w: 1 }] };
    assert.deepEqual(
      soon(() => matched(rules, event)),
      ['all'],
    );
  });

  it('is no $or over many elements', () => {
    const either = (name: string): object => ({
      $or: times(10, (at) => ({ [`${name}${at}`]: [1] })),
    });
    const rules = rulesOf({ r: { e: { x: either('a'), y: either('b'), z: either('c') } } });
    const event = {
      e: times(300, (at) => ({
        [at % 3 === 0 ? 'x' : at % 3 === 1 ? 'y' : 'z']: Object.fromEntries(
          times(10, (n) => [`${'abc'[at % 3]}${n}`, 1]),
        ),
      })),
    };
    assert.deepEqual(
      soon(() => matched(rules, event)),
      [],
    );
  });

  it('is no $or with all combinations and conditions it may have', () => {
    const either = (name: string): object => ({
      $or: times(10, (at) => ({ [`${name}${at}`]: [{ prefix: 'x'.repeat(30) }] })),
    });
    const more = Object.fromEntries(times(6, (at) => [`more${at}`, times(10, (one) => one)]));
    const pattern = compiled({ a: either('a'), b: either('b'), c: either('c'), ...more });
    const rules = new RuleSet<number>();
    soon(() => {
      for (let at = 0; at < 3; at++) rules.set(at, pattern);
      for (let at = 0; at < 3; at++) rules.delete(at);
    });
  });

  it('are no names with dots, of which so many readings are tried', () => {
    const path = times(12, () => 'a');
    const leaf = (value: object): object => ({
      [path.join('.')]: [value],
      a: { [path.slice(1).join('.')]: [value] },
    });
    const keys = times(40, (at) => `k${at}`);
    const rules = rulesOf({
      r: { [path.join('.')]: Object.fromEntries([...keys, 'no'].map((name) => [name, [1]])) },
    });
    const both = leaf(Object.fromEntries(keys.map((name) => [name, 1])));
    assert.deepEqual(
      soon(() => matched(rules, { ...both, [`${path.join('.')}.no`]: 1 })),
      ['r'],
    );
    const apart = {
      [path.join('.')]: keys.map((name) => ({ [name]: 1 })),
      a: { [path.slice(1).join('.')]: keys.map((name) => ({ [name]: 1, no: 1 })) },
    };
    assert.deepEqual(
      soon(() => matched(rules, apart)),
      [],
    );
  });

  it('is no depth', () => {
    const deep = (levels: number): object =>
      JSON.parse(`{"x":${'['.repeat(levels)}1${']'.repeat(levels)}}`) as object;
    const rules = rulesOf({ r: { x: [1] } });
    assert.deepEqual(
      soon(() => matched(rules, deep(1_000))),
      ['r'],
    );
    assert.deepEqual(
      soon(() => matched(rules, deep(100_000))),
      [],
    );
    const steps = `${'{"a":'.repeat(600)}["x"]${'}'.repeat(600)}`;
    const pattern = compilePattern(steps);
    assert.ok(!isRefusal(pattern));
    rules.set('deep', pattern);
    const event = `${'{"a":['.repeat(600)}"x"${']}'.repeat(600)}`;
    assert.deepEqual(
      soon(() => matched(rules, JSON.parse(event) as object)),
      ['deep'],
    );
  });
});

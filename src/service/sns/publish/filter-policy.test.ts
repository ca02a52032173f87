// Filter policies of subscriptions, as tables: which message each lets through, by its attributes
// and by its body, and what SNS takes for no policy.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RuleSet } from '../../../core/event-pattern/rule-set.ts';
import { AwsError } from '../../../wire/aws-error.ts';
import {
  attributeFields,
  bodyFields,
  readFilterPolicy,
  type FilterScope,
} from './filter-policy.ts';
import { messageAttributes } from './message-attribute.ts';

type Given = Readonly<Record<string, string | number | readonly unknown[]>>;

/** A text is a String, a number a Number, a list a String.Array. */
const attributesOf = (given: Given) =>
  messageAttributes(
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        if (typeof value === 'string') return [name, { DataType: 'String', StringValue: value }];
        if (typeof value === 'number')
          return [name, { DataType: 'Number', StringValue: String(value) }];
        return [name, { DataType: 'String.Array', StringValue: JSON.stringify(value) }];
      }),
    ),
  );

function rules(policy: object, scope: FilterScope): RuleSet<'it'> {
  const set = new RuleSet<'it'>();
  set.set('it', readFilterPolicy(JSON.stringify(policy), scope));
  return set;
}

const byAttributes = (policy: object, given: Given): boolean =>
  rules(policy, 'MessageAttributes').match(attributeFields(attributesOf(given))).size > 0;

function byBody(policy: object, body: unknown): boolean {
  const fields = bodyFields(typeof body === 'string' ? body : JSON.stringify(body));
  return fields !== undefined && rules(policy, 'MessageBody').match(fields).size > 0;
}

type Row = readonly [policy: object, yes: readonly unknown[], no: readonly unknown[]];

function table(rows: readonly Row[], passes: (policy: object, given: never) => boolean): void {
  for (const [policy, yes, no] of rows)
    it(JSON.stringify(policy), () => {
      for (const one of yes) assert.equal(passes(policy, one as never), true, JSON.stringify(one));
      for (const one of no) assert.equal(passes(policy, one as never), false, JSON.stringify(one));
    });
}

describe('by attributes', () => {
  table(
    [
      [{ a: ['x'] }, [{ a: 'x' }, { a: ['y', 'x'] }], [{}, { a: 'X' }, { b: 'x' }, { a: ['y'] }]],
      [{ a: ['x', 'y'], b: ['z'] }, [{ a: 'y', b: 'z' }], [{ a: 'x' }, { b: 'z' }]],
      [{ a: [5] }, [{ a: 5 }, { a: [4, 5] }], [{ a: '5' }, { a: 6 }]],
      [{ a: ['5'] }, [{ a: '5' }], [{ a: 5 }]],
      [{ a: [true] }, [{ a: [true] }], [{ a: 'true' }]],
      [{ a: [null] }, [{ a: [null] }], [{}, { a: 'null' }]],
      [{ a: [{ 'anything-but': ['x', 'y'] }] }, [{ a: 'z' }, { a: ['x', 'z'] }], [{ a: 'x' }, {}]],
      [{ a: [{ 'anything-but': [1, 2] }] }, [{ a: 3 }], [{ a: 1 }, {}]],
      [{ a: [{ 'anything-but': { prefix: 'x' } }] }, [{ a: 'yx' }], [{ a: 'xy' }]],
      [{ a: [{ 'anything-but': { wildcard: '*x' } }] }, [{ a: 'xy' }], [{ a: 'yx' }]],
      [{ a: [{ prefix: 'x-' }] }, [{ a: 'x-1' }], [{ a: 'y-1' }, { a: 'x' }]],
      [{ a: [{ suffix: '-x' }] }, [{ a: '1-x' }], [{ a: 'x-1' }]],
      [{ a: [{ wildcard: 'x*z' }] }, [{ a: 'xyz' }, { a: 'xz' }], [{ a: 'xzy' }]],
      [{ a: [{ 'equals-ignore-case': 'Tennis' }] }, [{ a: 'TENNIS' }], [{ a: 'tenni' }]],
      [{ a: [{ cidr: '10.0.0.0/24' }] }, [{ a: '10.0.0.9' }], [{ a: '10.0.1.9' }, { a: 'x' }]],
      [{ a: [{ numeric: ['=', 301.5] }] }, [{ a: 301.5 }], [{ a: 300 }, { a: '301.5' }]],
      [{ a: [{ numeric: ['>', 0, '<=', 100] }] }, [{ a: 100 }, { a: 1 }], [{ a: 0 }, { a: 101 }]],
      [{ a: [{ exists: true }] }, [{ a: 'x' }, { a: 0 }], [{}, { b: 'x' }]],
      [{ a: [{ exists: false }] }, [{}, { b: 'x' }], [{ a: 'x' }]],
      [
        { a: ['x'], $or: [{ b: ['y'] }, { c: [{ exists: true }] }] },
        [
          { a: 'x', b: 'y' },
          { a: 'x', c: '1' },
        ],
        [{ a: 'x' }, { b: 'y' }],
      ],
      [{ 'a.b': ['x'] }, [{ 'a.b': 'x' }], [{ a: 'x' }]],
    ],
    byAttributes,
  );

  it('passes over what is binary, and counts custom types as their own', () => {
    const fields = attributeFields(
      messageAttributes({
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([120]) },
        price: { DataType: 'Number.java.lang.Integer', StringValue: '7' },
        name: { DataType: 'String.mine', StringValue: 'x' },
      }),
    );
    const passes = (policy: object): boolean =>
      rules(policy, 'MessageAttributes').match(fields).size > 0;
    assert.deepEqual([{ bytes: [{ exists: true }] }, { price: [7] }, { name: ['x'] }].map(passes), [
      false,
      true,
      true,
    ]);
  });
});

describe('by the body', () => {
  table(
    [
      [
        { a: ['x'] },
        [{ a: 'x' }, { a: ['x', 'y'] }],
        [{ a: 'y' }, {}, 'x', '[{"a":"x"}]', '{"a":'],
      ],
      [{ a: { b: ['x'] } }, [{ a: { b: 'x' } }, { a: [{ b: 'y' }, { b: 'x' }] }], [{ b: 'x' }]],
      [{ a: { b: [{ exists: false }] } }, [{ a: { c: 1 } }, {}], [{ a: { b: 1 } }]],
      [{ a: [1], b: { c: [true, null] } }, [{ a: 1, b: { c: null } }], [{ a: 1, b: { c: 0 } }]],
      [
        { a: { $or: [{ b: [1] }, { c: [2] }] } },
        [{ a: { c: 2 } }, { a: { b: 1 } }],
        [{ a: { b: 2 } }],
      ],
    ],
    byBody,
  );
});

it('refuses what SNS takes for no policy, and says why', () => {
  const many = (count: number) => Array.from({ length: count }, (_none, at) => `v${at}`);
  const keys = (count: number) => Object.fromEntries(many(count).map((name) => [name, ['x']]));
  const cases: readonly [unknown, FilterScope, RegExp | undefined][] = [
    ['{', 'MessageBody', /FilterPolicy: /],
    ['[]', 'MessageBody', /FilterPolicy: Filter is not an object/],
    [{ a: 'x' }, 'MessageBody', /"a" must be an object or an array/],
    [{ a: [] }, 'MessageBody', /Empty arrays are not allowed/],
    [{ a: [{ fuzzy: 'x' }] }, 'MessageBody', /Unrecognized match type fuzzy/],
    [{ a: [{ numeric: ['>', 'x'] }] }, 'MessageBody', /must be numeric/],
    [{ a: { b: ['x'] } }, 'MessageAttributes', /does not support nested/],
    [{ a: ['x'], $or: [{ b: { c: ['x'] } }, { d: ['x'] }] }, 'MessageAttributes', /nested/],
    [keys(6), 'MessageAttributes', /more than 5 keys/],
    [keys(6), 'MessageBody', /more than 5 keys/],
    [{ a: keys(6) }, 'MessageBody', undefined],
    [{ a: many(150) }, 'MessageAttributes', undefined],
    [{ a: many(151) }, 'MessageAttributes', /too complex/],
    [{ a: many(13), b: many(12) }, 'MessageAttributes', /too complex/],
    [{ a: { b: many(76) } }, 'MessageBody', /too complex/],
    [{ $or: [{ a: many(100) }, { b: many(51) }] }, 'MessageAttributes', /too complex/],
    [{ a: ['x'.repeat(262_144)] }, 'MessageAttributes', /too large/],
  ];
  for (const [policy, scope, message] of cases) {
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
    const read = () => readFilterPolicy(text, scope);
    if (message === undefined) assert.doesNotThrow(read, text.slice(0, 80));
    else
      assert.throws(read, (thrown: Error) => {
        assert.ok(thrown instanceof AwsError, String(thrown));
        assert.match(thrown.message, message);
        return true;
      });
  }
});

it('refuses a policy that is too deep, before it reads it', () => {
  for (const opening of ['{"a":', '[', '{"a":["}",'])
    assert.throws(() => readFilterPolicy(opening.repeat(20_000), 'MessageBody'), /too complex/);
});

// Every operator of conditions, as a table: what holds, what does not, a key that is missing, and
// the qualifiers. Each row is asked of a statement that allows and of one that denies.

import { describe } from 'node:test';
import type { Names } from './context.ts';
import { allow, decisions, deny, one, type Row } from '../../../test/house/decisions.ts';

type Value = string | number | boolean;
/** undefined: the request says nothing of the key. */
type Given = string | readonly string[] | Names | undefined;

/** Whether the condition holds; `differs`: where it denies it does, where it allows it does not. */
type Holds = boolean | 'differs';

const told = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

const row = (
  operator: string,
  asked: Value | readonly Value[],
  given: Given,
  holds: Holds,
): Row[] => {
  const Condition = { [operator]: { 'x:Key': asked } };
  const name = `${operator} ${told(asked)} ${holds === true ? 'holds' : 'does not hold'} of ${told(given)}`;
  const ask = {
    action: 'batch:SubmitJob',
    context: given === undefined ? {} : { 'X:key': given },
  };
  return [
    [
      `${name}: it allows`,
      one(allow('*', { Resource: '*', Condition })),
      ask,
      holds === true ? 'allow' : 'no identity',
    ],
    [
      `${name}: it denies`,
      one(allow('*'), deny('*', { Resource: '*', Condition })),
      ask,
      holds === false ? 'allow' : 'deny',
    ],
  ];
};

type Case = readonly [asked: Value | readonly Value[], given: Given, holds: Holds];

const operator = (name: string, cases: readonly Case[]): void => {
  describe(name, () => {
    decisions(cases.flatMap(([asked, given, holds]) => row(name, asked, given, holds)));
  });
};

operator('StringEquals', [
  ['a', 'a', true],
  ['a', 'A', false],
  ['a', 'ab', false],
  ['a', undefined, false],
  ['a', '', false],
  ['', '', true],
  [['a', 'b'], 'b', true],
  [['a', 'b'], 'c', false],
  [[], 'a', false],
  ['a*', 'ab', false],
  ['a*', 'a*', true],
  [true, 'true', true],
  [7, '7', true],
  ['é', 'é', true],
]);
operator('StringNotEquals', [
  ['a', 'b', true],
  ['a', 'a', false],
  ['a', 'A', true],
  ['a', undefined, true],
  [['a', 'b'], 'b', false],
  [['a', 'b'], 'c', true],
  [[], 'a', true],
]);
operator('StringEqualsIgnoreCase', [
  ['Ab', 'aB', true],
  ['Ab', 'ac', false],
  ['Ab', undefined, false],
  ['a*', 'AB', false],
  [['x', 'ab'], 'AB', true],
  ['ΑΣ', 'ΑΣ', true],
  ['ΑΣ', 'ας', false],
  ['𐐀', '𐐀', true],
]);
operator('StringNotEqualsIgnoreCase', [
  ['Ab', 'aB', false],
  ['Ab', 'ac', true],
  ['Ab', undefined, true],
  [['x', 'ab'], 'AB', false],
]);
operator('StringLike', [
  ['a*', 'abc', true],
  ['a*', 'a', true],
  ['a*', 'A', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['*', '', true],
  ['*', undefined, false],
  ['*b*', 'abc', true],
  ['a.c', 'abc', false],
  [['x*', 'a*'], 'abc', true],
  [['x*', 'y*'], 'abc', false],
  ['*:*/x', 'a:b/c/x', true],
]);
operator('StringNotLike', [
  ['a*', 'abc', false],
  ['a*', 'bcd', true],
  ['a*', undefined, true],
  [['x*', 'a*'], 'abc', false],
  [['x*', 'y*'], 'abc', true],
]);

operator('NumericEquals', [
  ['10', '10', true],
  ['10', '10.0', true],
  [10, '10', true],
  ['10', '11', false],
  ['10', undefined, false],
  ['10', 'ten', false],
  ['ten', 'ten', false],
  [['9', '10'], '10', true],
  ['-1.5e1', '-15', true],
  ['.5', '0.5', true],
  ['', '', false],
  ['0x10', '16', false],
]);
operator('NumericNotEquals', [
  ['10', '11', true],
  ['10', '10', false],
  ['10', undefined, true],
  [['9', '10'], '10', false],
  [['9', '10'], '11', true],
  ['10', 'ten', false],
  ['ten', '10', false],
  [['ten', '9'], '10', false],
]);
operator('NumericLessThan', [
  ['10', '9', true],
  ['10', '10', false],
  ['10', '11', false],
  ['10', undefined, false],
  ['10', '-99', true],
  [['5', '10'], '7', true],
  ['10', 'x', false],
]);
operator('NumericLessThanEquals', [
  ['10', '10', true],
  ['10', '10.01', false],
  ['10', '9', true],
  ['10', undefined, false],
]);
operator('NumericGreaterThan', [
  ['10', '11', true],
  ['10', '10', false],
  ['10', '9', false],
  ['10', undefined, false],
  ['9', '10', true],
]);
operator('NumericGreaterThanEquals', [
  ['10', '10', true],
  ['10', '9.99', false],
  ['10', '11', true],
  ['10', undefined, false],
]);

const noon = '2026-11-29T12:00:00Z';
operator('DateEquals', [
  [noon, '2026-11-29T12:00:00Z', true],
  [noon, '2026-11-29T12:00:00.000Z', true],
  [noon, '2026-11-29T13:00:00+01:00', true],
  [noon, '2026-11-29T12:00:01Z', false],
  [noon, '1795953600', true],
  ['1795953600', noon, true],
  ['2026-11-29', '2026-11-29T00:00:00Z', true],
  [noon, undefined, false],
  [noon, 'today', false],
  [['2026-11-28', '2026-11-29'], '2026-11-29T00:00:00Z', true],
]);
operator('DateNotEquals', [
  [noon, '2026-11-29T12:00:01Z', true],
  [noon, '2026-11-29T12:00:00Z', false],
  [noon, undefined, true],
  [noon, 'today', false],
  [['2026-11-28', '2026-11-29'], '2026-11-29T00:00:00Z', false],
]);
operator('DateLessThan', [
  [noon, '2026-11-29T11:59:59Z', true],
  [noon, '2026-11-29T12:00:00Z', false],
  [noon, undefined, false],
  [noon, '0', true],
  ['2027', '2026-11-29', false],
  ['2027-01', '2026-12-31T23:59:59.999Z', true],
]);
operator('DateLessThanEquals', [
  [noon, '2026-11-29T12:00:00Z', true],
  [noon, '2026-11-29T12:00:00.001Z', false],
  [noon, undefined, false],
]);
operator('DateGreaterThan', [
  [noon, '2026-11-29T12:00:01Z', true],
  [noon, '2026-11-29T12:00:00Z', false],
  [noon, undefined, false],
  ['2024-02-29', '2024-03-01', true],
]);
operator('DateGreaterThanEquals', [
  [noon, '2026-11-29T12:00:00Z', true],
  [noon, '2026-11-29T11:59:59.999Z', false],
  [noon, undefined, false],
]);

operator('Bool', [
  ['true', 'true', true],
  ['true', 'false', false],
  ['false', 'false', true],
  ['True', 'tRUE', true],
  [true, 'true', true],
  [false, 'true', false],
  ['true', undefined, false],
  ['false', undefined, false],
  ['yes', 'yes', false],
  ['true', '1', false],
  [['true', 'false'], 'false', true],
]);
operator('BinaryEquals', [
  ['QmluYXJ5', 'QmluYXJ5', true],
  ['QmluYXJ5', 'QmluYXJ6', false],
  ['QQ==', 'QQ==', true],
  ['QmluYXJ5', 'qmluyxj5', false],
  ['no base64', 'no base64', false],
  ['QmluYXJ5', undefined, false],
]);

operator('IpAddress', [
  ['203.0.113.0/24', '203.0.113.7', true],
  ['203.0.113.0/24', '203.0.114.7', false],
  ['203.0.113.99/24', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.8', false],
  ['203.0.113.7/32', '203.0.113.7', true],
  ['203.0.113.4/31', '203.0.113.5', true],
  ['203.0.113.4/31', '203.0.113.6', false],
  ['0.0.0.0/0', '203.0.113.7', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '203.0.113.7', false],
  ['::/0', '2001:db8::1', true],
  ['2001:DB8:1234:5678::/64', '2001:db8:1234:5678:9::1', true],
  ['2001:DB8:1234:5678::/64', '2001:db8:1234:5679::1', false],
  ['2001:db8::1', '2001:0db8:0:0:0:0:0:1', true],
  ['2001:db8::1', '2001:db8::2', false],
  ['203.0.113.7', '::ffff:203.0.113.7', true],
  ['::ffff:203.0.113.0/120', '203.0.113.9', true],
  [['10.0.0.0/8', '203.0.113.0/24'], '203.0.113.7', true],
  [['10.0.0.0/8', '2001:db8::/32'], '2001:db8::7', true],
  ['203.0.113.0/24', undefined, false],
  ['203.0.113.0/33', '203.0.113.7', false],
  ['203.0.113', '203.0.113', false],
  ['203.0.113.07', '203.0.113.7', false],
  ['localhost', '127.0.0.1', false],
  [['nonsense', '203.0.113.0/24'], '203.0.113.7', true],
]);
operator('NotIpAddress', [
  ['203.0.113.0/24', '203.0.113.7', false],
  ['203.0.113.0/24', '198.51.100.1', true],
  [['10.0.0.0/8', '203.0.113.0/24'], '203.0.113.7', false],
  [['10.0.0.0/8', '203.0.113.0/24'], '198.51.100.1', true],
  ['203.0.113.0/24', '2001:db8::1', true],
  ['203.0.113.0/24', undefined, true],
  ['203.0.113.0/24', 'nonsense', false],
  ['nonsense', '203.0.113.7', false],
]);

const topic = 'arn:aws:sns:eu-west-1:111122223333:topic';
for (const name of ['ArnEquals', 'ArnLike'])
  operator(name, [
    [topic, topic, true],
    [topic, topic.toUpperCase(), false],
    ['arn:aws:sns:*:111122223333:topic', topic, true],
    ['arn:aws:sns:*:*:t?pic', topic, true],
    ['arn:aws:sns:*:*:other', topic, false],
    ['arn:aws:sns:*', topic, true],
    ['arn:aws:sns:eu-west-1', topic, false],
    ['*', topic, true],
    [['arn:aws:sqs:*:*:*', topic], topic, true],
    [topic, undefined, false],
    ['arn:aws:sns:*:*:*', 'topic', false],
    [
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      false,
    ],
    ['arn:aws:logs:*:*:log-group:*', 'arn:aws:logs:eu-west-1:1:log-group:a:b', true],
  ]);
for (const name of ['ArnNotEquals', 'ArnNotLike'])
  operator(name, [
    [topic, topic, false],
    ['arn:aws:sns:*:*:other', topic, true],
    [['arn:aws:sqs:*:*:*', topic], topic, false],
    [topic, undefined, true],
    [topic, 'topic', true],
  ]);

operator('Null', [
  ['true', undefined, true],
  ['true', 'a', false],
  ['false', 'a', true],
  ['false', undefined, false],
  [true, undefined, true],
  ['FALSE', 'a', true],
  ['false', [], false],
  ['true', [], true],
  ['false', ['a', 'b'], true],
  ['false', '', true],
  [['true', 'false'], 'a', true],
  ['maybe', 'a', false],
]);

for (const [name, asked, matching, other] of [
  ['StringEquals', 'a', 'a', 'b'],
  ['StringEqualsIgnoreCase', 'a', 'A', 'b'],
  ['StringLike', 'a*', 'ab', 'b'],
  ['StringNotEquals', 'a', 'b', 'a'],
  ['StringNotLike', 'a*', 'b', 'ab'],
  ['NumericEquals', '1', '1', '2'],
  ['NumericLessThan', '2', '1', '3'],
  ['NumericGreaterThanEquals', '2', '2', '1'],
  ['DateLessThan', '2026-01-01', '2025-12-31', '2026-01-02'],
  ['DateGreaterThan', '2026-01-01', '2026-01-02', '2025-12-31'],
  ['Bool', 'true', 'true', 'false'],
  ['BinaryEquals', 'QQ==', 'QQ==', 'Qg=='],
  ['IpAddress', '10.0.0.0/8', '10.1.1.1', '11.1.1.1'],
  ['NotIpAddress', '10.0.0.0/8', '11.1.1.1', '10.1.1.1'],
  ['ArnLike', 'arn:aws:sns:*:*:*', topic, 'arn:aws:sqs:eu-west-1:1:q'],
  ['ArnNotLike', 'arn:aws:sqs:*:*:*', topic, 'arn:aws:sqs:eu-west-1:1:q'],
] as const)
  operator(`${name}IfExists`, [
    [asked, matching, true],
    [asked, other, false],
    [asked, undefined, true],
    [asked, [], true],
  ]);

operator('ForAllValues:StringEquals', [
  [['a', 'b'], ['a', 'b'], true],
  [['a', 'b'], ['a'], true],
  [['a', 'b'], ['a', 'c'], false],
  [['a', 'b'], ['c'], false],
  [['a', 'b'], [], true],
  [['a', 'b'], undefined, true],
  [['a', 'b'], '', true],
  [['a', 'b'], 'a', true],
  [['a', 'b'], 'c', false],
]);
operator('ForAnyValue:StringEquals', [
  [['a', 'b'], ['a', 'c'], true],
  [['a', 'b'], ['c', 'd'], false],
  [['a', 'b'], [], false],
  [['a', 'b'], undefined, false],
  [['a', 'b'], '', false],
  [['a', 'b'], 'a', true],
  [['a', 'b'], 'c', false],
]);
operator('ForAllValues:StringNotEquals', [
  [['a', 'b'], ['c', 'd'], true],
  [['a', 'b'], ['a', 'c'], false],
  [['a', 'b'], undefined, true],
]);
operator('ForAnyValue:StringNotEquals', [
  [['a', 'b'], ['a', 'c'], true],
  [['a', 'b'], ['a', 'b'], false],
  [['a', 'b'], undefined, false],
]);
operator('ForAllValues:StringLike', [
  ['key*', ['key1', 'key2'], true],
  ['key*', ['key1', 'other'], false],
  ['key*', undefined, true],
]);
operator('ForAnyValue:StringLike', [
  ['key*', ['other', 'key2'], true],
  ['key*', ['other'], false],
]);
operator('ForAllValues:NumericLessThan', [
  ['10', ['1', '9'], true],
  ['10', ['1', '10'], false],
]);
operator('ForAnyValue:IpAddress', [
  ['10.0.0.0/8', ['11.0.0.1', '10.0.0.1'], true],
  ['10.0.0.0/8', ['11.0.0.1'], false],
]);
operator('ForAllValues:ArnLike', [
  ['arn:aws:sns:*:*:*', [topic, `${topic}2`], true],
  ['arn:aws:sns:*:*:*', [topic, 'arn:aws:sqs:a:1:q'], false],
]);
operator('ForAllValues:StringEqualsIfExists', [
  ['a', ['a'], true],
  ['a', ['b'], false],
  ['a', undefined, true],
]);
operator('ForAnyValue:StringEqualsIfExists', [
  ['a', ['b', 'a'], true],
  ['a', ['b'], false],
  ['a', undefined, true],
  ['a', '', false],
]);
operator('ForAnyValue:Null', [
  ['true', undefined, true],
  ['false', ['a'], true],
]);
operator('stringequals', [
  ['a', 'a', true],
  ['a', 'b', false],
]);

// Several values without a qualifier: as if there were a request for each.
describe('a key with several values and no qualifier', () => {
  decisions([
    ...row('StringEquals', 'a', ['a', 'a'], true),
    ...row('StringEquals', 'a', ['a', 'b'], 'differs'),
    ...row('StringEquals', ['a', 'b'], ['a', 'b'], true),
    ...row('StringEquals', 'a', ['b', 'c'], false),
    ...row('StringNotEquals', 'a', ['b', 'c'], true),
    ...row('StringNotEquals', 'a', ['a', 'b'], 'differs'),
    ...row('StringNotEquals', 'a', ['a', 'a'], false),
    ...row('Bool', 'true', ['true', 'false'], 'differs'),
    ...row('StringEquals', 'a', [], false),
    ...row('StringNotEquals', 'a', [], true),
  ]);
});

// One value under several names: a policy need know one of them alone.
describe('a value that has several names', () => {
  const given = { names: ['a', 'b'] };
  decisions([
    ...row('StringEquals', 'a', given, true),
    ...row('StringEquals', ['b', 'c'], given, true),
    ...row('StringEquals', 'c', given, false),
    ...row('StringNotEquals', 'a', given, false),
    ...row('StringNotEquals', ['b', 'c'], given, false),
    ...row('StringNotEquals', 'c', given, true),
    ...row('StringLikeIfExists', '?', given, true),
    ...row('StringNotEqualsIfExists', 'b', given, false),
    ...row('ForAllValues:StringEquals', 'a', given, true),
    ...row('ForAnyValue:StringEquals', 'b', given, true),
    ...row('ForAnyValue:StringEquals', 'c', given, false),
    ...row('ForAllValues:StringNotEquals', 'b', given, false),
    ...row('ForAnyValue:StringNotEquals', 'b', given, false),
    ...row('Null', 'false', given, true),
  ]);
});

describe('several conditions', () => {
  const both = { StringEquals: { k: 'a', l: 'b' } };
  const ask = (context: Record<string, string>) => ({ action: 'batch:SubmitJob', context });
  const under = (Condition: object) => one(allow('*', { Resource: '*', Condition }));
  decisions([
    ['two keys hold', under(both), ask({ k: 'a', l: 'b' }), 'allow'],
    ['one of two keys holds', under(both), ask({ k: 'a', l: 'x' }), 'no identity'],
    ['the other of two keys holds', under(both), ask({ k: 'x', l: 'b' }), 'no identity'],
    ['one of two keys is missing', under(both), ask({ k: 'a' }), 'no identity'],
    [
      'two operators hold',
      under({ StringEquals: { k: 'a' }, NumericLessThan: { n: '5' } }),
      ask({ k: 'a', n: '4' }),
      'allow',
    ],
    [
      'one of two operators holds',
      under({ StringEquals: { k: 'a' }, NumericLessThan: { n: '5' } }),
      ask({ k: 'a', n: '6' }),
      'no identity',
    ],
    [
      'a range is two operators of one key',
      under({ NumericGreaterThan: { n: '1' }, NumericLessThan: { n: '5' } }),
      ask({ n: '3' }),
      'allow',
    ],
    [
      'a range that is left',
      under({ NumericGreaterThan: { n: '1' }, NumericLessThan: { n: '5' } }),
      ask({ n: '5' }),
      'no identity',
    ],
    ['no condition at all', under({}), ask({}), 'allow'],
    ['an operator of no key', under({ StringEquals: {} }), ask({}), 'allow'],
    ['an unknown operator of no key', under({ Whatever: {} }), ask({}), 'allow'],
    [
      'keys in another case',
      under({ StringEquals: { 'AWS:UserName': 'a' } }),
      ask({ 'aws:username': 'a' }),
      'allow',
    ],
    [
      'a key that objects have',
      under({ StringEquals: { constructor: 'a', __proto__x: 'b' } }),
      ask({}),
      'no identity',
    ],
    [
      'tags must be there and no others be',
      under({
        Null: { 'aws:TagKeys': 'false' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'cost'] },
      }),
      ask({}),
      'no identity',
    ],
  ]);
});

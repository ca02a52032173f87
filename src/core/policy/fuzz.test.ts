// Documents of anybody: whatever the text is, it is refused with a sentence or it can be decided
// upon, and it takes time linear in its length.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkPolicy } from './check.ts';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';
import { BadJson, isList, isNumber, isObject, parseJson, type Json } from './json.ts';
import { PolicySet } from './policy-set.ts';

const kinds = ['inline', 'managed', 'session', 'trust'] as const;

function plain(value: Json): unknown {
  if (isNumber(value)) return Number(value.number);
  if (isList(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries([...value].map(([key, of]) => [key, plain(of)]));
}

function read(text: string): unknown {
  try {
    return { value: plain(parseJson(text)) };
  } catch (error) {
    if (error instanceof BadJson) return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Whatever a document is, something comes of it, and a bad one allows nothing. */
function judge(text: string): void {
  for (const kind of kinds) {
    const sentence = checkPolicy(text, kind)?.message;
    assert.ok(sentence === undefined || sentence.length > 0);
    const policy = compilePolicy(text, kind === 'trust' ? 'trust' : 'identity');
    if (sentence === undefined) assert.ok(policy.isReadable, text);
    const { isAllowed } = decide(
      { identity: new PolicySet([{ name: 'p', policy }]) },
      {
        action: 'batch:SubmitJob',
        resource: 'arn:aws:batch:eu-west-1:1:job-queue/q',
        context: (key) => (key.length % 2 === 0 ? 'a' : undefined),
        asker: { kind: 'service', names: ['batch.amazonaws.com'] },
      },
    );
    if (!policy.isReadable) assert.equal(isAllowed, false);
  }
}

const word = fc.oneof(
  fc.constantFrom('Allow', 'Deny', '*', 'batch:SubmitJob', 'sts:AssumeRole', '2012-10-17'),
  fc.constantFrom('arn:aws:batch:*:*:job-queue/*', '${aws:username}', "${a, 'b'}", '2026-01-01'),
  fc.constantFrom('__proto__', 'constructor', '10.0.0.0/8', '::1', 'true', '-1e3'),
  fc.string({ maxLength: 8 }),
);
const values = fc.oneof(word, fc.array(word, { maxLength: 3 }), fc.boolean(), fc.integer());
const operators = fc.constantFrom(
  'StringLike',
  'StringNotEquals',
  'NumericLessThan',
  'DateEquals',
  'NotIpAddress',
  'ArnLike',
  'Null',
  'BinaryEquals',
  'ForAllValues:BoolIfExists',
  'nonsense',
);
const conditions = fc.dictionary(operators, fc.dictionary(word, values, { maxKeys: 2 }), {
  maxKeys: 3,
});
const statement = fc.record(
  {
    Sid: word,
    Effect: fc.oneof(fc.constantFrom('Allow', 'Deny'), values),
    Action: values,
    NotAction: values,
    Resource: values,
    NotResource: values,
    Principal: fc.oneof(word, fc.dictionary(fc.constantFrom('AWS', 'Service', 'x'), values)),
    Condition: fc.oneof(conditions, values),
  },
  { requiredKeys: ['Effect'] },
);
const document = fc.record(
  {
    Version: fc.oneof(fc.constantFrom('2012-10-17', '2008-10-17'), values),
    Id: word,
    Statement: fc.oneof(statement, fc.array(statement, { maxLength: 3 }), values),
  },
  { requiredKeys: ['Statement'] },
);

describe('any text', () => {
  it('is JSON where JavaScript says so too', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'small', maxDepth: 4 }), (text) => {
        // JavaScript takes a key twice, and has a prototype.
        if (!text.includes('__proto__')) assert.deepEqual(read(text), parsed(text));
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0041tn1.e- '), maxLength: 12 }),
        (text) => {
          const found = read(text);
          if (found !== undefined) assert.deepEqual(found, parsed(text));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('is refused or decided upon', () => {
    fc.assert(fc.property(fc.string(), judge));
    fc.assert(
      fc.property(document, (given) => judge(JSON.stringify(given))),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(4), (given, at, length) => {
        const text = JSON.stringify(given);
        const cut = at % (text.length + 1);
        judge(text.slice(0, cut) + text.slice(cut + length));
      }),
      { numRuns: 1_000 },
    );
  });

  it('however long and deep takes linear time and no stack', () => {
    const size = 130_000;
    const texts = [
      '['.repeat(size),
      '{"a":'.repeat(size / 5),
      `"${'\\u0041'.repeat(size / 6)}`,
      `{"Statement":[${'{},'.repeat(size / 3)}{}]}`,
      `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"${'*a'.repeat(size / 2)}","Resource":"*"}}`,
      `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${'${'.repeat(size / 2)}"}}`,
      `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":["${'*","'.repeat(size / 4)}*"]}}`,
      `{"Statement":{"Effect":"Deny","Principal":{"AWS":"${'arn:aws:iam::1'.repeat(size / 14)}"},"Action":"sts:*"}}`,
      `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"DateEquals":{"a":"${'1'.repeat(size)}"},"NumericEquals":{"a":"${'1'.repeat(size)}"},"IpAddress":{"a":"${'1:'.repeat(size)}"}}}}`,
      ' '.repeat(size),
      '-'.repeat(size),
    ];
    for (const text of texts) judge(text);
  });
});

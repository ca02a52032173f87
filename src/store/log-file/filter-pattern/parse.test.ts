// Filter patterns, by tables: what each matches, what it does not, and what is refused. Where AWS's
// user guide has an example, it is here.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidFilterPattern } from '../../../port/log-sink.ts';
import { parseFilterPattern } from './parse.ts';

interface Row {
  readonly pattern: string;
  readonly yes: readonly string[];
  readonly no: readonly string[];
}

const json = (value: unknown): string => JSON.stringify(value);
const trail = json({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  cluster: { name: 'c' },
  'cluster.name': 'dotted',
  ThisFlag: true,
  status: 403,
  latency: '12.5',
});

const tables: Readonly<Record<string, readonly Row[]>> = {
  terms: [
    { pattern: '', yes: ['', 'anything'], no: [] },
    { pattern: '   ', yes: ['anything'], no: [] },
    { pattern: 'ERROR', yes: ['[ERROR 400] BAD REQUEST', 'ERROR'], no: ['error', 'WARN'] },
    {
      pattern: 'ERROR ARGUMENTS',
      yes: ['[ERROR 419] MISSING ARGUMENTS', 'ARGUMENTS ERROR'],
      no: ['ERROR', 'ARGUMENTS'],
    },
    { pattern: '?ERROR ?WARN', yes: ['an ERROR', 'a WARN'], no: ['INFO'] },
    { pattern: '?ERROR ?WARN REQUEST', yes: ['REQUEST', 'REQUEST WARN'], no: ['ERROR'] },
    {
      pattern: 'ERROR -ARGUMENTS',
      yes: ['[ERROR 400] BAD REQUEST'],
      no: ['[ERROR 419] MISSING ARGUMENTS', 'fine'],
    },
    { pattern: '-debug', yes: ['info', ''], no: ['a debug line'] },
    {
      pattern: '"INTERNAL SERVER ERROR"',
      yes: ['[ERROR 500] INTERNAL SERVER ERROR'],
      no: ['INTERNAL ERROR SERVER', 'INTERNAL  SERVER ERROR'],
    },
    { pattern: '"say \\"hi\\" \\\\ there"', yes: ['say "hi" \\ there'], no: ['say hi  there'] },
    { pattern: '-"not this" this', yes: ['this'], no: ['not this'] },
    { pattern: 'foo-bar a/b:c', yes: ['a/b:c foo-bar'], no: ['foo bar a/b:c'] },
    { pattern: 'größe 💥', yes: ['💥 größe'], no: ['grosse'] },
  ],
  'regular expressions': [
    {
      pattern: '%AUTHORIZED%',
      yes: ['[ERROR 401] UNAUTHORIZED REQUEST', '[SUCCESS 200] AUTHORIZED REQUEST'],
      no: ['authorized'],
    },
    {
      pattern: '%^\\[ERROR [0-9]{3}\\]%',
      yes: ['[ERROR 400] x'],
      no: ['x [ERROR 400]', '[ERROR 40] x'],
    },
    { pattern: '%colou?r|gr[ae]y%', yes: ['color', 'colour', 'a grey one'], no: ['colr', 'griy'] },
    {
      pattern: '%10\\.10\\.0\\.[0-9]+$%',
      yes: ['from 10.10.0.12'],
      no: ['from 10.10.0.', '10a10.0.1'],
    },
    {
      pattern: 'ERROR -%timeout [0-9]+%',
      yes: ['ERROR timeout'],
      no: ['ERROR timeout 12', 'timeout'],
    },
  ],
  json: [
    {
      pattern: '{ $.eventType = "UpdateTrail" }',
      yes: [trail],
      no: ['{"eventType":"Other"}', '{}', 'UpdateTrail', '{"eventType":', '"UpdateTrail"'],
    },
    { pattern: '{$.eventType=UpdateTrail}', yes: [trail], no: [] },
    { pattern: '{ $.eventType = "Update*" }', yes: [trail], no: ['{"eventType":"Downdate"}'] },
    {
      pattern: '{ $.sourceIPAddress != 123.123.* }',
      yes: [trail],
      no: ['{"sourceIPAddress":"123.123.1.1"}', '{}'],
    },
    {
      pattern: '{ $.arrayKey[0] = "value" }',
      yes: [trail],
      no: ['{"arrayKey":["other"]}', '{"arrayKey":"value"}'],
    },
    { pattern: '{ $.arrayKey[*] = "another value" }', yes: [trail], no: ['{"arrayKey":[]}'] },
    { pattern: '{ $.objectList[1].id = 2 }', yes: [trail], no: ['{"objectList":[{"id":2}]}'] },
    { pattern: '{ $.objectList[*].name = b }', yes: [trail], no: [] },
    { pattern: '{ $.cluster.* = c }', yes: [trail], no: [] },
    { pattern: '{ $.cluster.name = c }', yes: [trail], no: ['{"cluster.name":"c"}'] },
    { pattern: '{ $.["cluster.name"] = "dotted" }', yes: [trail], no: [] },
    { pattern: "{ $['cluster.name'] = dotted }", yes: [trail], no: [] },
    { pattern: '{ $.status = 403 }', yes: [trail, '{"status":403.0}'], no: ['{"status":404}'] },
    { pattern: '{ $.status = 4* }', yes: [trail], no: ['{"status":500}'] },
    {
      pattern: '{ $.status >= 403 && $.status < 404.5 }',
      yes: [trail],
      no: ['{"status":402}', '{"status":405}', '{"status":"many"}'],
    },
    { pattern: '{ $.latency > 1.2e1 }', yes: [trail], no: ['{"latency":12}'] },
    { pattern: '{ $.SomeObject IS NULL }', yes: [trail], no: ['{}', '{"SomeObject":0}'] },
    {
      pattern: '{ $.ThisFlag IS TRUE }',
      yes: [trail],
      no: ['{"ThisFlag":"true"}', '{"ThisFlag":false}'],
    },
    { pattern: '{ $.ThisFlag IS FALSE }', yes: ['{"ThisFlag":false}'], no: [trail, '{}'] },
    { pattern: '{ $.SomeOtherObject NOT EXISTS }', yes: [trail], no: ['{"SomeOtherObject":null}'] },
    { pattern: '{ $.ThisFlag EXISTS }', yes: [trail], no: ['{}'] },
    {
      pattern: '{ $.sourceIPAddress = %111\\.111\\.[0-9.]+% }',
      yes: [trail],
      no: ['{"sourceIPAddress":"111.112.1.1"}'],
    },
    {
      pattern: '{ ($.a = 1 || $.b = 2) && $.c = 3 }',
      yes: ['{"a":1,"c":3}', '{"b":2,"c":3}'],
      no: ['{"a":1}', '{"c":3}'],
    },
    {
      pattern: '{ $.a = 1 || $.b = 2 && $.c = 3 }',
      yes: ['{"a":1}', '{"b":2,"c":3}'],
      no: ['{"b":2}'],
    },
    { pattern: '{ $.__proto__ EXISTS }', yes: [], no: ['{}', '[]'] },
    { pattern: '{ $.[0] = 1 }', yes: ['[1]'], no: ['[2]', '{"0":1}'] },
  ],
  'space-delimited': [
    {
      pattern: '[ip, user, username, timestamp, request, status_code, bytes]',
      yes: [
        '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
      ],
      no: ['127.0.0.1 Prod frank'],
    },
    {
      pattern: '[ip, user, username, timestamp, request =*html*, status_code = 4*, bytes > 1000]',
      yes: [
        '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
      ],
      no: [
        '127.0.0.1 Prod frank [10/Oct] "GET /index.html HTTP/1.0" 404 99',
        '127.0.0.1 Prod frank [10/Oct] "GET /a.png HTTP/1.0" 404 1534',
      ],
    },
    {
      pattern: '[..., request =*html*, status_code = 4*]',
      yes: ['a b "GET /index.html" 404', '"GET /index.html" 404'],
      no: ['404', '"GET /index.html" 404 1'],
    },
    {
      pattern: '[w1=ERROR, w2]',
      yes: ['ERROR x', '  ERROR\tx '],
      no: ['ERROR', 'ERROR x y', 'WARN x'],
    },
    { pattern: '[w1=ERROR || w1=WARN, ...]', yes: ['ERROR', 'WARN a b c'], no: ['INFO a'] },
    { pattern: '[w1!=ERROR && w1!=%^WA%, w2]', yes: ['INFO x'], no: ['ERROR x', 'WARN x'] },
    {
      pattern: '[a, ..., z=last]',
      yes: ['first last', 'first x y last'],
      no: ['last', 'first last x'],
    },
    { pattern: '[x = "two words"]', yes: ['"two words"', '[two words]'], no: ['two words'] },
    { pattern: '[, b=2]', yes: ['1 2'], no: ['2'] },
  ],
};

for (const [kind, rows] of Object.entries(tables)) {
  describe(`filter patterns of ${kind}`, () => {
    for (const { pattern, yes, no } of rows) {
      it(
        pattern === ''
          ? 'match everything where there is none'
          : `match as they should: ${pattern}`,
        () => {
          const matcher = parseFilterPattern(pattern);
          for (const message of yes) {
            assert.ok(matcher.matches(message), `should match ${message}`);
            assert.ok(
              matcher.needle === undefined || message.includes(matcher.needle),
              `${matcher.needle} is not in ${message}`,
            );
          }
          for (const message of no)
            assert.ok(!matcher.matches(message), `should not match ${message}`);
        },
      );
    }
  });
}

const refused: readonly (readonly [pattern: string, why: RegExp])[] = [
  ['"open', /not closed/],
  ['?', /expected a term/],
  ['a -', /expected a term/],
  ['""', /expected a term/],
  ['%open', /not closed/],
  ['%%', /nothing to match/],
  ['%(a+)+%', /'\(' is not supported/],
  ['%a!%', /'!' is not supported/],
  ['%é%', /'é' is not supported/],
  ['%a\\1%', /back references/],
  ['%a\\b%', /only the escapes/],
  ['%[a%', /regular expression/],
  ['%a**%', /nothing to repeat/],
  ['%a{2000}%', /above 1000/],
  ['%.{1000}.{1000}.{1000}%', /too much/],
  ['%a% %b% %c%', /more than 2 regular/],
  ['{ }', /expected a property/],
  ['{ $.a }', /expected =/],
  ['{ $.a = }', /expected a value/],
  ['{ $.a = 1', /expected '}'/],
  ['{ $.a = 1 } x', /nothing may follow/],
  ['{ $.a < "x" }', /numbers only/],
  ['{ $.a > %x% }', /cannot be compared/],
  ['{ $. = 1 }', /property's name/],
  ['{ $[x] = 1 }', /place in an array/],
  ['{ a = 1 }', /expected a property/],
  ['{ $.a IS MAYBE }', /expected =/],
  [`{ ${'('.repeat(60)}$.a = 1${')'.repeat(60)} }`, /too deep/],
  ['[a = "open]', /not closed/],
  ['[a, b', /expected '\]'/],
  ['[a] x', /nothing may follow/],
  ['[..., a, ...]', /once only/],
  ['[a=1 || b=2]', /must all name a/],
  ['[a=1 ||]', /must all name|expected/],
  ['x'.repeat(1025), /longer than 1024/],
];

describe('a filter pattern that cannot be read', () => {
  for (const [pattern, why] of refused) {
    it(`is refused with its reason: ${pattern.slice(0, 40)}`, () => {
      assert.throws(
        () => parseFilterPattern(pattern),
        (error) =>
          error instanceof InvalidFilterPattern &&
          why.test(error.message) &&
          error.message.startsWith('Invalid filter pattern: '),
      );
    });
  }
});

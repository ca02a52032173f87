// Texts that are no pattern: each is refused in AWS's words, with the place AWS names; whatever a
// text is, compiling it ends, soon, in a pattern or a refusal.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../base/refusal.ts';
import { limit } from '../limit.ts';
import { compilePattern } from './compile.ts';
import { jsonFields } from './fields.ts';
import { RuleSet } from './rule-set.ts';

const invalid = 'Event pattern is not valid. Reason: ';

/** What a text is refused with, but for its own repetition there. */
function reasonOf(text: string): string {
  const answer = compilePattern(text);
  if (!isRefusal(answer)) return 'none';
  assert.ok(answer.message.startsWith(invalid), answer.message);
  return answer.message
    .slice(invalid.length)
    .replaceAll(`[Source: (String)"${text}"; line: `, '[')
    .replaceAll(/\n at \[(\d+), column: (\d+)\]/g, ' @$1:$2')
    .replaceAll(/\[(\d+), column: (\d+)\]/g, '@$1:$2');
}

const values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const notInList = 'Inside anything but list, start|null|boolean is not supported.';
const noBut = 'Value of anything-but must be an array or single string/number value.';
const noFolded =
  'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.';

type Row = readonly [text: string, reason: string];

function refused(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const [text, reason] of rows) it(text, () => assert.equal(reasonOf(text), reason));
  });
}

refused('what AWS answered', [
  ['{"int": 42}', '"int" must be an object or an array @1:11'],
  ['{"string": "my-value"}', '"string" must be an object or an array @1:13'],
  ['{"resources": []}', 'Empty arrays are not allowed @1:17'],
  ['{"source": ["aws.health"], "detail": {}}', 'Empty objects are not allowed @1:40'],
  ['{"my_key": [{"EXISTS": true}]}', 'Unrecognized match type EXISTS @1:28'],
  ['{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}', 'Unrecognized match type NUMERIC @1:36'],
  [
    '{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}',
    'Bad numeric range operator: > @1:49',
  ],
  ['{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}', 'Value of < must be numeric @1:50'],
  ['{"detail": {"c-count": [{"numeric": 10}]}}', 'Value of numeric must be an array. @1:39'],
  ['{"detail": {"state": [{"anything-but": ["stopped", null]}]}}', `${notInList} @1:56 @1:56`],
  ['{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}', `${noFolded} @1:66`],
  [
    '{"detail": {"state": [{"anything-but": {"equals-ignore-case": [123, 456]}}]}}',
    `${noFolded} @1:67 @1:67`,
  ],
  [
    '{"detail": {"FileName": [{"anything-but": {"prefix": ""}}]}}',
    'Null prefix/suffix not allowed @1:56',
  ],
  [
    '{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}',
    `${noBut} @1:55`,
  ],
  ['{"detail": {"state": [{"anything-but": null}]}}', `${noBut} @1:44`],
  [
    '{"detail-type": [{"equals-ignore-case": ["ec2 instance state-change notification"]}]}',
    'equals-ignore-case match pattern must be a string @1:42',
  ],
  [
    '{"detail-type": [{"equals-ignore-case": {"prefix": "ec2"}}]}',
    'equals-ignore-case match pattern must be a string @1:42',
  ],
  [
    '{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}',
    'prefix match pattern must be a string @1:43',
  ],
  ['{"time": [{"prefix": 123}]}', 'prefix match pattern must be a string @1:25'],
  ['{"time": [{"prefix": ["2022-07-13"]}]}', 'prefix match pattern must be a string @1:23'],
  [
    '{"detail": {"FileName": [{"anything-but": {"suffix": 123}}]}}',
    'prefix/suffix match pattern must be a string @1:57',
  ],
  [
    '{"detail": {"FileName": [{"anything-but": {"suffix": [null, ".txt"]}}]}}',
    'prefix/suffix match pattern must be a string @1:59 @1:59',
  ],
  ['{"FileName": [{"suffix": 123}]}', 'suffix match pattern must be a string @1:29'],
  ['{"EventBusArn": [{"wildcard": 123}]}', 'wildcard match pattern must be a string @1:34'],
  [
    '{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}',
    'wildcard match pattern must be a string @1:57 @1:57',
  ],
  [
    '{"EventBusArn": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}',
    'Consecutive wildcard characters at pos 26 @1:72',
  ],
  ['{"a": [{"cidr": "bad-filter"}]}', "Malformed CIDR, one '/' required"],
  ['{"a": [{"cidr": "bad-/64filter"}]}', 'Malformed CIDR, mask bits must be an integer'],
  ['{"a": [{"cidr": "xx.11.xx/8"}]}', 'Nonstandard IP address: xx.11.xx'],
  ['{"a": [{"cidr": "xxxx:db8:1234:1a00::/64"}]}', 'Nonstandard IP address: xxxx:db8:1234:1a00::'],
  ['["not", "a", "dict", "but valid json"]', 'Filter is not an object @1:2'],
  [
    "{'bad': 'quotation'}",
    "Unexpected character (''' (code 39)): was expecting double-quote to start field name @1:2",
  ],
  ['{"not": closed mark"', `Unrecognized token 'closed': was expecting ${values} @1:15`],
  ['this is valid json but not a dict', `Unrecognized token 'this': was expecting ${values} @1:5`],
]);

refused('the form of a pattern', [
  ['', 'Filter is not an object @1:1'],
  ['"x"', 'Filter is not an object @1:2'],
  ['12', 'Filter is not an object @1:3'],
  ['{}', 'Empty objects are not allowed @1:3'],
  ['{"a":{"b":{}}}', 'Empty objects are not allowed @1:13'],
  ['{"a":null}', '"a" must be an object or an array @1:10'],
  ['{"a":true}', '"a" must be an object or an array @1:10'],
  ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null @1:8'],
  ['{"a":[{}]}', 'Match expression name not found @1:9'],
  ['{"a":[{"regex":"x"}]}', 'Unrecognized match type regex @1:17'],
  ['{"a":["x"]} {', 'Nothing may stand behind the object that is the pattern @1:14'],
  ['{"a":[{"exists":"true"}]}', 'exists match pattern must be either true or false. @1:18'],
  ['{"a":[{"exists":true,"prefix":"x"}]}', 'Only one key allowed in match expression @1:32'],
  ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression @1:31'],
  ['{"a":[{"suffix":"x","suffix":"y"}]}', 'Only one key allowed in match expression @1:31'],
  ['{"a":[{"prefix":{}}]}', 'Prefix expression name not found @1:19'],
  ['{"a":[{"suffix":{}}]}', 'Suffix expression name not found @1:19'],
  ['{"a":[{"prefix":{"suffix":"x"}}]}', 'Unsupported prefix pattern: suffix @1:28'],
  ['{"a":[{"suffix":{"wildcard":"x"}}]}', 'Unsupported suffix pattern: wildcard @1:30'],
  [
    '{"a":[{"prefix":{"equals-ignore-case":1}}]}',
    'equals-ignore-case match pattern must be a string @1:40',
  ],
  ['{"a":[{"exactly":1}]}', 'exact match pattern must be a string @1:19'],
  ['{"a":[{"wildcard":"a\\\\b"}]}', 'Invalid escape character at pos 2 @1:25'],
  ['{"a":[{"wildcard":"a*\\\\*b**"}]}', 'Consecutive wildcard characters at pos 6 @1:29'],
  ['{"a":[{"wildcard":"é**"}]}', 'Consecutive wildcard characters at pos 3 @1:24'],
  ['{"a":[{"wildcard":"🚀**"}]}', 'Consecutive wildcard characters at pos 5 @1:25'],
  ['{"a":[{"wildcard":"x\\\\"}]}', 'Invalid escape character at pos 2 @1:24'],
]);

refused('anything-but', [
  ['{"a":[{"anything-but":true}]}', `${noBut} @1:27`],
  [
    '{"a":[{"anything-but":[]}]}',
    'Inside anything but list, either all values are number or string, mixed type is not supported @1:25',
  ],
  [
    '{"a":[{"anything-but":["x",1]}]}',
    'Inside anything but list, either all values are number or string, mixed type is not supported @1:30',
  ],
  ['{"a":[{"anything-but":[true]}]}', `${notInList} @1:28 @1:28`],
  ['{"a":[{"anything-but":[["x"]]}]}', `${notInList} @1:25 @1:25`],
  ['{"a":[{"anything-but":{}}]}', 'Anything-But expression name not found @1:25'],
  [
    '{"a":[{"anything-but":{"numeric":["=",1]}}]}',
    'Unsupported anything-but pattern: numeric @1:35',
  ],
  ['{"a":[{"anything-but":{"exists":true}}]}', 'Unsupported anything-but pattern: exists @1:37'],
  ['{"a":[{"anything-but":{"suffix":["x",""]}}]}', 'Null prefix/suffix not allowed @1:40 @1:40'],
  ['{"a":[{"anything-but":"x","prefix":"y"}]}', 'Too many elements in numeric expression @1:37'],
  [
    '{"a":[{"anything-but":{"prefix":"x","suffix":"y"}}]}',
    'Too many elements in numeric expression @1:47',
  ],
  ['{"a":[{"anything-but":{"wildcard":"a**"}}]}', 'Consecutive wildcard characters at pos 2 @1:40'],
]);

refused('numeric', [
  ['{"a":[{"numeric":[]}]}', 'Invalid member in numeric match: ] @1:20'],
  ['{"a":[{"numeric":[1]}]}', 'Invalid member in numeric match: 1 @1:20'],
  ['{"a":[{"numeric":["!=",1]}]}', 'Unrecognized numeric range operator: != @1:25'],
  ['{"a":[{"numeric":["="]}]}', 'Value of equals must be numeric @1:23'],
  ['{"a":[{"numeric":["=","1"]}]}', 'Value of equals must be numeric @1:24'],
  ['{"a":[{"numeric":["=",1,2]}]}', 'Too many elements in numeric expression @1:26'],
  ['{"a":[{"numeric":["<",1,">",0]}]}', 'Too many elements in numeric expression @1:26'],
  ['{"a":[{"numeric":["<=","x"]}]}', 'Value of <= must be numeric @1:25'],
  ['{"a":[{"numeric":[">",null]}]}', 'Value of > must be numeric @1:27'],
  ['{"a":[{"numeric":[">",0,5]}]}', 'Bad value in numeric range: 5 @1:26'],
  ['{"a":[{"numeric":[">",0,{}]}]}', 'Bad value in numeric range: { @1:26'],
  ['{"a":[{"numeric":[">",0,"<",5,6]}]}', 'Too many terms in numeric range expression @1:32'],
  ['{"a":[{"numeric":[">",5,"<",5]}]}', 'Bottom must be less than top @1:31'],
  ['{"a":[{"numeric":[">",5,"<",4]}]}', 'Bottom must be less than top @1:31'],
  ['{"a":[{"numeric":["=",1],"x":1}]}', 'Too many elements in numeric expression @1:31'],
  [
    '{"a":[{"numeric":["<",12345678901234567]}]}',
    'Cannot compare number : 12345678901234567 @1:41',
  ],
  ['{"a":[{"numeric":["<",1e999]}]}', 'Cannot compare number : 1e999 @1:29'],
  [
    '{"a":[{"anything-but":0.10000000000000000001}]}',
    'Cannot compare number : 0.10000000000000000001 @1:45',
  ],
]);

refused('cidr', [
  ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
  ['{"a":[{"cidr":"10.0.0.0/"}]}', "Malformed CIDR, one '/' required"],
  ['{"a":[{"cidr":"10.0.0.0/8/8"}]}', "Malformed CIDR, one '/' required"],
  ['{"a":[{"cidr":"10.0.0.0/-1"}]}', 'Malformed CIDR, mask bits must not be negative'],
  ['{"a":[{"cidr":"10.0.0.0/32"}]}', 'IPv4 mask bits must be < 32'],
  ['{"a":[{"cidr":"::/128"}]}', 'IPv6 mask bits must be < 128'],
  ['{"a":[{"cidr":"/8"}]}', 'Nonstandard IP address: '],
  ['{"a":[{"cidr":"10.0.0.256/8"}]}', 'Invalid IP address: 10.0.0.256'],
  ['{"a":[{"cidr":"1::2::3/8"}]}', 'Invalid IP address: 1::2::3'],
  ['{"a":[{"cidr":5}]}', 'prefix match pattern must be a string @1:16'],
]);

refused('$or', [
  ['{"$or":{"a":[1]}}', 'It must be an Array followed with $or. @1:9'],
  ['{"$or":"x"}', 'It must be an Array followed with $or. @1:9'],
  ['{"$or":[]}', 'There must have at least 2 Objects in $or relationship. @1:10'],
  ['{"$or":[{"a":[1]}]}', 'There must have at least 2 Objects in $or relationship. @1:19'],
  ['{"$or":[{"a":[1]},"x"]}', 'Only JSON object is allowed in array of $or relationship. @1:20'],
  ['{"$or":[{"a":[1]},{}]}', 'Empty objects are not allowed @1:21'],
  [
    '{"$or":[{"prefix":["x"]},{"a":[1]}]}',
    'prefix is Ruler reserved fieldName which cannot be used inside $or. @1:20',
  ],
  ['{"$or":[{"a":[1]},{"b":2}]}', '"b" must be an object or an array @1:25'],
]);

refused('JSON', [
  [
    '{"a":["x"]',
    'Unexpected end-of-input: expected close marker for Object (start marker at @1:1) @1:11',
  ],
  [
    '{"a":[',
    'Unexpected end-of-input: expected close marker for Array (start marker at @1:6) @1:7',
  ],
  ['{"a":["x', 'Unexpected end-of-input: was expecting closing quote for a string value @1:9'],
  ['{"a', 'Unexpected end-of-input in field name @1:4'],
  ['{"a":["x",]}', `Unexpected character (']' (code 93)): expected a valid value ${values} @1:11`],
  [
    '{"a":["x"],}',
    "Unexpected character ('}' (code 125)): was expecting double-quote to start field name @1:12",
  ],
  [
    '{"a" ["x"]}',
    "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value @1:6",
  ],
  [
    '{"a":["x" "y"]}',
    `Unexpected character ('"' (code 34)): was expecting comma to separate Array entries @1:11`,
  ],
  [
    '{"a":["x"] "b":["y"]}',
    `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries @1:12`,
  ],
  ['{"a":["x"}', "Unexpected close marker '}': expected ']' (for Array starting at @1:6) @1:10"],
  ['{"a":[nul]}', `Unrecognized token 'nul': was expecting ${values} @1:10`],
  ['{"a":[01]}', 'Invalid numeric value: Leading zeroes not allowed @1:8'],
  [
    '{"a":[1.]}',
    "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a digit @1:9",
  ],
  [
    '{"a":[1e]}',
    "Unexpected character (']' (code 93)) in numeric value: Exponent indicator not followed by a digit @1:9",
  ],
  [
    '{"a":[-x]}',
    "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value @1:8",
  ],
  ['{"a":}', "Unexpected character ('}' (code 125)): expected a value @1:6"],
  [
    '{"a\t":["x"]}',
    'Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in name @1:5',
  ],
  [
    '{"a":[-\u0001]}',
    'Unexpected character ((CTRL-CHAR, code 1)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value @1:8',
  ],
  [
    '{"a":["\t"]}',
    'Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in string value @1:9',
  ],
  ['{"a":["\\x"]}', "Unrecognized character escape 'x' (code 120) @1:10"],
  [
    '{"a":["\\u00g0"]}',
    "Unexpected character ('g' (code 103)): expected a hex-digit for character escape sequence @1:12",
  ],
  ['{\n "a":\r\n  5}', '"a" must be an object or an array @3:4'],
]);

it('quotes the first 500 characters of a long text', () => {
  const answer = compilePattern(`{"a":["${'x'.repeat(600)}"],"b":5}`);
  assert.ok(isRefusal(answer));
  assert.match(
    answer.message,
    /^[^\n]*\n at \[Source: \(String\)"\{"a":\["x{493}"\[truncated 116 chars\]; line: 1, column: 616\]$/,
  );
});

describe('limits', () => {
  const either = (count: number): object => ({
    $or: Array.from({ length: count }, (_none, at) => ({ [`f${at}`]: [1] })),
  });
  it('takes a pattern of 4096 characters, and none longer', () => {
    const ofLength = (length: number): string => `{"a":["${'x'.repeat(length - 10)}"]}`;
    const { characters } = limit.eventPattern;
    assert.ok(!isRefusal(compilePattern(ofLength(characters))));
    assert.deepEqual(compilePattern(ofLength(characters + 1)), {
      refusal: 'limit',
      message: 'Event pattern has more than 4096 characters',
    });
  });

  it('takes 1000 combinations of $or, and no more', () => {
    const pattern = (last: number): string =>
      JSON.stringify({ a: either(10), b: either(10), c: either(last) });
    const answer = compilePattern(pattern(10));
    assert.ok(!isRefusal(answer));
    assert.equal(answer.alternatives.length, 1_000);
    assert.deepEqual(compilePattern(pattern(11)), {
      refusal: 'limit',
      message: `${invalid}$or makes more than 1000 combinations`,
    });
  });

  it('takes no more conditions than a rule may hold, over all combinations', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_none, at) => [`x${at}`, [1]]));
    const text = JSON.stringify({ a: either(10), b: either(10), c: either(10), ...many });
    assert.deepEqual(compilePattern(text), {
      refusal: 'limit',
      message: `${invalid}$or makes more than 10000 conditions of all combinations`,
    });
  });
});

describe('any text', () => {
  const word = fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"a"', '"$or"', '"prefix"', '"anything-but"', '"numeric"'],
    ...['"exists"', '"cidr"', '"wildcard"', '"equals-ignore-case"', '">"', '"="', '"10.0.0.0/8"'],
    ...['1', '-1e5', 'true', 'null', '"*"', '"\\\\"', '"', '\\', ' ', '\n', 'x', '\u0000', '"é"'],
  );
  const words = fc.array(word, { maxLength: 40 }).map((list) => list.join(''));
  // JSON with something else in one place.
  const bent = fc
    .tuple(
      fc.constantFrom(
        '{"a":[{"anything-but":{"prefix":["x","y"]}},{"numeric":[">",0,"<=",5]}]}',
        '{"$or":[{"a":[{"cidr":"10.0.0.0/8"}]},{"b":{"c":[{"exists":false},null,true,-1.5e3]}}]}',
        '{"a":[{"suffix":{"equals-ignore-case":"\\u00e9"}},{"wildcard":"a*\\\\*"}],"b":{"c":[1]}}',
      ),
      fc.nat(90),
      fc.nat(3),
      word,
    )
    .map(([text, at, taken, put]) => text.slice(0, at) + put + text.slice(at + taken));

  it('is a pattern that can be matched, or refused with a sentence', () => {
    let [taken, total] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(words, bent, bent, fc.string({ unit: 'binary' })), (text) => {
        const answer = compilePattern(text);
        total++;
        if (isRefusal(answer)) {
          assert.match(
            answer.message,
            /^Event pattern (?:is not valid\. Reason: .|has more than)/s,
          );
          return;
        }
        taken++;
        assert.doesNotThrow(() => JSON.parse(text) as unknown);
        const rules = new RuleSet<number>();
        rules.set(1, answer);
        rules.match(jsonFields({ a: ['x', { b: 1 }], b: [{ c: 1 }] }));
        assert.ok(rules.delete(1));
      }),
      { numRuns: 3_000 },
    );
    assert.ok(taken > 40 && taken < total, `${taken} of ${total} taken`);
  });
});

// What targets get of an event: every example of EventBridge's user guide, the one of AWS Batch's,
// what AWS itself sent in recorded tests, and that no event makes another form of a template.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../base/refusal.ts';
import { must } from '../../base/assert.ts';
import { targetInput } from './input.ts';

const ec2 = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2015-11-11T21:29:54Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111'],
  detail: {
    'instance-id': 'i-0123456789',
    state: 'RUNNING',
    count: 3,
    tags: ['a', 'b'],
    none: null,
  },
};
const ruleArn = 'arn:aws:events:us-east-2:123456789012:rule/example';
const paths = {
  timestamp: '$.time',
  instance: '$.detail.instance-id',
  state: '$.detail.state',
  count: '$.detail.count',
  none: '$.detail.none',
  tags: '$.detail.tags',
  detail: '$.detail',
  missing: '$.detail.no.such',
};

function inputOf(settings: Parameters<typeof targetInput>[1], event: object = ec2): string {
  const input = targetInput('t', settings);
  if (isRefusal(input)) return `refused: ${input.message}`;
  const text = input({
    text: JSON.stringify(event),
    ruleArn,
    ruleName: 'example',
    ingestedAt: '2015-11-11T21:29:55Z',
  });
  return isRefusal(text) ? `refused: ${text.message}` : text;
}

const transformed = (template: string, map: Readonly<Record<string, string>> = paths): string =>
  inputOf({ inputTransformer: { paths: map, template } });

describe('templates', () => {
  const rows: readonly (readonly [template: string, gives: string])[] = [
    ['"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'],
    ['"instance \\"<instance>\\" is in <state>"', '"instance \\"i-0123456789\\" is in RUNNING"'],
    [
      '{\n "instance" : <instance>,\n "state": <state>\n}',
      '{"instance":"i-0123456789","state":"RUNNING"}',
    ],
    [
      '{"instance" : <instance>, "state": "<state>", "s": "instance \\"<instance>\\" is in <state>"}',
      '{"instance":"i-0123456789","state":"RUNNING","s":"instance \\"i-0123456789\\" is in RUNNING"}',
    ],
    [
      '{"state": [ 9, <state>, true ], "Transformed" : "Yes"}',
      '{"state":[9,"RUNNING",true],"Transformed":"Yes"}',
    ],
    [
      '{"a": <aws.events.rule-arn>, "n": <aws.events.rule-name>, "t": <aws.events.event.ingestion-time>}',
      `{"a":"${ruleArn}","n":"example","t":"2015-11-11T21:29:55Z"}`,
    ],
    ['"<aws.events.rule-name> triggered"', '"example triggered"'],
    ['{"e": <aws.events.event.json>}', `{"e":${JSON.stringify(ec2)}}`],
    ['<detail>', JSON.stringify(ec2.detail)],
    ['{"n": <count>, "none": <none>, "tags": <tags>}', '{"n":3,"none":null,"tags":["a","b"]}'],
    ['{"missing": <missing>, "text": "<missing>!"}', '{"missing":"","text":"!"}'],
    ['"from detail <missing>"', '"from detail "'],
    ['"<count> of <tags>"', '"3 of [a,b]"'],
    ['"Detail is <none>"', '"Detail is null"'],
    ['"{[/Check <state>"', '"{[/Check RUNNING"'],
    ['"<state> one"\n  "at <timestamp>"\n', '"RUNNING one"\n  "at 2015-11-11T21:29:54Z"\n'],
    ['"a < b, <state>"', '"a < b, RUNNING"'],
    ['{"a": "b: <state>: c"}', '{"a":"b: RUNNING: c"}'],
    ['{"constant": true}', '{"constant":true}'],
  ];
  for (const [template, gives] of rows)
    it(template, () => assert.equal(transformed(template), gives));

  it('the event without its detail, as AWS writes it', () => {
    const { detail: _, 'detail-type': detailType, ...rest } = ec2;
    const { e } = JSON.parse(transformed('{"e": <aws.events.event>}')) as { e: object };
    assert.deepEqual(e, { ...rest, detailType });
  });

  it("AWS Batch's user guide: parameters of a job from an event of S3's", () => {
    const given = inputOf(
      {
        inputTransformer: {
          paths: {
            S3BucketValue: '$.detail.requestParameters.bucketName',
            S3KeyValue: '$.detail.requestParameters.key',
          },
          template: '{"Parameters" : {"S3bucket": <S3BucketValue>, "S3key": <S3KeyValue>}}\n ',
        },
      },
      { ...ec2, detail: { requestParameters: { bucketName: 'photos', key: 'a "b"/c.png' } } },
    );
    assert.equal(given, '{"Parameters":{"S3bucket":"photos","S3key":"a \\"b\\"/c.png"}}');
  });
});

describe('what is refused', () => {
  const rows: readonly (readonly [template: string, start: string])[] = [
    ['instance <instance>', 'Invalid InputTemplate for target t : Unexpected token'],
    ['{"a": <state>', 'Invalid InputTemplate for target t : '],
    ['{<state>: 1}', 'Invalid InputTemplate for target t : '],
    [
      '{"x <state>" : 1}',
      'Invalid InputTemplate for target t : the variable state stands in a name, not in a value.',
    ],
    ['"a"\nb', 'Invalid InputTemplate for target t : '],
    ['"a"\n{}', 'Invalid InputTemplate for target t : '],
    ['', 'Invalid InputTemplate for target t : '],
    ['"<undefined>"', 'InputTemplate for target t contains invalid placeholder undefined.'],
    ['{"a": <toString>}', 'InputTemplate for target t contains invalid placeholder toString.'],
  ];
  for (const [template, start] of rows)
    it(template, () => {
      const answer = transformed(template);
      assert.ok(answer.startsWith(`refused: ${start}`), answer);
    });

  it('paths that are none, and text that is no JSON', () => {
    assert.equal(
      transformed('{"a":1}', { x: 'detail' }),
      'refused: InputPathsMap for target t has a value that is no JSON path: x: a path begins with $.',
    );
    assert.equal(inputOf({ input: 'x' }), 'refused: JSON syntax error in input for target t.');
  });

  it('an output that grows too long', () => {
    const template = `[${Array(500).fill('<aws.events.event.json>').join(',')}]`;
    const answer = inputOf(
      {
        inputTransformer: { paths: {}, template: template.slice(0, 8_000).replace(/,[^,]*$/, ']') },
      },
      { ...ec2, detail: 'x'.repeat(10_000) },
    );
    assert.match(answer, /more than 1048576 characters/);
  });
});

describe('paths', () => {
  const rows: readonly (readonly [path: string, gives: unknown])[] = [
    ['$', ec2],
    ['$.', ec2],
    ['$.detail.state', 'RUNNING'],
    ["$['detail']['state']", 'RUNNING'],
    ['$["detail-type"]', ec2['detail-type']],
    ['$.resources[0]', ec2.resources[0]],
    ['$.resources[1]', null],
    ['$.detail.tags[*]', ['a', 'b']],
    ['$.detail.*', Object.values(ec2.detail)],
    ['$.no[*].such', []],
    ['$.detail.tags.length', null],
    ['$.detail.toString', null],
    ['$.detail.state[0]', null],
  ];
  for (const [path, gives] of rows)
    it(path, () => assert.deepEqual(JSON.parse(inputOf({ inputPath: path })), gives));

  for (const path of ['', 'detail', '$detail', '$..a', '$.a[', '$.a[-1]', '$.a[0:2]', '$[?(@.x)]'])
    it(`refused: ${path}`, () =>
      assert.match(
        inputOf({ inputPath: path }),
        /^refused: Parameter InputPath is not valid for target t: /,
      ));
});

it('without any of them the event goes as it is', () => {
  assert.equal(inputOf({}), JSON.stringify(ec2));
  assert.equal(inputOf({ input: ' {"a": 1.0}' }), ' {"a": 1.0}');
});

it('whatever the event says, a template of JSON gives JSON of its form', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (detail) => {
      const input = targetInput('t', {
        inputTransformer: {
          paths: { detail: '$.detail' },
          template: '{"value": <detail>, "text": "a <detail> b"}',
        },
      });
      assert.ok(!isRefusal(input));
      const text = input({
        text: JSON.stringify({ detail }),
        ruleArn,
        ruleName: 'r',
        ingestedAt: '',
      });
      assert.ok(!isRefusal(text));
      const given = JSON.parse(text) as { value: unknown; text: string };
      assert.deepEqual(Object.keys(given), ['value', 'text']);
      assert.deepEqual(given.value, JSON.parse(JSON.stringify(detail)));
      if (typeof detail === 'string') assert.equal(given.text, `a ${detail} b`);
    }),
  );
});

it('whatever a template is, it is taken or refused, soon', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '"', '\\', '{', '}', ':', ',', 'a', '\n', ' ') }),
      (template) => {
        const answer = transformed(template, { a: '$.detail' });
        assert.ok(answer !== '');
      },
    ),
    { numRuns: 2_000 },
  );
  for (const one of ['<', '<a', '"<', '\\', '<a>'])
    must(transformed(`"${one.repeat(2_000)}"`), 'an answer');
});

// The two query protocols against the SDK's own clients: whatever a schema allows arrives as it was
// sent and is answered as it was meant, for every operation of IAM, STS and EC2; and hostile forms
// are answered, never obeyed.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { AwsError } from './aws-error.ts';
import { ec2Dialect, validationDialect } from './error-catalogue.ts';
import { parseForm } from './form.ts';
import { compileFormReader, FormReading } from './form-reader.ts';
import type { Operation } from './operation.ts';
import type { RequestHead } from './protocol.ts';
import { ec2Query, query } from './query.ts';
import type { Answer } from './answer.ts';
import type { Pipeline } from './pipeline.ts';
import type { AnyAwsService } from './service.ts';
import { operationsOf, type SchemaModule } from './schema.ts';
import { sdkClient } from '../../test/house/sdk-client.ts';
import { ask as askIn } from '../../test/house/ask.ts';
import { echoPipeline } from '../../test/house/echo.ts';
import { compileXmlWriter, escapeXml } from './xml.ts';

type Loaded = Readonly<Record<string, unknown>>;

/** What the operation under test was given, and what it shall answer. */
const at: { input: unknown; output: () => unknown } = { input: undefined, output: () => undefined };
const mirror: Operation<unknown, unknown, unknown> = {
  authorizes: () => [],
  handle: (_deps, input) => ((at.input = input), at.output()),
};

function service(
  name: string,
  module: SchemaModule,
  protocol: AnyAwsService['protocol'],
  more: Partial<AnyAwsService> = {},
): AnyAwsService {
  const operations = Object.fromEntries(
    [...operationsOf(module).keys()].map((operation) => [operation, mirror]),
  );
  return {
    name,
    schemas: module,
    protocol,
    signingName: name,
    operations,
    deps: undefined,
    dialect: validationDialect,
    maxBodyBytes: () => 1_048_576,
    ...more,
  };
}

const iamService = service(
  'iam',
  iam,
  query({ version: '2010-05-08', xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' }),
);
const stsService = service(
  'sts',
  sts,
  query({ version: '2011-06-15', xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' }),
);

const ask = (pipeline: Pipeline, head: Partial<RequestHead>, body = ''): Promise<Answer> =>
  askIn(
    pipeline,
    {
      method: 'POST',
      path: '/',
      query: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      rawHeaders: [],
      sourceAddress: '',
      ...head,
    },
    body,
  );

function valuesOf(schema: NormalizedSchema, depth = 0): fc.Arbitrary<unknown> {
  if (schema.isUnitSchema()) return fc.constant({});
  if (schema.isStructSchema()) {
    const tuple = schema.getSchema() as unknown as readonly unknown[];
    const required = (tuple[4] as string[]).slice(0, (tuple[6] as number | undefined) ?? 0);
    const members: Record<string, fc.Arbitrary<unknown>> = {};
    for (const [name, member] of schema.structIterator()) {
      if (member.isIdempotencyToken()) continue;
      if (depth < 4 || required.includes(name)) members[name] = valuesOf(member, depth + 1);
    }
    const [any] = Object.keys(members);
    // A required structure that holds nothing is one that is absent.
    if (depth > 0 && required.length === 0 && any !== undefined) required.push(any);
    return fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  }
  if (schema.isListSchema())
    return fc.array(valuesOf(schema.getValueSchema(), depth + 1), { minLength: 1, maxLength: 3 });
  if (schema.isMapSchema())
    return fc.dictionary(
      fc.string({ minLength: 1, maxLength: 5 }),
      valuesOf(schema.getValueSchema(), depth + 1),
      { minKeys: 1, maxKeys: 2, noNullPrototype: true },
    );
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isTimestampSchema())
    return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
  if (schema.isBlobSchema()) return fc.uint8Array({ minLength: 1, maxLength: 9 });
  if (schema.isNumericSchema()) return fc.integer({ min: -1_000_000, max: 1_000_000 });
  return fc.constantFrom('a', 'Ünï 1', '<&>"\'', 'a\rb\nc', 'x=y&z+%41', '\u{1F6A2}', '1');
}

/**
 * Without what neither a form nor XML can tell from nothing: unset members, and lists and
 * structures that hold nothing.
 */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain).filter((item) => !isEmpty(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => member !== undefined && name !== '$metadata')
      .map(([name, member]) => [name, plain(member)])
      .filter(([, member]) => !isEmpty(member)),
  );
}
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function roundTrips(
  title: string,
  load: () => Promise<Loaded>,
  clientName: string,
  registration: (module: Loaded) => AnyAwsService,
  runs: number,
): void {
  it(`${title}: every operation takes what the SDK sends and answers what it reads`, async () => {
    const module = await load();
    const { pipeline, faults } = echoPipeline([registration(module)]);
    const client = sdkClient(module, clientName, pipeline);
    let operations = 0;
    for (const { name, input, output } of operationsOf(module).values()) {
      const Command = module[`${name}Command`] as new (input: unknown) => unknown;
      const inputs = valuesOf(NormalizedSchema.of(input));
      const outputs = valuesOf(NormalizedSchema.of(output));
      const seed = operations++;
      await fc.assert(
        fc.asyncProperty(inputs, outputs, async (given, answered) => {
          at.output = () => answered;
          const read = await client.send(new Command(given));
          assert.deepEqual(
            plain(withoutTokens(at.input, NormalizedSchema.of(input))),
            plain(given),
            name,
          );
          assert.deepEqual(plain(read), plain(answered), name);
        }),
        { numRuns: runs, seed },
      );
    }
    assert.deepEqual(faults, []);
    assert.ok(operations > 5, `${operations}`);
  });
}

/** The SDK fills them by itself. */
function withoutTokens(input: unknown, schema: NormalizedSchema): unknown {
  const tokens = schema.isUnitSchema()
    ? []
    : [...schema.structIterator()]
        .filter(([, member]) => member.isIdempotencyToken())
        .map(([name]) => name);
  return Object.fromEntries(
    Object.entries(input as object).filter(([name]) => !tokens.includes(name)),
  );
}

describe('the SDK’s clients', () => {
  roundTrips(
    'IAM',
    async () => iam,
    'IAMClient',
    () => iamService,
    3,
  );
  roundTrips(
    'STS',
    async () => sts,
    'STSClient',
    () => stsService,
    6,
  );
  roundTrips(
    'EC2',
    () => import('@aws-sdk/client-ec2'),
    'EC2Client',
    (module) =>
      service(
        'ec2',
        module,
        ec2Query({
          version: '2016-11-15',
          xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
        }),
        { dialect: ec2Dialect },
      ),
    1,
  );
});

describe('errors', () => {
  const { pipeline } = echoPipeline([iamService, stsService]);
  const signed = (name: string): RequestHead['headers'] => ({
    authorization: `AWS4-HMAC-SHA256 Credential=k/20260102/us-east-1/${name}/aws4_request`,
  });

  it('reach the SDK with their code, type, status and request id', async () => {
    at.output = () => {
      throw new AwsError('NoSuchEntity', 404, 'The role with name <x> & co cannot be found.');
    };
    await assert.rejects(
      sdkClient(iam, 'IAMClient', pipeline).send(new iam.GetRoleCommand({ RoleName: 'x' })),
      (error: Error & Record<string, unknown>) => {
        assert.equal(error.name, 'NoSuchEntityException');
        assert.equal(error.message, 'The role with name <x> & co cannot be found.');
        assert.equal(error['Type'], 'Sender');
        assert.equal((error['$metadata'] as { httpStatusCode: number }).httpStatusCode, 404);
        return error instanceof iam.NoSuchEntityException;
      },
    );
  });

  for (const [title, head, body, status, code] of [
    ['no Action', {}, 'Version=2010-05-08', 400, 'MissingAction'],
    [
      'an unknown Action',
      { headers: signed('iam') },
      'Action=Fly&Version=2010-05-08',
      400,
      'InvalidAction',
    ],
    [
      'an Action that is a name of every object',
      { headers: signed('iam') },
      'Action=constructor',
      400,
      'InvalidAction',
    ],
    [
      'another method',
      { headers: signed('iam'), method: 'PUT' },
      '',
      405,
      'UnknownOperationException',
    ],
    [
      'a required member that is absent',
      { headers: signed('iam') },
      'Action=GetRole',
      400,
      'ValidationError',
    ],
    [
      'a number that is none',
      { headers: signed('iam') },
      'Action=ListRoles&MaxItems=many',
      400,
      'ValidationError',
    ],
    [
      'names below a plain value',
      { headers: signed('iam') },
      'Action=GetRole&RoleName.1=x',
      400,
      'ValidationError',
    ],
    [
      'a value where a list is',
      { headers: signed('iam') },
      'Action=TagRole&RoleName=x&Tags=y',
      400,
      'ValidationError',
    ],
    [
      'entries without numbers',
      { headers: signed('iam') },
      'Action=TagRole&RoleName=x&Tags.member.one.Key=y',
      400,
      'ValidationError',
    ],
    [
      'broken percent-encoding',
      { headers: signed('iam') },
      'Action=%zz',
      400,
      'MalformedQueryString',
    ],
    [
      'a name without end',
      { headers: signed('iam') },
      `Action=GetRole&${'a.'.repeat(100_000)}=1`,
      400,
      'MalformedQueryString',
    ],
    [
      'parameters without end',
      { headers: signed('iam') },
      `Action=GetRole&${'a&'.repeat(100_000)}`,
      400,
      'MalformedQueryString',
    ],
  ] as const) {
    it(`${title} is ${code}`, async () => {
      const answer = await ask(pipeline, head, body);
      assert.equal(answer.status, status, answer.body);
      assert.match(
        answer.body,
        new RegExp(
          `^<\\?xml[^>]*>\\n<ErrorResponse.*<Code>${code}</Code><Message>.+</Message></Error><RequestId>`,
        ),
      );
    });
  }

  it('the version tells the service of an unsigned form, in the body or in the address', async () => {
    at.output = () => ({ Arn: 'me' });
    assert.match(
      (await ask(pipeline, {}, 'Action=GetCallerIdentity&Version=2011-06-15')).body,
      /<GetCallerIdentityResponse xmlns="https:\/\/sts.*<Arn>me<\/Arn>/,
    );
    assert.match(
      (
        await ask(pipeline, {
          method: 'GET',
          headers: {},
          query: 'Version=2011-06-15&Action=GetCallerIdentity',
        })
      ).body,
      /<Arn>me<\/Arn>/,
    );
    assert.equal(
      (await ask(pipeline, {}, 'Action=GetCallerIdentity&Version=2010-05-08')).status,
      400,
    );
  });
});

describe('forms', () => {
  it('list entries come by their numbers, whatever the order and the gaps', () => {
    const read = compileFormReader(iam.UntagRoleRequest$, 'query');
    assert.deepEqual(
      read(parseForm('RoleName=r&TagKeys.member.10=c&TagKeys.member.2=b&TagKeys.member.1=a')),
      { RoleName: 'r', TagKeys: ['a', 'b', 'c'] },
    );
    assert.deepEqual(read(parseForm('RoleName=r&TagKeys=')), { RoleName: 'r', TagKeys: [] });
  });

  it('of a name given twice the last counts, and unknown names are dropped', () => {
    assert.deepEqual(
      compileFormReader(
        iam.GetRoleRequest$,
        'query',
      )(parseForm('RoleName=a&RoleName=b&Other.1.x=c')),
      { RoleName: 'b' },
    );
  });

  it('an empty optional parameter is an absent one, but where the service says that it means something', () => {
    const role = compileFormReader(
      iam.UpdateRoleRequest$,
      new FormReading(
        'query',
        (structure, member) => `${structure}.${member}` === 'UpdateRoleRequest.Description',
      ),
    );
    assert.deepEqual(role(parseForm('RoleName=&Description=&MaxSessionDuration=')), {
      RoleName: '',
      Description: '',
    });
    assert.deepEqual(
      compileFormReader(iam.ListRolesRequest$, 'query')(parseForm('PathPrefix=&Marker=&MaxItems=')),
      {},
    );
    assert.deepEqual(
      compileFormReader(
        iam.TagRoleRequest$,
        'query',
      )(parseForm('RoleName=a&Tags.member.1.Key=k&Tags.member.1.Value=')),
      { RoleName: 'a', Tags: [{ Key: 'k', Value: '' }] },
    );
  });

  it('maps may hold any key, those of objects included', () => {
    const schema: Parameters<typeof compileFormReader>[0] = [
      3,
      'test',
      'WithMap',
      0,
      ['Attributes'],
      [[2, 'test', 'Attributes', 0, 0, 0]],
    ];
    const read = compileFormReader(schema, 'query');
    const form =
      'Attributes.entry.1.key=__proto__&Attributes.entry.1.value=x&Attributes.entry.2.key=b&Attributes.entry.2.value=c';
    const { Attributes } = read(parseForm(form)) as { Attributes: Record<string, string> };
    assert.deepEqual(Object.entries(Attributes), [
      ['__proto__', 'x'],
      ['b', 'c'],
    ]);
    assert.equal(
      compileXmlWriter(schema)({ Attributes: { a: '<' } }),
      '<Attributes><entry><key>a</key><value>&lt;</value></entry></Attributes>',
    );
  });

  it('whatever the bytes, they are answered', async () => {
    const { pipeline, faults } = echoPipeline([iamService]);
    at.output = () => ({});
    const step = fc.constantFrom(
      'Action',
      'RoleName',
      'Tags',
      'member',
      '1',
      '2',
      'Key',
      'Value',
      '__proto__',
      'constructor',
      '',
      'x'.repeat(500),
      '%',
      '%ff',
      '+',
    );
    const pair = fc
      .tuple(fc.array(step, { maxLength: 6 }), fc.oneof(step, fc.string({ unit: 'binary' })))
      .map(([steps, value]) => `${steps.join('.')}=${value}`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('TagRole', 'CreateRole', 'SimulateCustomPolicy', 'Fly'),
        fc.array(pair, { maxLength: 12 }),
        async (action, pairs) => {
          const { status, body } = await ask(
            pipeline,
            {},
            [`Action=${action}&Version=2010-05-08`, ...pairs].join('&'),
          );
          assert.ok(status === 200 || (status >= 400 && status < 500), body);
          assert.match(body, /^<\?xml/);
        },
      ),
      { numRuns: 2_000 },
    );
    assert.deepEqual(faults, []);
    assert.equal(({} as Record<string, unknown>)['Value'], undefined);
  });
});

describe('XML', () => {
  it('never holds what it has no way to say', () => {
    assert.equal(escapeXml('a\u0000b\u001fc\ud800d\uffff'), 'a\uFFFDb\uFFFDc\uFFFDd\uFFFD');
    assert.equal(
      escapeXml('<a href="x">&\r\n</a>'),
      '&lt;a href=&quot;x&quot;&gt;&amp;&#xD;\n&lt;/a&gt;',
    );
  });
});

describe('a service whose schemas are loaded on first use', () => {
  let loads = 0;
  const lazy: AnyAwsService = {
    ...iamService,
    schemas: async () => (loads++, iam),
    operations: { GetRole: mirror },
    restNotBuilt: true,
  };
  const { pipeline } = echoPipeline([lazy]);
  before(() => (at.output = () => ({})));

  it('is loaded once, by the first request, and knows what is not built', async () => {
    assert.equal(loads, 0);
    const answers = await Promise.all(
      ['GetRole&RoleName=x', 'GetRole&RoleName=y', 'ListUsers', 'Fly'].map((action) =>
        ask(pipeline, {}, `Version=2010-05-08&Action=${action}`),
      ),
    );
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200, 400, 400],
    );
    assert.match(
      answers[2]?.body ?? '',
      /<Code>InvalidAction<\/Code><Message>ListUsers is not built in Longshore yet/,
    );
    assert.match(answers[3]?.body ?? '', /Could not find operation Fly/);
    assert.equal(loads, 1);
  });

  it('says at its first request when its table has an operation too many', async () => {
    const { pipeline: wrong, faults } = echoPipeline([{ ...lazy, operations: { Fly: mirror } }]);
    assert.equal(
      (await ask(wrong, {}, 'Version=2010-05-08&Action=GetRole&RoleName=x')).status,
      500,
    );
    assert.match(String(faults[0]?.error), /iam: the SDK knows no operation Fly/);
  });
});

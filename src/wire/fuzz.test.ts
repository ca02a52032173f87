// Bad input in bulk, made from the SDK's own schemas: every answer is a success or a 4xx with a
// message, never a fault.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import type { RequestHead } from './protocol.ts';
import type { Answer } from './answer.ts';
import { compileRequest, operationsOf, type OperationSchema } from './schema.ts';
import { ask } from '../../test/house/ask.ts';
import { echoBatch, echoPipeline } from '../../test/house/echo.ts';

const runs = 40;
const { pipeline, faults } = echoPipeline([echoBatch()], { audit: () => undefined });

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    [],
    {},
    [null],
    '\ud800',
    'x'.repeat(5_000),
    { __proto__: null, constructor: 1 },
  ),
  fc.constant(
    JSON.parse('{"__proto__":{"polluted":true},"toString":1,"hasOwnProperty":null}') as unknown,
  ),
);

/**
 * Values of a schema; with `spoil` some nodes hold something else, and objects have strange
 * members.
 */
function valuesOf(schema: NormalizedSchema, spoil: boolean, depth = 0): fc.Arbitrary<unknown> {
  const value = wellTyped(schema, spoil, depth);
  return spoil ? fc.oneof({ weight: 15, arbitrary: value }, { weight: 1, arbitrary: junk }) : value;
}

function wellTyped(schema: NormalizedSchema, spoil: boolean, depth: number): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) {
    const members: Record<string, fc.Arbitrary<unknown>> = {};
    const required = requiredOf(schema);
    for (const [name, member] of schema.structIterator()) {
      if (depth < 5 || required.includes(name)) members[name] = valuesOf(member, spoil, depth + 1);
    }
    const fair = fc.record(members, { requiredKeys: spoil && depth > 0 ? [] : required });
    return spoil
      ? fc.oneof(
          { weight: 6, arbitrary: fair },
          {
            weight: 1,
            arbitrary: fc
              .tuple(fair, fc.string(), junk)
              .map(([base, key, extra]) => ({ ...base, [key]: extra })),
          },
        )
      : fair;
  }
  if (schema.isListSchema())
    return fc.array(valuesOf(schema.getValueSchema(), spoil, depth + 1), { maxLength: 3 });
  if (schema.isMapSchema())
    return fc.dictionary(fc.string(), valuesOf(schema.getValueSchema(), spoil, depth + 1), {
      maxKeys: 3,
      noNullPrototype: true,
    });
  if (schema.isNumericSchema())
    return spoil
      ? fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
      : fc.integer();
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isStringSchema())
    return fc.string({ unit: spoil ? 'binary' : 'grapheme', maxLength: 20 });
  throw new Error(`${schema.getName(true)}: no values for this kind`);
}

function requiredOf(schema: NormalizedSchema): string[] {
  const tuple = schema.getSchema() as unknown as readonly unknown[];
  return (tuple[4] as string[]).slice(0, (tuple[6] as number | undefined) ?? 0);
}

function headOf(operation: OperationSchema, label = 'arn%3Aaws', query = 'tagKeys=a'): RequestHead {
  const [method, template] = operation.traits['http'] as [string, string, number];
  return {
    method,
    path: template.replace(/\{\w+\}/, label),
    query,
    headers: {},
    rawHeaders: [],
    sourceAddress: '',
  };
}

function assertFair(answer: Answer): void {
  assert.ok(
    answer.status === 200 || (answer.status >= 400 && answer.status < 500),
    `${answer.status} ${answer.body}`,
  );
  const json = JSON.parse(answer.body) as { message?: unknown; __type?: unknown };
  if (answer.status !== 200) {
    assert.equal(typeof json.message, 'string');
    assert.notEqual(json.message, '');
    assert.equal(typeof json.__type, 'string');
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.deepEqual(faults, []);
}

describe('every operation of Batch', () => {
  for (const operation of operationsOf(batch).values()) {
    const schema = NormalizedSchema.of(operation.input);
    it(`${operation.name} answers spoiled input with a 200 or a 4xx`, async () => {
      await fc.assert(
        fc.asyncProperty(valuesOf(schema, true), async (json) =>
          assertFair(
            await ask(pipeline, headOf(operation), Buffer.from(JSON.stringify(json) ?? '')),
          ),
        ),
        { numRuns: runs },
      );
    });

    it(`${operation.name} reads every well-typed input as it is`, () => {
      const read = compileRequest(operation.input);
      fc.assert(
        fc.property(valuesOf(schema, false), (value) => {
          const text = JSON.stringify(value);
          assert.deepEqual(read(JSON.parse(text)), JSON.parse(text));
        }),
        { numRuns: runs },
      );
    });
  }
});

describe('any request at all', () => {
  const operations = [...operationsOf(batch).values()];

  it('answers bytes that are no JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operations),
        fc.uint8Array({ maxLength: 200 }),
        async (operation, bytes) =>
          assertFair(await ask(pipeline, headOf(operation), Buffer.from(bytes))),
      ),
      { numRuns: 500 },
    );
  });

  it('answers valid JSON that was cut or had a byte changed', async () => {
    const whole = Buffer.from(
      '{"jobName":"n","jobQueue":"q","jobDefinition":"d","containerOverrides":{"environment":[{"name":"é","value":"\\ud83d\\ude00"}]}}',
    );
    const submitJob = operations.find(({ name }) => name === 'SubmitJob');
    assert.ok(submitJob);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length),
        fc.nat(whole.length - 1),
        fc.nat(255),
        async (cut, at, byte) => {
          const changed = Buffer.from(whole);
          changed[at] = byte;
          assertFair(await ask(pipeline, headOf(submitJob), changed));
          assertFair(await ask(pipeline, headOf(submitJob), whole.subarray(0, cut)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('answers deep nesting and huge lists', async () => {
    for (const body of [
      '['.repeat(200_000),
      '{"a":'.repeat(100_000),
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      `{"jobs":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `{"unknown":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)},"jobs":[]}`,
      `{"jobs":[${'"x",'.repeat(200_000)}"x"]}`,
      `{"jobs":[${'null,'.repeat(200_000)}"x"]}`,
    ]) {
      for (const operation of operations.filter(({ name }) =>
        /^(SubmitJob|DescribeJobs|TagResource|UntagResource)$/.test(name),
      ))
        assertFair(await ask(pipeline, headOf(operation), Buffer.from(body)));
    }
  });

  it('answers any method, path, query and header', async () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 60 });
    const path = fc.oneof(
      text.map((tail) => `/${tail}`),
      text.map((tail) => `/v1/tags/${tail}`),
      text.map((tail) => `/v1/submitjob${tail}`),
    );
    const header = fc.oneof(
      text,
      fc.constant(undefined),
      text.map((scope) => `AWS4-HMAC-SHA256 Credential=${scope}`),
      fc.array(text),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'HEAD', ''),
        path,
        fc.oneof(
          text,
          text.map((tail) => `tagKeys=${tail}`),
          text.map((tail) => `X-Amz-Credential=${tail}`),
        ),
        header,
        header,
        async (method, at, query, authorization, target) => {
          assertFair(
            await ask(
              pipeline,
              {
                method,
                path: at,
                query,
                headers: { authorization, 'x-amz-target': target },
                rawHeaders: [],
                sourceAddress: '',
              },
              Buffer.from('{}'),
            ),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

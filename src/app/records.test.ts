// Every operation of every service of AWS's: whatever of its request or its answer is secret stands
// nowhere in its record, and the rest of it does.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NormalizedSchema } from '@smithy/core/schema';
import { echoPipeline } from '../../test/house/echo.ts';
import { Rig } from '../../test/house/rig.ts';
import { sdkClient } from '../../test/house/sdk-client.ts';
import { Recorder } from '../service/cloudtrail/record/recorder.ts';
import { hidden } from '../service/cloudtrail/record/secret-members.ts';
import { notBuilt, type Operation } from '../wire/operation.ts';
import { operationsOf } from '../wire/schema.ts';
import type { AnyAwsService, AnyService } from '../wire/service.ts';

const secret = 'planted-secret';
/** As bytes are carried. */
const carried = Buffer.from(secret).toString('base64');

/** Secrets that no schema marks: `Structure.member`. */
const unmarked: ReadonlySet<string> = new Set([
  'KeyValuePair.value',
  'EksContainerEnvironmentVariable.value',
  'InputLogEvent.message',
  'Credentials.SessionToken',
  'PutEventsRequestEntry.Detail',
  'Target.Input',
  'InputTransformer.InputTemplate',
  'PublishInput.Message',
  'PublishInput.Subject',
  'PublishBatchRequestEntry.Message',
  'PublishBatchRequestEntry.Subject',
]);
/** Maps of which every value is one. */
const unmarkedMaps: ReadonlySet<string> = new Set([
  'HttpParameters.HeaderParameters',
  'HttpParameters.QueryStringParameters',
]);

/** All that a value of the schema may say, with secrets where they belong; counts them. */
function valueOf(schema: NormalizedSchema, planted: { count: number }, depth = 0): unknown {
  const plant = <T>(value: T): T => {
    planted.count++;
    return value;
  };
  const isSecret = !!(schema.getMergedTraits() as { sensitive?: unknown }).sensitive;
  if (schema.isUnitSchema()) return {};
  if (schema.isStructSchema())
    return Object.fromEntries(
      [...schema.structIterator()]
        .filter(() => depth < 20)
        .map(([name, member]) => [
          name,
          unmarked.has(`${schema.getName() ?? ''}.${name}`)
            ? plant(secret)
            : unmarkedMaps.has(`${schema.getName() ?? ''}.${name}`)
              ? { key: plant(secret) }
              : valueOf(member, planted, depth + 1),
        ]),
    );
  if (schema.isListSchema()) return [valueOf(schema.getValueSchema(), planted, depth + 1)];
  if (schema.isMapSchema()) {
    const value = schema.getValueSchema();
    const each = valueOf(value, planted, depth + 1);
    return value.isStringSchema() ? { key: each, password: plant(secret) } : { key: each };
  }
  if (schema.isBooleanSchema()) return false;
  if (schema.isBlobSchema()) return isSecret ? plant(Buffer.from(secret)) : new Uint8Array([1]);
  if (schema.isTimestampSchema()) return new Date(0);
  if (schema.isNumericSchema()) return 1;
  return isSecret ? plant(secret) : 'shown';
}

/** The service, whose operations answer all that they may. */
function telling(service: AnyAwsService, answers: ReadonlyMap<string, unknown>): AnyService {
  const operations = Object.entries(service.operations).map(([name, operation]) => [
    name,
    operation === notBuilt
      ? notBuilt
      : ({
          authorizes: operation.authorizes.bind(operation),
          handle: () => answers.get(name),
        } satisfies Operation<unknown, unknown, unknown>),
  ]);
  return { ...service, operations: Object.fromEntries(operations) } as AnyService;
}

for (const service of new Rig().app.services) {
  if (!('schemas' in service)) continue;
  describe(`records of ${service.name}`, () => {
    it('hide what is secret, and tell the rest', async () => {
      const { schemas } = service;
      const module = (typeof schemas === 'function' ? await schemas() : schemas) as Readonly<
        Record<string, new (input: object) => unknown>
      >;
      const clientName = Object.keys(module).find((name) => /^[A-Z]\w*Client$/.test(name)) ?? '';
      const known = operationsOf(module);
      const answers = new Map(
        [...known.values()].map(({ name, output }) => [
          name,
          valueOf(NormalizedSchema.of(output), { count: 0 }),
        ]),
      );
      const texts: string[] = [];
      const recorder = new Recorder({
        of: 'all',
        keeper: { keep: ({ call }) => texts.push(call), complete: () => assert.fail() },
        clock: { now: () => 0 },
        account: '123456789012',
        region: 'us-east-1',
      });
      const { pipeline } = echoPipeline([telling(service, answers)], {
        begin: (call, scope) => recorder.begin(call, scope),
        audit: (record) => recorder.end(record),
      });
      const client = sdkClient(module, clientName, pipeline);
      for (const [name, operation] of Object.entries(service.operations)) {
        if (operation === notBuilt) continue;
        const schema = NormalizedSchema.of(known.get(name)?.input ?? 'unit');
        const planted = { count: 0 };
        // To a global endpoint the client sends nothing without a library that is not here.
        const { EndpointId: none, ...input } = valueOf(schema, planted) as Record<string, unknown>;
        void none;
        texts.length = 0;
        const Command = module[`${name}Command`] as new (given: object) => unknown;
        // Whether the client likes the answer is nothing to the record.
        await client.send(new Command(input)).catch(() => undefined);
        const [text = '', ...others] = texts;
        assert.deepEqual(others, [], name);
        assert.ok(text.includes(`"operation":"${name}"`), `${name} has no record`);
        assert.ok(!text.includes(secret) && !text.includes(carried), `${name}: ${text}`);
        if (planted.count > 0) assert.ok(text.includes(hidden), `${name}: ${text}`);
      }
    });
  });
}

// Bad input in bulk for EventBridge, its Scheduler and SNS against the real program, while events
// flow: whatever is asked, the answer is a success or a 4xx with a message, the server lives on,
// says nothing of a fault in its log, and starts again over what it was told.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as eventBridge from '@aws-sdk/client-eventbridge';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as sns from '@aws-sdk/client-sns';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { must } from '../src/base/assert.ts';
import { operationsOf, type OperationSchema, type SchemaModule } from '../src/wire/schema.ts';
import { assertFair } from './fair-answer.ts';
import {
  goodOfEvents,
  goodOfScheduler,
  goodOfSns,
  groundworkOfEvents,
  groundworkOfScheduler,
  groundworkOfSns,
  someId,
} from './hostile-events.ts';
import { hostileInputs } from './hostile-input.ts';
import { PlainServer, signedBy, type PlainAnswer, type PlainRequest } from './plain-server.ts';
import { account } from './server.ts';

interface Attacked {
  readonly title: string;
  readonly module: SchemaModule;
  readonly good: Readonly<Record<string, object>>;
  readonly groundwork: readonly (readonly [operation: string, input: object])[];
  readonly requestOf: (operation: string, input: unknown) => PlainRequest;
  /** What answers the id of the newest of what has one. */
  readonly ids?: readonly [operation: string, form: RegExp];
}

/** Requests of one run, sent at once. */
const together = 8;
const runs = { built: 6, others: 2 };

let server: PlainServer;
/** Of the connection, and of a subscription. */
let id = '';
const successes = new Map<string, number>();

before(async () => {
  // Where nothing is: what is sent there is given up.
  server = await PlainServer.start({ flags: ['--send-to', 'sqs=http://127.0.0.1:1'] });
  await server.prepare();
});
after(() => server[Symbol.asyncDispose]());

const written = (input: unknown): string => (JSON.stringify(input) ?? '').replaceAll(someId, id);

const attacked: readonly Attacked[] = [
  {
    title: 'EventBridge',
    module: eventBridge,
    good: goodOfEvents,
    groundwork: groundworkOfEvents,
    ids: ['ListConnections', /connection\/connection\/([\w-]+)/],
    requestOf: (operation, input) => ({
      method: 'POST',
      path: '/',
      headers: {
        ...signedBy(account, 'events'),
        'x-amz-target': `AWSEvents.${operation}`,
        'content-type': 'application/x-amz-json-1.1',
      },
      body: written(input),
    }),
  },
  {
    title: 'SNS',
    module: sns,
    good: goodOfSns,
    groundwork: groundworkOfSns,
    ids: ['ListSubscriptions', /:topic:([\w-]+)</],
    requestOf: (Action, input) => ({
      method: 'POST',
      path: '/',
      headers: {
        ...signedBy(account, 'sns'),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams([
        ['Action', Action],
        ['Version', '2010-03-31'],
        ...flat('', JSON.parse(written(input) || '{}')),
      ]).toString(),
    }),
  },
  {
    title: 'EventBridge Scheduler',
    module: scheduler,
    good: goodOfScheduler,
    groundwork: groundworkOfScheduler,
    requestOf: restRequest,
  },
];

/** Members that travel in the path and the query are taken from the input. */
function restRequest(operation: string, input: unknown): PlainRequest {
  const { traits, input: schema } = must(operationsOf(scheduler).get(operation), operation);
  const [method, template] = traits['http'] as [string, string];
  const rest = { ...(typeof input === 'object' && input !== null ? input : {}) } as Record<
    string,
    unknown
  >;
  let path = template;
  const query: string[] = [];
  const escaped = (value: unknown): string =>
    encodeURIComponent(
      (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed(),
    );
  for (const [name, member] of NormalizedSchema.of(schema).structIterator()) {
    const { httpLabel, httpQuery } = member.getMergedTraits();
    if (!httpLabel && httpQuery === undefined) continue;
    const value = rest[name];
    delete rest[name];
    if (httpLabel) path = path.replace(`{${name}}`, escaped(value));
    else if (value !== undefined)
      for (const each of [value].flat()) query.push(`${httpQuery}=${escaped(each)}`);
  }
  return {
    method,
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: { ...signedBy(account, 'scheduler'), 'content-type': 'application/json' },
    body: method === 'GET' || method === 'DELETE' ? '' : written(rest),
  };
}

/** Structures, lists and maps as the query protocol names their parts. */
function* flat(name: string, value: unknown): Generator<[string, string]> {
  if (Array.isArray(value))
    for (const [at, each] of value.entries()) yield* flat(`${name}.member.${at + 1}`, each);
  else if (typeof value !== 'object' || value === null) yield [name, String(value).toWellFormed()];
  else if (/(?:^|\.)(?:Message)?Attributes$/.test(name))
    for (const [at, [key, each]] of Object.entries(value).entries()) {
      const isOfMessage = name.endsWith('MessageAttributes');
      const entry = `${name}.entry.${at + 1}`;
      yield [`${entry}.${isOfMessage ? 'Name' : 'key'}`, key.toWellFormed()];
      yield* flat(`${entry}.${isOfMessage ? 'Value' : 'value'}`, each);
    }
  else
    for (const [key, each] of Object.entries(value))
      yield* flat(`${name === '' ? '' : `${name}.`}${key.toWellFormed()}`, each);
}

async function attack(service: Attacked, operation: OperationSchema): Promise<void> {
  const { good, groundwork, requestOf, ids } = service;
  const { name } = operation;
  const send = async (what: string, input: unknown): Promise<PlainAnswer> => {
    const request = requestOf(what, input);
    const answer = await server.send(request);
    assertFair(request, answer);
    return answer;
  };
  const prepare = async (): Promise<void> => {
    for (const [what, input] of groundwork) {
      await send(what, input);
      if (ids === undefined || !(id === '' || /Connection|Subscribe/.test(what))) continue;
      id = ids[1].exec((await send(ids[0], {})).body)?.[1] ?? id;
    }
  };
  const attempt = async (input: unknown): Promise<void> => {
    const { status } = await send(name, input);
    if (status < 300) successes.set(name, (successes.get(name) ?? 0) + 1);
  };
  // What is right passes, or nothing is learnt of what is not.
  if (name in good) {
    await prepare();
    await attempt(good[name]);
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostileInputs(operation, good[name] ?? {}), {
        minLength: together,
        maxLength: together,
      }),
      async (inputs) => {
        await prepare();
        await Promise.all(inputs.map(attempt));
      },
    ),
    // A failing sequence is not made smaller: the server has gone on, and would not answer the same
    // again.
    { numRuns: name in good ? runs.built : runs.others, endOnFailure: true },
  );
}

for (const service of attacked)
  describe(`every operation of ${service.title}`, () => {
    before(() => (id = ''));
    for (const operation of operationsOf(service.module).values())
      it(`${operation.name} answers or refuses`, () => attack(service, operation));

    it('many requests had passed all checks', () => {
      // No token is told to whoever only sends requests, and no replay lasts so long.
      const others = new Set(['CancelReplay', 'ConfirmSubscription']);
      const expected = Object.keys(service.good).filter((name) => !others.has(name));
      assert.deepEqual(
        expected.filter((name) => (successes.get(name) ?? 0) === 0),
        [],
      );
    });
  });

describe('afterwards', () => {
  it('the server works, before and after a restart', async () => {
    const [{ requestOf }] = [must(attacked[0], 'EventBridge')];
    const rules = async (): Promise<string> => {
      const { status, body } = await server.send(requestOf('ListRules', { NamePrefix: 'rule' }));
      assert.equal(status, 200);
      return body;
    };
    const found = await rules();
    await server.whenStatus(await server.submit(), 'SUCCEEDED');
    assert.equal(server.stderr, '');
    assert.equal(await server.stop(), 0);
    await server.start();
    assert.equal(await rules(), found);
    await server.whenStatus(await server.submit(), 'SUCCEEDED');
    assert.equal(server.stderr, '');
  });
});

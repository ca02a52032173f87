// Bad input in bulk against the real program: whatever is asked, the answer is a success or a 4xx
// with a message, the server lives on, says nothing of a fault in its log, and keeps across a
// restart what it had answered.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import fc from 'fast-check';
import { operationsOf, type OperationSchema } from '../src/wire/schema.ts';
import { assertFair } from './fair-answer.ts';
import { groundwork, hasGoodRequest, hostileInputs, someJob } from './hostile-input.ts';
import { PlainServer, signedBy, type PlainRequest } from './plain-server.ts';
import { account } from './server.ts';

/** Requests of one run, sent at once. */
const together = 8;
const runs = { built: 30, others: 2 };
const bystander = '222222222222';

let server: PlainServer;
/** An array, where there was one to submit to. */
let job: string;
/** Answers by operation, so that the test itself is seen to reach further than the first check. */
const successes = new Map<string, number>();

before(async () => {
  server = await PlainServer.start();
  await server.prepare();
  await server.prepare('test', bystander);
  job = await server.submit({ arrayProperties: { size: 3 } });
});
after(() => server[Symbol.asyncDispose]());

async function attack(
  operation: OperationSchema,
  toRequest: (input: unknown) => PlainRequest,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostileInputs(operation), { minLength: together, maxLength: together }),
      async (inputs) => {
        await prepareGround(operation);
        await Promise.all(
          inputs.map(async (input) => {
            const request = toRequest(input);
            const answer = await server.send(request);
            assertFair(request, answer);
            if (answer.status < 300)
              successes.set(operation.name, (successes.get(operation.name) ?? 0) + 1);
          }),
        );
      },
    ),
    // A failing sequence is not made smaller: the server has gone on, and would not answer the same
    // again.
    { numRuns, endOnFailure: true },
  );
}

async function prepareGround(operation: OperationSchema): Promise<void> {
  if (!hasGoodRequest(operation.name)) return;
  for (const [name, input] of groundwork) {
    const isLogs = name.includes('Log');
    const toRequest = isLogs ? logsRequest : batchRequest;
    assertFair(
      toRequest(operationNamed(name))(input),
      await server.send(toRequest(operationNamed(name))(input)),
    );
  }
  job = await server
    .submit({ arrayProperties: { size: 3 }, containerOverrides: { command: ['sleep', '1000000'] } })
    .catch(() => job);
}

const operations = new Map([...operationsOf(logs), ...operationsOf(batch)]);
const operationNamed = (name: string): OperationSchema => operations.get(name) as OperationSchema;

const written = (input: unknown): string => (JSON.stringify(input) ?? '').replaceAll(someJob, job);

/** Members that travel in the path and the query are taken from the input. */
function batchRequest(operation: OperationSchema): (input: unknown) => PlainRequest {
  const [method, template] = operation.traits['http'] as [string, string];
  return (input) => {
    const { resourceArn, tagKeys, ...rest } = (
      typeof input === 'object' && input !== null ? input : {}
    ) as { resourceArn?: unknown; tagKeys?: unknown };
    if (!template.includes('{'))
      return { method, path: template, headers: signedBy(account, 'batch'), body: written(input) };
    const keys = Array.isArray(tagKeys)
      ? tagKeys.map((key) => `tagKeys=${escaped(key)}`).join('&')
      : '';
    return {
      method,
      path: `${template.replace(/\{\w+\}/, escaped(resourceArn))}${keys === '' ? '' : `?${keys}`}`,
      headers: signedBy(account, 'batch'),
      body: method === 'POST' ? written(rest) : '',
    };
  };
}

const escaped = (value: unknown): string =>
  encodeURIComponent(
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
      .replaceAll(someJob, job)
      .toWellFormed(),
  );

const logsRequest =
  (operation: OperationSchema) =>
  (input: unknown): PlainRequest => ({
    method: 'POST',
    path: '/',
    headers: {
      ...signedBy(account, 'logs'),
      'x-amz-target': `Logs_20140328.${operation.name}`,
      'content-type': 'application/x-amz-json-1.1',
    },
    body: written(input),
  });

describe('every operation of Batch', () => {
  for (const operation of operationsOf(batch).values()) {
    it(`${operation.name} answers or refuses`, () =>
      attack(
        operation,
        batchRequest(operation),
        hasGoodRequest(operation.name) ? runs.built : runs.others,
      ));
  }
});

describe('every operation of CloudWatch Logs', () => {
  for (const operation of operationsOf(logs).values()) {
    it(`${operation.name} answers or refuses`, () =>
      attack(
        operation,
        logsRequest(operation),
        hasGoodRequest(operation.name) ? runs.built : runs.others,
      ));
  }
});

describe('afterwards', () => {
  it('many requests had passed all checks', () => {
    for (const name of [...operationsOf(batch).keys(), ...operationsOf(logs).keys()]) {
      if (hasGoodRequest(name))
        assert.ok(
          (successes.get(name) ?? 0) > 0,
          `no request of ${name} succeeded: ${JSON.stringify([...successes])}`,
        );
    }
  });

  it('the server works, for others and for the one who did it', async () => {
    await server.whenStatus(await server.submit({}, bystander), 'SUCCEEDED', bystander);
    await server.prepare('fresh', '333333333333');
    await server.whenStatus(
      await server.submit({ jobQueue: 'fresh', jobDefinition: 'fresh' }, '333333333333'),
      'SUCCEEDED',
      '333333333333',
    );
  });

  it('nothing stands in its log', () => assert.equal(server.stderr, ''));

  it('a restart finds all as it was', async () => {
    const found = await everything();
    assert.equal(await server.stop(), 0);
    assert.equal(server.stderr, '');
    await server.start();
    assert.deepEqual(await everything(), found);
    await server.whenStatus(await server.submit({}, bystander), 'SUCCEEDED', bystander);
  });
});

/**
 * All resources as they are described; not what their jobs use, for the fake engine's jobs do not
 * outlive it.
 */
async function everything(): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const operation of [
    'DescribeComputeEnvironments',
    'DescribeJobQueues',
    'DescribeJobDefinitions',
  ]) {
    let nextToken: string | undefined;
    do {
      const page = await server.batch<{ nextToken?: string }>(operation, { nextToken });
      all.push(
        JSON.parse(
          JSON.stringify(page, (name, value: unknown) =>
            name === 'desiredvCpus' ? undefined : value,
          ),
        ),
      );
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  return all;
}

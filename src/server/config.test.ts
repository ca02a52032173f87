// Tables of command lines of a server: what is read from them, and how what is wrong in them is told.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { awsLimits } from '../core/limit.ts';
import { parseServerConfig, UsageError } from './config.ts';

test('limits are AWS’s where nothing else is said, and there is no bound of submissions a second', () => {
  const { settings, submitRate } = parseServerConfig([]);
  assert.deepEqual(settings.limits, awsLimits);
  assert.equal(submitRate, undefined);
});

test('limits are set by name, one or several a flag, and the others stay', () => {
  const { settings, submitRate } = parseServerConfig(['--limit', 'jobQueues=200,arraySize=2', '--limit', 'attempts=1', '--submit-rate', '50']);
  assert.deepEqual(settings.limits, { ...awsLimits, jobQueues: 200, arraySize: 2, attempts: 1 });
  assert.equal(submitRate, 50);
});

test('wrong limits are refused with what is right', () => {
  const cases: [argv: string[], message: RegExp][] = [
    [['--limit', 'queues=1'], /--limit: 'queues' is none of jobQueues, computeEnvironments/],
    [['--limit', 'toString=1'], /'toString' is none of/],
    [['--limit', ''], /'' is none of/],
    [['--limit', 'jobQueues'], /--limit jobQueues: '' is not a whole number up to 10000/],
    [['--limit', 'jobQueues=1.5'], /'1.5' is not a whole number/],
    [['--limit', 'jobQueues=10001'], /'10001' is not a whole number up to 10000/],
    [['--limit', 'arraySize=1'], /--limit arraySize: '1' is less than 2/],
    [['--limit', 'arraySize=100001'], /up to 100000/],
    [['--submit-rate', '0'], /0 would let nothing through/],
    [['--submit-rate', 'fast'], /'fast' is not a whole number/],
  ];
  for (const [argv, message] of cases) assert.throws(() => parseServerConfig(argv), (error) => error instanceof UsageError && message.test(error.message), argv.join(' '));
});

test('--instance-types adds the types of a file to EC2’s, or says which line is wrong', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'types');
  const types = () => parseServerConfig(['--instance-types', path]).settings.instanceTypes;

  assert.throws(types, (error) => error instanceof UsageError && /cannot be read/.test(error.message));
  writeFileSync(path, 'my-box: 64 vCPUs, 512 GiB\nfoo: plenty');
  assert.throws(types, (error) => error instanceof UsageError && /types, line 2: 'plenty' is not understood/.test(error.message));
  writeFileSync(path, 'my-box: 64 vCPUs, 512 GiB');
  assert.equal(types().type('my-box')?.vcpus, 64);
  assert.equal(types().type('m5.large')?.vcpus, 2);
});

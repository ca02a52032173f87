// Every operation that the SDK knows stands in the table, and nothing else does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-batch';
import { notBuilt } from '../../wire/operation.ts';
import { batchOperations } from './operations.ts';

const known = Object.keys(sdk)
  .filter((name) => name.endsWith('Command') && name !== '$Command')
  .map((name) => name.slice(0, -'Command'.length));

test('the table holds exactly the operations of the SDK', () => {
  assert.equal(known.length, 48);
  assert.deepEqual(Object.keys(batchOperations).sort(), known.sort());
});

test('48 operations are built', () => {
  assert.equal(Object.values(batchOperations).filter((entry) => entry !== notBuilt).length, 48);
});

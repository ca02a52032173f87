// Whose list of consumable resources counts: the submission's, where it says anything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumableProperties } from './consumables.ts';

const list = (consumableResource: string) => ({
  consumableResourceList: [{ consumableResource, quantity: 1 }],
});

test('a submission’s list stands in place of the definition’s, an empty one says nothing', () => {
  const defined = list('defined');
  assert.deepEqual(consumableProperties(list('given'), defined), list('given'));
  for (const nothing of [undefined, {}, { consumableResourceList: [] }])
    assert.equal(consumableProperties(nothing, defined), defined);
  assert.equal(consumableProperties(undefined, undefined), undefined);
});

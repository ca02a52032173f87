// The six operations of consumable resources, and what definitions and submissions make of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsumableResource } from './create-consumable-resource.ts';
import { deleteConsumableResource } from './delete-consumable-resource.ts';
import { describeConsumableResource } from './describe-consumable-resource.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { listConsumableResources } from './list-consumable-resources.ts';
import { listJobsByConsumableResource } from './list-jobs-by-consumable-resource.ts';
import { listTagsForResource } from '../tag/list-tags-for-resource.ts';
import { tagResource } from '../tag/tag-resource.ts';
import { updateConsumableResource } from './update-consumable-resource.ts';

const arnOf = (name: string): string =>
  `arn:aws:batch:eu-west-1:123456789012:consumable-resource/${name}`;
const totalOf = async (rig: Rig, name = 'r') =>
  (await rig.call(describeConsumableResource, { consumableResource: name })).totalQuantity;

test('a resource comes back by name and by ARN, with its figures and tags', async () => {
  const rig = await Rig.bare();
  assert.deepEqual(
    await rig.call(createConsumableResource, {
      consumableResourceName: 'r',
      totalQuantity: 5,
      tags: { team: 'blue' },
    }),
    { consumableResourceName: 'r', consumableResourceArn: arnOf('r') },
  );
  const shown = {
    consumableResourceName: 'r',
    consumableResourceArn: arnOf('r'),
    totalQuantity: 5,
    inUseQuantity: 0,
    availableQuantity: 5,
    resourceType: 'REPLENISHABLE',
    createdAt: rig.clock.now(),
    tags: { team: 'blue' },
  };
  for (const consumableResource of ['r', arnOf('r')])
    assert.deepEqual(await rig.call(describeConsumableResource, { consumableResource }), shown);
  await rig.call(tagResource, { resourceArn: arnOf('r'), tags: { more: '1' } });
  assert.deepEqual((await rig.call(listTagsForResource, { resourceArn: arnOf('r') })).tags, {
    team: 'blue',
    more: '1',
  });
  await assert.rejects(
    rig.call(createConsumableResource, { consumableResourceName: 'r' }),
    /Object already exists/,
  );
  await rig.call(deleteConsumableResource, { consumableResource: 'r' });
  await assert.rejects(
    rig.call(describeConsumableResource, { consumableResource: 'r' }),
    /Consumable resource r does not exist/,
  );
});

const refused: readonly [string, Parameters<typeof createConsumableResource.handle>[1], RegExp][] =
  [
    [
      'a name of 129 characters',
      { consumableResourceName: 'x'.repeat(129) },
      /consumableResourceName must be up to 128/,
    ],
    [
      'less than nothing',
      { consumableResourceName: 'r', totalQuantity: -1 },
      /totalQuantity must be a whole number from 0/,
    ],
    ['half a licence', { consumableResourceName: 'r', totalQuantity: 0.5 }, /totalQuantity/],
    [
      'an unknown type',
      { consumableResourceName: 'r', resourceType: 'ENDLESS' },
      /resourceType must be one of REPLENISHABLE, NON_REPLENISHABLE/,
    ],
  ];
for (const [title, input, message] of refused)
  test(`refused: ${title}`, async () =>
    assert.rejects((await Rig.bare()).call(createConsumableResource, input), message));

test('an update sets, adds and removes, and not below nothing', async () => {
  const rig = await Rig.bare();
  await rig.call(createConsumableResource, { consumableResourceName: 'r', totalQuantity: 5 });
  const update = (operation: string | undefined, quantity: number) =>
    rig.call(updateConsumableResource, { consumableResource: 'r', operation, quantity });
  assert.equal((await update('ADD', 3)).totalQuantity, 8);
  assert.equal((await update('REMOVE', 6)).totalQuantity, 2);
  assert.equal((await update('SET', 7)).totalQuantity, 7);
  await assert.rejects(update('REMOVE', 8), /has 7; 8 cannot be removed/);
  await assert.rejects(update('TAKE', 1), /operation must be one of SET, ADD, REMOVE/);
  await assert.rejects(
    rig.call(updateConsumableResource, { consumableResource: 'x', operation: 'ADD', quantity: 1 }),
    /x does not exist/,
  );
  assert.equal(await totalOf(rig), 7);
});

test('the same request with the same token counts once, for eight hours', async () => {
  const rig = await Rig.bare();
  await rig.call(createConsumableResource, { consumableResourceName: 'r', totalQuantity: 1 });
  const add = (clientToken: string, quantity = 1) =>
    rig.call(updateConsumableResource, {
      consumableResource: 'r',
      operation: 'ADD',
      quantity,
      clientToken,
    });
  assert.deepEqual(
    [
      (await add('a')).totalQuantity,
      (await add('a')).totalQuantity,
      (await add('b')).totalQuantity,
    ],
    [2, 2, 3],
  );
  assert.equal((await add('a', 5)).totalQuantity, 8, 'another wish is another request');
  await rig.clock.pass(8 * 3_600_000);
  assert.equal((await add('a')).totalQuantity, 9);
  await assert.rejects(add('x'.repeat(65)), /clientToken must have 1 to 64 characters/);
});

test('resources are listed by name, filtered, and page by page', async () => {
  const rig = await Rig.bare();
  for (const consumableResourceName of ['matlab', 'Ansys', 'MATLAB-tools'])
    await rig.call(createConsumableResource, { consumableResourceName, totalQuantity: 1 });
  const named = async (...values: string[]) => {
    const { consumableResources } = await rig.call(listConsumableResources, {
      filters: values.map((value) => ({ name: 'CONSUMABLE_RESOURCE_NAME', values: [value] })),
    });
    return consumableResources?.map(({ consumableResourceName }) => consumableResourceName);
  };
  assert.deepEqual(await named('matlab*'), ['MATLAB-tools', 'matlab']);
  assert.deepEqual(await named('ANSYS'), ['Ansys']);
  const first = await rig.call(listConsumableResources, { maxResults: 2 });
  assert.deepEqual(first.consumableResources?.[0], {
    consumableResourceArn: arnOf('Ansys'),
    consumableResourceName: 'Ansys',
    totalQuantity: 1,
    inUseQuantity: 0,
    resourceType: 'REPLENISHABLE',
  });
  assert.equal(
    (await rig.call(listConsumableResources, { maxResults: 2, nextToken: first.nextToken }))
      .consumableResources?.length,
    1,
  );
  await assert.rejects(
    rig.call(listConsumableResources, { filters: [{ name: 'X', values: ['a'] }] }),
    /CONSUMABLE_RESOURCE_NAME/,
  );
});

test('a list of jobs takes its filters, and only those', async () => {
  const rig = await Rig.bare();
  await rig.call(createConsumableResource, { consumableResourceName: 'r' });
  const list = (name: string, value: string) =>
    rig.call(listJobsByConsumableResource, {
      consumableResource: 'r',
      filters: [{ name, values: [value] }],
    });
  assert.deepEqual((await list('JOB_STATUS', 'RUNNABLE')).jobs, []);
  await assert.rejects(list('JOB_STATUS', 'WAITING'), /JOB_STATUS/);
  await assert.rejects(list('SHARE', 'a'), /JOB_STATUS or JOB_NAME/);
  await assert.rejects(
    rig.call(listJobsByConsumableResource, { consumableResource: 'r', nextToken: 'malformed' }),
    /nextToken/,
  );
  await assert.rejects(
    rig.call(listJobsByConsumableResource, { consumableResource: 'x' }),
    /x does not exist/,
  );
});

// What may be launched, and in which order: it is remembered, and must follow prices, bids and
// pools all the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ec2Catalogue } from '../../instance-type/catalogue.ts';
import { defaultMarket } from './market.ts';
import { tiersOf, type Purchase } from './strategy.ts';

const choices = [
  { name: 'm5', types: ec2Catalogue.family('m5') },
  { name: 'c5', types: ec2Catalogue.family('c5') },
];
const spot: Purchase = { spot: true, strategy: 'SPOT_CAPACITY_OPTIMIZED', bidPercentage: 100 };
const families = (purchase: Purchase, market = defaultMarket): string =>
  tiersOf(choices, purchase, market)
    .map((tier) => [...new Set(tier.map(({ type }) => type.family))].join('+'))
    .join(' ');

test('what is offered follows the bid, the prices, the strategy and the pools', () => {
  assert.equal(families(spot), 'm5+c5');
  assert.equal(families({ ...spot, bidPercentage: 20 }), '');
  const dear = { ...defaultMarket, spotPercentOf: new Map([['m5', 60]]) };
  assert.equal(families({ ...spot, bidPercentage: 50 }, dear), 'c5');
  assert.equal(families({ ...spot, strategy: 'BEST_FIT_PROGRESSIVE_ORDERED' }), 'm5 c5');
  const scarce = (left: number) => ({
    ...defaultMarket,
    pools: new Map(
      choices
        .flatMap(({ types }) => types)
        .map((type) => [`spot ${type.name}`, type.family === 'm5' ? left : 2]),
    ),
  });
  assert.equal(families(spot, scarce(1)), 'c5 m5');
  assert.equal(families(spot, scarce(3)), 'm5 c5');
  assert.equal(families(spot), 'm5+c5');
});

test('memory that is reserved on instances is not offered', () => {
  const [first] = tiersOf(choices, spot, defaultMarket).flat();
  const [less] = tiersOf(choices, spot, defaultMarket, 1_000).flat();
  assert.ok(first!.kind.capacity.memoryMib > less!.kind.capacity.memoryMib);
});
